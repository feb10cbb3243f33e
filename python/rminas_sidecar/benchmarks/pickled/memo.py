"""What a pickle has numbered in order to name it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .source import BadPickle

#: Texts up to so many bytes are kept once, however often the pickle has them: keys of curves are a hundred million.
_LONGEST_INTERNED = 64


class Memo:
    """Objects by number."""

    def __init__(self) -> None:
        self._objects: list[Any] = []
        self._texts: dict[bytes, str] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def get(self, place: int) -> Any:
        """What has the number; an IndexError when nothing has."""
        return self._objects[place]

    def get_all(self, places: Iterable[int]) -> list[Any]:
        """What has each of the numbers; an IndexError when nothing has one of them."""
        return [*map(self._objects.__getitem__, places)]

    def put(self, place: int, value: Any) -> None:
        """Gives an object the next number, or one that another object had.

        Raises:
            BadPickle: numbers are left out.
        """
        if place > len(self._objects):
            raise BadPickle(f"its object {place} follows its object {len(self._objects) - 1}")
        self._objects[place : place + 1] = [value]

    def extend(self, values: Iterable[Any]) -> None:
        """Gives objects the next numbers."""
        self._objects.extend(values)

    def interned(self, text: bytes) -> str:
        """UTF-8 text; short ones are one object however often they come."""
        known = self._texts.get(text)
        if known is None:
            known = text.decode("utf-8", "surrogatepass")
            if len(text) <= _LONGEST_INTERNED:
                self._texts[text] = known
        return known
