"""Reads files that the user provides, and writes files atomically."""

import os
from collections.abc import Sequence
from pathlib import Path

from rminas_sidecar.errors import SidecarError


def read_bytes(path: Path, what: str, next_steps: Sequence[str]) -> bytes:
    """Reads a whole file.

    Args:
        path: the file.
        what: names the file in the message, e.g. `The teacher's checkpoint`.
        next_steps: how to get it.

    Raises:
        SidecarError: `missing-file`, with the exact path, when it does not exist or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SidecarError("missing-file", f"{what} is missing: {path}", next_steps) from None
    except OSError as error:
        raise SidecarError("missing-file", f"{what} cannot be read: {path} ({error.strerror})", next_steps) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Replaces a file: a reader sees the old content or the new one, never a part.

    Raises:
        OSError: for a full disk or a folder that cannot be written; the old file stays.
    """
    # In the same folder, because files can only be renamed within a file system. The name is this process's own.
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
    """Removes drafts of processes that died while they wrote the file."""
    for draft in path.parent.glob(f"{_draft_prefix(path)}*"):
        draft.unlink(missing_ok=True)


def _draft_prefix(path: Path) -> str:
    return f".{path.name}.draft-"
