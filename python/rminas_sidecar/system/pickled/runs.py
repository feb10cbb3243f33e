"""Reads long rows of keys and numbers, the bulk of a table, hundreds at a time.

The effect is the same as that of the opcodes one by one. Rows that are not recognised are left to the opcodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from struct import Struct, calcsize, pack, unpack
from typing import Any, NamedTuple

from .memo import Memo
from .source import Source

#: Bytes to read ahead, so that rows are rarely cut.
_AHEAD = 1 << 14

#: Items of a row, as many as Python's pickles have side by side. It bounds the memory of formats.
_LONGEST_ROW = 1000
_NUMBER = rb"G........"


def _repeated(item: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:%b){1,%d}" % (item, _LONGEST_ROW), re.DOTALL)


class Row(NamedTuple):
    """Keys, which are texts or small integers, and the number of each."""

    keys: Sequence[Any]
    numbers: Sequence[float]


def read_rows(source: Source, memo: Memo) -> list[Row]:
    """The rows that come next, if any."""
    rows: list[Row] = []
    while source.has(_AHEAD) or source.has(1):
        read = _READERS.get(source.data[source.at])
        row = None if read is None else read(source, memo)
        if row is None:
            break
        rows.append(row)
    return rows


_SMALL_INTEGER = _repeated(rb"K." + _NUMBER)
_SMALL_INTEGER_ITEM = "xBxd"


def _small_integers(source: Source, _memo: Memo) -> Row | None:
    """BININT1: epochs."""
    row = _SMALL_INTEGER.match(source.data, source.at)
    if row is None:
        return None
    source.at = row.end()
    fields = _unpack(_SMALL_INTEGER_ITEM, row[0])
    return Row(fields[::2], fields[1::2])


_KNOWN_KEY = _repeated(rb"j...." + _NUMBER)
_KNOWN_KEY_ITEM = "x4sxd"


def _known_keys(source: Source, memo: Memo) -> Row | None:
    """LONG_BINGET: splits with epochs that an earlier curve has."""
    row = _KNOWN_KEY.match(source.data, source.at)
    if row is None:
        return None
    fields = _unpack(_KNOWN_KEY_ITEM, row[0])
    places = b"".join(fields[::2])
    keys = memo.get_all(unpack(f"<{len(places) // 4}I", places))
    # Other keys are rare; the opcodes check them.
    if set(map(type, keys)) != {str}:
        return None
    source.at = row.end()
    return Row(keys, fields[1::2])


def _new_keys(source: Source, memo: Memo) -> Row | None:
    """New texts: BINUNICODE with LONG_BINPUT, or SHORT_BINUNICODE with MEMOIZE."""
    if source.at + 1 >= len(source.data):
        return None
    pattern, item = _forms(*source.data[source.at : source.at + 2])
    row = pattern.match(source.data, source.at)
    if row is None:
        return None
    fields = _unpack(item, row[0])
    texts, places = fields[::3], b"".join(fields[1::3])
    first, count = len(memo), len(texts)
    # MEMOIZE has no numbers. Rows that are not numbered in order are rare; the opcodes read them.
    if places and places != pack(f"<{count}I", *range(first, first + count)):
        return None
    keys = memo.interned_all(texts)
    memo.extend(keys)
    source.at = row.end()
    return Row(keys, fields[2::3])


_READERS: dict[int, Callable[[Source, Memo], Row | None]] = {
    ord("K"): _small_integers,
    ord("j"): _known_keys,
    ord("X"): _new_keys,
    0x8C: _new_keys,
}
#: Opcodes with which a row may start.
ROW_STARTS = frozenset(_READERS)


@lru_cache(maxsize=512)
def _forms(code: int, length: int) -> tuple[re.Pattern[bytes], str]:
    """For texts of one length: the pattern of a row, and the format of an item: text, memo number and value."""
    text, size = b".{%d}" % length, re.escape(bytes([length]))
    if code == ord("X"):
        return _repeated(rb"X" + size + rb"\0\0\0" + text + rb"r...." + _NUMBER), f"5x{length}sx4sxd"
    return _repeated(rb"\x8c" + size + text + rb"\x94" + _NUMBER), f"2x{length}sx0sxd"


def _unpack(item: str, row: bytes) -> tuple[Any, ...]:
    """All fields of the items of a row. Item by item, it would take half as long again."""
    return _repeated_format(item, len(row)).unpack(row)


@lru_cache(maxsize=256)
def _repeated_format(item: str, length: int) -> Struct:
    return Struct(">" + item * (length // calcsize(">" + item)))
