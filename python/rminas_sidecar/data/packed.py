"""Reads files of a data set straight from the tar.gz archive in which it is published. Nothing is written to disk."""

import gzip
import tarfile
import zlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rminas_sidecar.data.array_pickle import LONGEST
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.files import open_file

_ROOM = 128 << 20
"""Bytes that even a small archive may hold. A larger one may hold twice its size: the images hardly compress."""
_PIECE = 1 << 20
_REGULAR = {tarfile.REGTYPE, tarfile.AREGTYPE}
# Folders, and headers that describe the next member. The names of the members that are read fit a plain header.
_SKIPPED = {
    tarfile.DIRTYPE,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
}


class _Bad(Exception):
    """The archive is damaged or too large."""


class _Refused(Exception):
    """The archive has a member that no data set needs."""


class _Stream:
    """The unpacked bytes of an archive, up to a limit."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = gzip.GzipFile(fileobj=file)
        self._limit = self._left = limit

    def read(self, length: int) -> bytes:
        """Reads up to a number of bytes; fewer at the end of the archive."""
        if length > self._left:
            raise _Bad(f"it holds more than {self._limit:,} bytes")
        content = self._file.read(length)
        self._left -= len(content)
        return content

    def exactly(self, length: int) -> bytes:
        """Reads a number of bytes."""
        content = self.read(length)
        if len(content) < length:
            raise _Bad("it is incomplete")
        return content

    def skip(self, length: int) -> None:
        """Passes over a number of bytes."""
        if length > self._left:
            raise _Bad(f"it holds more than {self._limit:,} bytes")
        while length > 0:
            length -= len(self.exactly(min(length, _PIECE)))

    def finish(self) -> None:
        """Reads the rest, so that the checksum of the whole is compared."""
        while self.read(min(_PIECE, self._left + 1)):
            pass


def read_members(
    path: Path, folder: str, names: Collection[str], *, title: str, next_steps: list[str]
) -> dict[str, bytes]:
    """Reads some files of an archive that holds them in one folder, or at its top.

    Args:
        path: the archive.
        folder: name of the folder in the archive.
        names: of the files; absent ones are left out of the answer.
        title: the data set's name, for messages.
        next_steps: how to get the archive.

    Returns:
        The content of each file by its name.

    Raises:
        SidecarError: `missing-file`; `refused-file` when the archive has a link, a device or a path that leaves its
            folder; `corrupt-file` when it is damaged, or holds more than twice its size and 128 MiB.
    """
    with open_file(path, f"The {title} archive", next_steps, LONGEST) as (file, size):
        try:
            return _read(_Stream(file, min(LONGEST, max(2 * size, _ROOM))), folder, names)
        except _Refused as error:
            raise SidecarError(
                "refused-file",
                f"{path} has {error}, which no archive of {title} needs. Nothing of it was used.",
                next_steps,
            ) from error
        except (_Bad, EOFError, zlib.error, gzip.BadGzipFile, tarfile.HeaderError) as error:
            raise SidecarError(
                "corrupt-file", f"{path} is an incomplete or foreign archive of {title}: {error}.", next_steps
            ) from error


def _read(stream: _Stream, folder: str, names: Collection[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    while True:
        header = stream.read(tarfile.BLOCKSIZE)
        # A block of zeros ends an archive.
        if not header.strip(b"\0"):
            stream.finish()
            return found
        member = tarfile.TarInfo.frombuf(header, "utf-8", "replace")
        place = PurePosixPath(member.name)
        _require_harmless(member, place)
        padding = -member.size % tarfile.BLOCKSIZE
        wanted = member.type in _REGULAR and place.name in names and str(place.parent) in (folder, ".")
        if wanted:
            found[place.name] = stream.exactly(member.size)
        else:
            stream.skip(member.size)
        stream.skip(padding)


def _require_harmless(member: tarfile.TarInfo, place: PurePosixPath) -> None:
    shown = repr(member.name[:100])
    if member.type not in _REGULAR | _SKIPPED:
        raise _Refused(f"a link, device or sparse file named {shown}")
    if place.is_absolute() or ".." in place.parts:
        raise _Refused(f"a path outside of its folder: {shown}")
    if member.size < 0:
        raise _Bad(f"the size of {shown} is negative")
