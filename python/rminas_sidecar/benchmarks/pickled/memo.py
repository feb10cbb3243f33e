"""The memo of a pickle: objects that it refers to by number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .source import BadPickle

#: Texts up to this number of bytes are stored once. The curves of a table have a hundred million keys.
_LONGEST_INTERNED = 64


class Memo:
    """Objects by number."""

    def __init__(self) -> None:
        self._objects: list[Any] = []
        self._texts: dict[bytes, str] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def get(self, place: int) -> Any:
        """The object with the number. Raises IndexError if there is none."""
        return self._objects[place]

    def get_all(self, places: Iterable[int]) -> list[Any]:
        """The objects with the numbers. Raises IndexError if one does not exist."""
        return [*map(self._objects.__getitem__, places)]

    def put(self, place: int, value: Any) -> None:
        """Stores an object under the next number, or replaces an object.

        Raises:
            BadPickle: the number skips others.
        """
        if place > len(self._objects):
            raise BadPickle(f"its object {place} follows its object {len(self._objects) - 1}")
        self._objects[place : place + 1] = [value]

    def extend(self, values: Iterable[Any]) -> None:
        """Stores objects under the next numbers."""
        self._objects.extend(values)

    def interned(self, text: bytes) -> str:
        """Decodes UTF-8. Equal short texts are the same object."""
        known = self._texts.get(text)
        if known is None:
            known = text.decode("utf-8", "surrogatepass")
            if len(text) <= _LONGEST_INTERNED:
                self._texts[text] = known
        return known
