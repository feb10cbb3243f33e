"""Recognises files that are often saved in place of a data file or checkpoint."""

from dataclasses import dataclass
from typing import BinaryIO

_HEAD = 1024
_LFS = b"version https://git-lfs.github.com/"


@dataclass(frozen=True)
class Foreign:
    """A file of another kind.

    Args:
        what: the kind, with its article.
        step: how to get the right file.
    """

    what: str
    step: str


_WEB_PAGE = Foreign(
    "a web page, not the file",
    "Download the file itself: on GitHub by its raw link, on Google Drive by confirming the download in a browser.",
)
_ERROR = Foreign("an XML document, often a server's error", "Download the file again, and look at the server's answer.")
_POINTER = Foreign("a Git LFS pointer, not the file", "Run `git lfs pull` in its repository to fetch the file itself.")
_ARCHIVE = Foreign("a tar or gzip archive", "Unpack it (`tar xf FILE`) and name the unpacked files.")
_ZIP = Foreign("a zip archive", "Unpack it and name the unpacked files.")
_BZIP2 = Foreign("compressed by bzip2", "Unpack it (`bunzip2 FILE`) and name the unpacked file.")
_BINARY = (
    (b"\x93NUMPY", "a NumPy array (.npy)"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"%PDF", "a PDF document"),
    (b"\xfd7zXZ", "a file compressed by xz"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a file compressed by zstd"),
)
_UTF16 = Foreign("text in UTF-16", "Save it as UTF-8.")

_MAGIC = (
    (_LFS, _POINTER),
    (b"\x1f\x8b", _ARCHIVE),
    (b"PK\x03\x04", _ZIP),
    (b"BZh", _BZIP2),
    (b"\xff\xfe", _UTF16),
    (b"\xfe\xff", _UTF16),
    *((magic, Foreign(what, "Get the file in its published format.")) for magic, what in _BINARY),
)


def describe_foreign(file: BinaryIO) -> Foreign | None:
    """The kind of a file, None where it is not known. The file's position is its start before and afterwards."""
    head = file.read(_HEAD)
    file.seek(0)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head")):
        return _WEB_PAGE
    if text.startswith(b"<?xml"):
        return _ERROR
    if head[257:262] == b"ustar":
        return _ARCHIVE
    return next((foreign for magic, foreign in _MAGIC if head.startswith(magic)), None)
