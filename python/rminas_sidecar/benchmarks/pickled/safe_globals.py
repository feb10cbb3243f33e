"""Harmless replacements of the functions and classes that a pickled table may name."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .source import BadPickle


class RefusedGlobal(Exception):
    """The file names a function or class that no table needs.

    Args:
        name: of the function or class, with its module.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Record(dict[Any, Any]):
    """A dictionary of the file. Its reader may empty it, and keep the needed part in `digest`."""

    __slots__ = ("digest",)

    def __init__(self, *items: Any) -> None:
        super().__init__(*items)
        self.digest: Any = None


_NUMBER_FORMATS = {"f8": "d", "f4": "f", "i8": "q", "i4": "i", "u8": "Q", "b1": "?"}


class NumberType:
    """Replaces `numpy.dtype` of a number: format character and byte order of `struct`."""

    def __init__(self, name: object = None, *_flags: object) -> None:
        text = name.decode("ascii") if isinstance(name, bytes) else str(name)
        if text not in _NUMBER_FORMATS:
            raise BadPickle(f"no table has numbers of the type {text!r}")
        self._format = _NUMBER_FORMATS[text]
        self._order = "<"

    def set_state(self, state: object) -> None:
        """Takes the byte order from the state that the pickle gives; the rest does not matter."""
        if isinstance(state, tuple) and len(state) > 1 and state[1] in (">", b">"):
            self._order = ">"

    def read(self, content: bytes) -> Any:
        """Decodes a number."""
        return struct.unpack(self._order + self._format, content)[0]


def _scalar(kind: object, content: object) -> Any:
    if not isinstance(kind, NumberType) or not isinstance(content, bytes):
        raise BadPickle("a number of an unusual kind")
    return kind.read(content)


def _encode(text: object, encoding: object) -> bytes:
    """Replaces `_codecs.encode`, with which Python 3 writes bytes in protocol 2."""
    if not isinstance(text, str) or encoding != "latin1":
        raise BadPickle(f"bytes in the encoding {encoding!r}")
    return text.encode("latin1")


def _ordered(items: object = ()) -> Record:
    if not isinstance(items, list | tuple):
        raise BadPickle("a dictionary that is not made from a list")
    pairs = [(key, value) for key, value in items]
    checked_keys([key for key, _ in pairs])
    return Record(pairs)


def _members(items: object = ()) -> set[Any]:
    if not isinstance(items, list):
        raise BadPickle("a set that is not made from a list")
    return set(checked_keys(items))


def _weights(*_parts: object) -> None:
    """Replaces functions that make tensors: weights are not needed."""


@dataclass(frozen=True)
class SafeGlobal:
    """Replaces a function on the stack of the machine; a call of it makes a harmless object."""

    make: Callable[..., Any]


_WEIGHTS = SafeGlobal(_weights)
_ALLOWED: dict[str, SafeGlobal] = {
    "collections.OrderedDict": SafeGlobal(_ordered),
    "__builtin__.set": SafeGlobal(_members),
    "builtins.set": SafeGlobal(_members),
    "numpy.dtype": SafeGlobal(NumberType),
    "numpy.core.multiarray.scalar": SafeGlobal(_scalar),
    "numpy._core.multiarray.scalar": SafeGlobal(_scalar),
    "_codecs.encode": SafeGlobal(_encode),
    "torch._utils._rebuild_tensor_v2": _WEIGHTS,
    "torch._utils._rebuild_parameter": _WEIGHTS,
    "torch.storage._load_from_bytes": _WEIGHTS,
}
_KEY_TYPES = {str, int, float}
_STORAGE = re.compile(r"torch\.(?:storage\.)?\w+Storage", re.ASCII)


def safe_global(module: str, name: str) -> SafeGlobal:
    """The replacement of a function or class.

    Raises:
        RefusedGlobal: no table needs it.
    """
    full = f"{module}.{name}"
    if full in _ALLOWED:
        return _ALLOWED[full]
    if _STORAGE.fullmatch(full):
        return _WEIGHTS
    raise RefusedGlobal(full)


def checked_keys(keys: list[Any]) -> list[Any]:
    """Checks that keys or members are texts, numbers, or tuples of them, and answers them.

    Hashing a deeply nested tuple could crash the interpreter.

    Raises:
        BadPickle: a key has another type.
    """
    parts = keys
    # Checks the set of types, because a table has a hundred million keys.
    if tuple in set(map(type, keys)):
        parts = [part for key in keys for part in (key if isinstance(key, tuple) else (key,))]
    others = set(map(type, parts)) - _KEY_TYPES
    if others:
        raise BadPickle(f"a key of the type {others.pop().__name__}")
    return keys
