"""A pickle virtual machine with the operations that a table needs."""

from __future__ import annotations

import struct
from typing import Any

from .memo import Memo
from .safe_globals import NumberType, Record, RefusedGlobal, SafeGlobal, checked_keys, safe_global
from .source import BadPickle, Source

#: Forms of `struct` for the operands of opcodes.
_WORDS = {form: struct.Struct(form) for form in ("<B", "<H", "<I", "<i", "<Q", ">d")}


class PickleVm:
    """Stack, marks and memo. It never imports or calls a function that a file names: see `safe_globals`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.memo = Memo()
        self.stack: list[Any] = []
        #: The dictionary that was filled last; the reader resets it to None.
        self.filled: Record | None = None
        self._marks: list[int] = []

    def number(self, form: str) -> Any:
        """Reads an operand."""
        word = _WORDS[form]
        return word.unpack(self.source.take(word.size))[0]

    def push(self, value: object) -> None:
        self.stack.append(value)

    def push_long(self, size: int) -> None:
        self.stack.append(int.from_bytes(self.source.take(size), "little", signed=True))

    def push_text(self, size: int) -> None:
        self.stack.append(self.memo.interned(self.source.take(size)))

    def push_bytes(self, size: int) -> None:
        self.stack.append(self.source.take(size))

    def mark(self) -> None:
        self._marks.append(len(self.stack))

    def marked(self) -> int:
        """Removes the last mark; answers the number of objects after it."""
        return len(self.stack) - self._marks.pop()

    def pop(self, count: int) -> list[Any]:
        """Takes the last objects off the stack."""
        start = len(self.stack) - count
        if start < 0:
            raise BadPickle("it takes more objects than the stack has")
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def memoize(self, place: int) -> None:
        self.memo.put(place, self.stack[-1])

    def push_tuple(self, size: int) -> None:
        self.stack.append(tuple(self.pop(size)))

    def extend(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise BadPickle(f"items for a {type(target).__name__}")
        target.extend(items)

    def set(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, Record):
            raise BadPickle(f"items for a {type(target).__name__}")
        keys = checked_keys(items[::2])
        target.update(zip(keys, items[1::2], strict=True))
        self.filled = target

    def add(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, set):
            raise BadPickle(f"members for a {type(target).__name__}")
        target.update(checked_keys(items))

    def push_global(self, module: object, name: object) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            raise BadPickle("a function without a name")
        self.stack.append(safe_global(module, name))

    def refuse_extension(self, number: int) -> None:
        raise RefusedGlobal(f"the registered extension {number}")

    def reduce(self, function: object, arguments: object) -> None:
        if not isinstance(function, SafeGlobal) or not isinstance(arguments, tuple):
            raise BadPickle("it calls an object that is not a function")
        self.stack.append(function.make(*arguments))

    def build(self, state: object) -> None:
        target = self.stack[-1]
        if isinstance(target, NumberType):
            target.set_state(state)

    def push_storage(self, _name: object) -> None:
        """Pushes None for the storage of a tensor, whose content is elsewhere in the file and not needed."""
        self.stack.append(None)
