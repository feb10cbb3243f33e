"""Reading files that the user provides."""

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
