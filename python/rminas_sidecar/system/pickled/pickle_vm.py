"""A pickle virtual machine: it runs a pickle as a program."""

from __future__ import annotations

import struct
from codecs import escape_decode
from collections.abc import Callable
from typing import Any

from .limits import UNLIMITED, Limits
from .memo import Memo
from .safe_globals import MOST_LONG_KEYS, Record, SafeGlobal, SafeGlobals, checked_keys, count_long
from .source import BadPickle, RefusedGlobal, Source

#: Forms of `struct` for the operands of opcodes.
_WORDS = {form: struct.Struct(form) for form in ("<B", "<H", "<I", "<i", "<Q", ">d")}
#: Digits of a number in protocol 0; converting them takes time that grows with their square.
_LONGEST_NUMBER = 40
#: Bytes and items that calls may always copy.
_LEAST_COPIED = 4096


class PickleVm:
    """Stack, marks and memo. It never imports or calls a function that a file names.

    Args:
        source: the pickle's bytes.
        safe_globals: replace the functions that the pickle names.
        limits: of its objects.
        make_dict: makes an empty dictionary.
    """

    def __init__(
        self,
        source: Source,
        safe_globals: SafeGlobals,
        limits: Limits = UNLIMITED,
        make_dict: Callable[[], dict[Any, Any]] = Record,
    ) -> None:
        self.source = source
        self.memo = Memo(gaps=limits.objects is not None)
        self.make_dict = make_dict
        self._safe_globals = safe_globals
        self._limits = limits
        self._objects = 0
        self._copied = 0
        self._long_keys = 0
        self.stack: list[Any] = []
        #: The dictionary that was filled last, until it is reported.
        self.filled: dict[Any, Any] | None = None
        self._marks: list[int] = []

    def spend(self, objects: int, copied: int = 0) -> None:
        """Counts objects and copied bytes against the limits.

        Raises:
            BadPickle: there are more than expected.
        """
        self._objects += objects
        self._copied += copied
        if self._limits.objects is not None and self._objects > self._limits.objects:
            raise BadPickle(f"it has more than {self._limits.objects} objects")
        if self._copied > 2 * self.source.position + _LEAST_COPIED:
            raise BadPickle("its calls copy more than it contains")

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

    def push_digits(self) -> None:
        """A number of protocol 0, or True or False."""
        line = self.source.word()
        if line in ("00", "01"):
            self.stack.append(line == "01")
        elif len(line) > _LONGEST_NUMBER:
            raise BadPickle("a number of too many digits")
        else:
            self.stack.append(int(line.removesuffix("L")))

    def push_quoted(self) -> None:
        """A byte string of protocol 0."""
        line = self.source.text()
        if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
            raise BadPickle("a text without quotes")
        self.stack.append(escape_decode(line[1:-1])[0])

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
        if not isinstance(target, dict):
            raise BadPickle(f"items for a {type(target).__name__}")
        keys = checked_keys(items[::2], self._safe_globals.bytes_as_keys)
        self._count_long(keys)
        target.update(zip(keys, items[1::2], strict=True))
        self.filled = target

    def _count_long(self, keys: list[Any]) -> None:
        self._long_keys += count_long(keys)
        if self._long_keys > MOST_LONG_KEYS:
            raise BadPickle("too many numbers of more than 64 bits as keys")

    def add(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, set):
            raise BadPickle(f"members for a {type(target).__name__}")
        self._count_long(items)
        target.update(checked_keys(items, self._safe_globals.bytes_as_keys))

    def push_dict(self, items: list[Any]) -> None:
        self.stack.append(self.make_dict())
        self.set(items)

    def push_global(self, module: object, name: object) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            raise BadPickle("a function without a name")
        self.stack.append(self._safe_globals.look_up(module, name))

    def refuse_extension(self, number: int) -> None:
        raise RefusedGlobal(f"the registered extension {number}")

    def reduce(self, function: object, arguments: object) -> None:
        if not isinstance(function, SafeGlobal) or not isinstance(arguments, tuple):
            raise BadPickle("it calls an object that is not a function")
        for argument in arguments:
            if isinstance(argument, str | bytes):
                self.spend(0, len(argument))
            elif isinstance(argument, list | tuple | dict):
                self.spend(len(argument), len(argument))
        self.stack.append(function.make(*arguments))

    def build(self, state: object) -> None:
        self.stack[-1] = self._safe_globals.build(self.stack[-1], state)

    def push_storage(self, name: object) -> None:
        """The storage of a tensor lies elsewhere in the file."""
        if self._safe_globals.storage is None:
            raise BadPickle("it refers to data outside of it")
        self.stack.append(self._safe_globals.storage(name))
