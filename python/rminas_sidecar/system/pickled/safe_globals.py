"""Harmless replacements for the functions and classes that a pickle names. No pickle calls the real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .source import BadPickle, RefusedGlobal


class Record(dict[Any, Any]):
    """A dictionary of the file. Its reader may empty it, and keep in `digest` what it needs."""

    __slots__ = ("digest",)

    def __init__(self, *items: Any) -> None:
        super().__init__(*items)
        self.digest: Any = None


_MOST_LONG_KEYS = 1000
_LONG = 1 << 64
_KEY_TYPES = {str, int, float}


@dataclass(frozen=True)
class SafeGlobal:
    """The pickle's stack has it in place of a function or class. A call of it makes something harmless.

    Args:
        make: called with the pickle's arguments.
    """

    make: Callable[..., Any]


class Inert:
    """Replaces an object that the reader does not need."""

    def __init__(self, *_parts: object) -> None:
        return


@dataclass(frozen=True)
class SafeGlobals:
    """The names that the files of a format may contain.

    Args:
        named: safe globals, or plain values, by module and name.
        find: looks up other names; None for names that the format does not need.
        storage: answers a persistent id; None where the format has none.
        build: gives an object its state. It returns the object to use instead.
        bytes_as_keys: keys may be byte strings, as Python 2 wrote them.
    """

    named: Mapping[str, Any]
    find: Callable[[str], Any] = lambda _name: None
    storage: Callable[[object], Any] | None = None
    build: Callable[[Any, object], Any] = lambda target, _state: target
    bytes_as_keys: bool = False

    def look_up(self, module: str, name: str) -> Any:
        """The safe global for a function or class.

        Raises:
            RefusedGlobal: the format does not need it.
        """
        full = f"{module}.{name}"
        found = self.named.get(full)
        if found is None:
            found = self.find(full)
        if found is None:
            raise RefusedGlobal(full)
        return found


def encode_text(text: object, encoding: object) -> bytes:
    """Replaces `_codecs.encode`, by which Python 3 writes bytes for protocol 2."""
    if not isinstance(text, str) or encoding != "latin1":
        raise BadPickle("bytes in another encoding than latin1")
    return text.encode("latin1")


def make_ordered(items: object = ()) -> Record:
    """Replaces `collections.OrderedDict`."""
    if not isinstance(items, list | tuple):
        raise BadPickle("a dictionary that is not made of a list")
    pairs = [(key, value) for key, value in items]
    _check_keys([key for key, _ in pairs])
    return Record(pairs)


def make_set(items: object = ()) -> set[Any]:
    """Replaces `set`."""
    if not isinstance(items, list):
        raise BadPickle("a set that is not made of a list")
    _check_keys(items)
    return set(items)


def _check_keys(keys: list[Any]) -> None:
    check_types_of_keys(keys)
    check_long(count_long(keys))


def check_types_of_keys(keys: list[Any], bytes_too: bool = False) -> None:
    """Checks keys or members: texts, numbers, and tuples of them; byte strings too if the format has them.

    Hashing a nested tuple could exceed the interpreter's stack.

    Raises:
        BadPickle: one has another type.
    """
    # By the set of types, because a table has a hundred million keys.
    kinds = set(map(type, keys))
    if tuple in kinds:
        kinds = set(map(type, _parts(keys)))
    others = kinds - _KEY_TYPES - ({bytes} if bytes_too else set())
    if others:
        raise BadPickle(f"a key of the type {others.pop().__name__}")


def count_long(keys: list[Any]) -> int:
    """How many numbers of more than 64 bits are in keys.

    They can be chosen to have one hash, which makes a dictionary slow.
    """
    kinds = set(map(type, keys))
    if kinds.isdisjoint((int, tuple)) or (kinds == {int} and min(keys) > -_LONG and max(keys) < _LONG):
        return 0
    return sum(type(part) is int and abs(part) >= _LONG for part in _parts(keys))


def check_long(count: int) -> None:
    """Raises `BadPickle` for too many keys of more than 64 bits."""
    if count > _MOST_LONG_KEYS:
        raise BadPickle("too many numbers of more than 64 bits as keys")


def _parts(keys: list[Any]) -> list[Any]:
    return [part for key in keys for part in (key if isinstance(key, tuple) else (key,))]
