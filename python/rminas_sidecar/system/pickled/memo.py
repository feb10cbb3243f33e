"""The memo of a pickle: objects that it refers to by number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .source import BadPickle

#: Texts up to this number of bytes are stored once. The curves of a table have a hundred million keys.
_LONGEST_INTERNED = 64


class Memo:
    """Objects by number.

    Args:
        gaps: numbers may be left out, as Python 2 and optimised pickles do. They are then kept by name, so that a gap
            takes no memory; a table numbers a hundred million objects in order.
    """

    def __init__(self, gaps: bool = False) -> None:
        self._objects: list[Any] = []
        self._beyond: dict[int, Any] | None = {} if gaps else None
        self._texts: dict[bytes, str] = {}

    def __len__(self) -> int:
        return len(self._objects) + len(self._beyond or ())

    def get(self, place: int) -> Any:
        """The object of a number.

        Raises:
            LookupError: no object has it.
        """
        if place < len(self._objects):
            return self._objects[place]
        if self._beyond and place in self._beyond:
            return self._beyond[place]
        raise LookupError(f"no object has the number {place}")

    def get_all(self, places: Iterable[int]) -> list[Any]:
        """The objects of some numbers; raises as :meth:`get`."""
        if self._beyond:
            return [*map(self.get, places)]
        return [*map(self._objects.__getitem__, places)]

    def put(self, place: int, value: Any) -> None:
        """Gives an object a number, which another object may have had.

        Raises:
            BadPickle: a number is left out, and no gaps are expected.
        """
        if place < len(self._objects):
            self._objects[place] = value
        elif place == len(self._objects) and not self._beyond:
            self._objects.append(value)
        elif self._beyond is None:
            raise BadPickle(f"its object {place} follows its object {len(self._objects) - 1}")
        else:
            self._beyond[place] = value

    def extend(self, values: Iterable[Any]) -> None:
        """Gives objects the next numbers."""
        for value in values if self._beyond else ():
            self.put(len(self), value)
        if not self._beyond:
            self._objects.extend(values)

    def interned(self, text: bytes) -> str:
        """Decodes UTF-8. Equal short texts are the same object."""
        known = self._texts.get(text)
        if known is None:
            known = text.decode("utf-8", "surrogatepass")
            if len(text) <= _LONGEST_INTERNED:
                self._texts[text] = known
        return known

    def interned_all(self, texts: Sequence[bytes]) -> list[str]:
        """Decodes some texts; see :meth:`interned`."""
        known = [*map(self._texts.get, texts)]
        if None in known:
            return [*map(self.interned, texts)]
        return known  # type: ignore[return-value]
