"""Reading files that the user provides, and writing files whole."""

import os
from collections.abc import Sequence
from pathlib import Path

from rminas_sidecar.errors import SidecarError


def read_bytes(path: Path, what: str, next_steps: Sequence[str]) -> bytes:
    """Reads a whole file.

    Args:
        path: the file.
        what: what it is, for the message, e.g. `The teacher's checkpoint`.
        next_steps: how to get it.

    Raises:
        SidecarError: `missing-file` with the exact path when it is not there or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SidecarError("missing-file", f"{what} is missing: {path}", next_steps) from None
    except OSError as error:
        raise SidecarError("missing-file", f"{what} cannot be read: {path} ({error.strerror})", next_steps) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a whole file in the place of an older one: whoever reads it finds the one or the other, never a part.

    Raises:
        OSError: for a full disk or a folder that cannot be written; the older file stays.
    """
    # In the same folder, since only within a file system a file can be renamed; of this process alone.
    draft = path.with_name(f"{_draft_prefix(path)}{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def remove_drafts(path: Path) -> None:
    """Removes what processes left that died while they wrote the file."""
    for draft in path.parent.glob(f"{_draft_prefix(path)}*"):
        draft.unlink(missing_ok=True)


def _draft_prefix(path: Path) -> str:
    return f".{path.name}.draft-"
