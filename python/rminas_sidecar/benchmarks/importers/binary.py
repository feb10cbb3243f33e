"""Names the kinds of files that are no tables, by their first bytes."""

from __future__ import annotations

_KINDS = (
    (b"\x93NUMPY", "a NumPy array (.npy)"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"%PDF", "a PDF document"),
    (b"\xfd7zXZ", "a file compressed by xz"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a file compressed by zstd"),
    (b"version https://", "a pointer of Git LFS instead of the file"),
    (b"<!DOCTYPE", "a web page"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
    (b"\xff\xfe", "text in UTF-16 instead of UTF-8"),
    (b"\xfe\xff", "text in UTF-16 instead of UTF-8"),
)


def kind_of(head: bytes) -> str | None:
    """What a file with these first bytes is; None if they are not known."""
    return next((kind for magic, kind in _KINDS if head.startswith(magic)), None)
