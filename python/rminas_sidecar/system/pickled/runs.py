"""Reads long rows of keys and numbers, the bulk of a table, hundreds at a time.

The effect is the same as that of the opcodes one by one. Rows that are not recognised are left to the opcodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from struct import Struct
from typing import Any

from .memo import Memo
from .source import Source

#: Bytes to read ahead, so that rows are rarely cut.
_AHEAD = 1 << 14

_NUMBER = rb"G.{8}"
_SMALL_INTEGER = re.compile(rb"(?:K." + _NUMBER + rb")+", re.DOTALL)
_SMALL_INTEGER_ITEM = Struct(">xBxd")
_KNOWN_KEY = re.compile(rb"(?:j.{4}" + _NUMBER + rb")+", re.DOTALL)
_KNOWN_KEY_PLACE = Struct("<xI9x")
_KNOWN_KEY_VALUE = Struct(">6xd")


def read_run(code: int, source: Source, memo: Memo) -> Iterable[Any] | None:
    """The keys and numbers, alternately, of a row that starts with an opcode; None if there is no row."""
    source.has(_AHEAD)
    if code == 0x4B:  # BININT1: an epoch.
        row = _SMALL_INTEGER.match(source.data, source.at)
        if row is None:
            return None
        source.at = row.end()
        return chain.from_iterable(_SMALL_INTEGER_ITEM.iter_unpack(row[0]))
    if code == 0x6A:  # LONG_BINGET: a split and an epoch that an earlier curve has.
        row = _KNOWN_KEY.match(source.data, source.at)
        if row is None:
            return None
        source.at = row.end()
        keys = memo.get_all(chain.from_iterable(_KNOWN_KEY_PLACE.iter_unpack(row[0])))
        return _alternately(keys, _KNOWN_KEY_VALUE.iter_unpack(row[0]))
    return _new_keys(code, source, memo)


def _new_keys(code: int, source: Source, memo: Memo) -> Iterable[Any] | None:
    """Reads new texts: BINUNICODE with LONG_BINPUT, or SHORT_BINUNICODE with MEMOIZE."""
    if code not in (0x58, 0x8C) or source.at + 1 >= len(source.data):
        return None
    pattern, places, texts, values = _forms(code, source.data[source.at + 1])
    row = pattern.match(source.data, source.at)
    if row is None:
        return None
    # Rows that are not numbered in order are rare; the opcodes read them.
    if places is not None:
        numbers = [*chain.from_iterable(places.iter_unpack(row[0]))]
        if numbers != list(range(len(memo), len(memo) + len(numbers))):
            return None
    keys = [memo.interned(text) for (text,) in texts.iter_unpack(row[0])]
    memo.extend(keys)
    source.at = row.end()
    return _alternately(keys, values.iter_unpack(row[0]))


@lru_cache(maxsize=512)
def _forms(code: int, length: int) -> tuple[re.Pattern[bytes], Struct | None, Struct, Struct]:
    """For texts of one length: the pattern of a row, and the formats of memo number, text and value in an item."""
    text = b".{%d}" % length
    size = re.escape(bytes([length]))
    if code == 0x58:
        item = rb"X" + size + rb"\0\0\0" + text + rb"r.{4}" + _NUMBER
        places = Struct(f"<{5 + length + 1}xI9x")
        return _row(item), places, Struct(f"5x{length}s14x"), Struct(f">{5 + length + 6}xd")
    item = rb"\x8c" + size + text + rb"\x94" + _NUMBER
    return _row(item), None, Struct(f"2x{length}s10x"), Struct(f">{2 + length + 2}xd")


def _row(item: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:" + item + rb")+", re.DOTALL)


def _alternately(keys: list[Any], values: Iterable[tuple[float]]) -> Iterable[Any]:
    return chain.from_iterable(zip(keys, chain.from_iterable(values), strict=True))
