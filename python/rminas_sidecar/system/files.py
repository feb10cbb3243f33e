"""Reads files that the user provides, and writes files atomically."""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from rminas_sidecar.errors import SidecarError

UNREADABLE_ARCHIVE = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error)
"""Exceptions of `zipfile` for a damaged archive.

NotImplementedError: an unknown compression. RuntimeError: an encrypted member. ValueError: a name that is not UTF-8.
"""

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that NumPy and PyTorch write. The errors of the others are not those above."""


def open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """Opens a file in an archive.

    Raises:
        ValueError: the file is compressed by a method that NumPy and PyTorch do not write; also what `zipfile` raises.
    """
    if member.compress_type not in _COMPRESSIONS:
        raise ValueError(f"{member.filename[:100]!r} is compressed by another method than deflate")
    return archive.open(member)


@contextmanager
def open_file(path: Path, what: str, next_steps: Sequence[str], largest: int) -> Iterator[tuple[BinaryIO, int]]:
    """Opens a regular file for reading, and answers it with its size in bytes.

    A pipe or device is refused before it is opened: reading it could hang, or never end.

    Args:
        path: the file.
        what: names the file in the message, e.g. `The teacher's checkpoint`.
        next_steps: how to get it.
        largest: bytes that such a file can have.

    Raises:
        SidecarError: `missing-file`, with the exact path, when it does not exist, cannot be read or is not a regular
            file; `corrupt-file` when it is larger.
    """
    try:
        _require_regular(path.stat(), path, what, next_steps)
        # Not blocking, in case a pipe has taken the file's place.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise SidecarError("missing-file", f"{what} is missing: {path}", next_steps) from None
    except OSError as error:
        raise SidecarError("missing-file", f"{what} cannot be read: {path} ({error.strerror})", next_steps) from error
    with open(descriptor, "rb") as file:  # noqa: PTH123
        status = os.fstat(descriptor)
        _require_regular(status, path, what, next_steps)
        if status.st_size > largest:
            raise SidecarError(
                "corrupt-file", f"{what} has {status.st_size:,} bytes, more than {largest:,}: {path}", next_steps
            )
        try:
            yield file, status.st_size
        except OSError as error:
            if error.errno is None:
                raise
            raise SidecarError(
                "missing-file", f"{what} cannot be read: {path} ({error.strerror})", next_steps
            ) from error


def _require_regular(status: os.stat_result, path: Path, what: str, next_steps: Sequence[str]) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise SidecarError("missing-file", f"{what} cannot be read: {path} is {kind}.", next_steps)


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


def write_checkpoint(path: Path, content: bytes) -> None:
    """Replaces a checkpoint atomically.

    Raises:
        OSError: as :func:`write_atomically`.
        SidecarError: `unwritable` when the folder is gone.
    """
    try:
        write_atomically(path, content)
    except FileNotFoundError as error:
        message = f"The checkpoint's folder does not exist any more: {path.parent}"
        raise SidecarError("unwritable", message, ["Start again."]) from error


def remove_drafts(path: Path) -> None:
    """Removes drafts of processes that died while they wrote the file."""
    for draft in path.parent.glob(f"{_draft_prefix(path)}*"):
        draft.unlink(missing_ok=True)


def _draft_prefix(path: Path) -> str:
    return f".{path.name}.draft-"
