"""A pickle virtual machine: it runs a pickle as a program."""

from __future__ import annotations

from codecs import escape_decode
from collections.abc import Callable
from itertools import chain
from typing import Any

from .limits import UNLIMITED, Limits
from .memo import Memo
from .runs import read_rows
from .safe_globals import Record, SafeGlobal, SafeGlobals, check_long, check_types_of_keys, count_long
from .source import BadPickle, RefusedGlobal, Source

_SETITEMS = ord("u")
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
        self._most_objects = limits.objects
        self.counts_objects = limits.objects is not None
        self._objects = 0
        self._copied = 0
        self._long_keys = 0
        self.stack: list[Any] = []
        #: The dictionary that was filled last, until it is reported.
        self.filled: dict[Any, Any] | None = None
        self._marks: list[int] = []

    def spend(self, objects: int) -> None:
        """Counts objects against their limit.

        Raises:
            BadPickle: there are more than expected.
        """
        self._objects += objects
        if self._most_objects is not None and self._objects > self._most_objects:
            raise BadPickle(f"it has more than {self._most_objects} objects")

    def _spend_copies(self, items: int, size: int) -> None:
        """Counts what a call copies: items against the limit of objects, and bytes or items against the bytes read."""
        self.spend(items)
        self._copied += size
        if self._copied > 2 * self.source.position + _LEAST_COPIED:
            raise BadPickle("its calls copy more than it contains")

    def read_rows(self) -> bool:
        """Reads rows of keys and numbers, of which the first opcode was read, into their dictionary or onto the stack.

        Answers whether there was a row. If not, nothing else was read.
        """
        self.source.at -= 1
        rows = read_rows(self.source, self.memo)
        if not rows:
            self.source.at += 1
            return False
        self.spend(2 * sum(len(row.keys) for row in rows))
        if self._fills_dictionary():
            self.source.byte()
            self._marks.pop()
            for row in rows:
                self.stack[-1].update(zip(*row, strict=True))
            self.filled = self.stack[-1]
        else:
            for row in rows:
                self.stack.extend(chain.from_iterable(zip(*row, strict=True)))
        return True

    def _fills_dictionary(self) -> bool:
        """Whether SETITEMS comes next, and a dictionary and a mark came before."""
        marked = self._marks and self._marks[-1] == len(self.stack)
        return bool(marked and self.source.next_is(_SETITEMS) and self.stack and isinstance(self.stack[-1], dict))

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
        keys = items[::2]
        self._check_keys(keys)
        target.update(zip(keys, items[1::2], strict=True))
        self.filled = target

    def _check_keys(self, keys: list[Any]) -> None:
        check_types_of_keys(keys, self._safe_globals.bytes_as_keys)
        self._long_keys += count_long(keys)
        check_long(self._long_keys)

    def add(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, set):
            raise BadPickle(f"members for a {type(target).__name__}")
        self._check_keys(items)
        target.update(items)

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
                self._spend_copies(0, len(argument))
            elif isinstance(argument, list | tuple | dict):
                self._spend_copies(len(argument), len(argument))
        self.stack.append(function.make(*arguments))

    def build(self, state: object) -> None:
        self.stack[-1] = self._safe_globals.build(self.stack[-1], state)

    def push_storage(self, name: object) -> None:
        """The storage of a tensor lies elsewhere in the file."""
        if self._safe_globals.storage is None:
            raise BadPickle("it refers to data outside of it")
        self.stack.append(self._safe_globals.storage(name))
