"""What stands in for the functions and classes that a pickled table may name. None of them is the thing itself."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .source import BadPickle


class RefusedGlobal(Exception):
    """The file asks for something that no table needs.

    Args:
        name: of the function or class, with its module.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Record(dict[Any, Any]):
    """A dictionary of the file. Who has read it may empty it, and leave in `digest` what is still wanted of it."""

    __slots__ = ("digest",)

    def __init__(self, *items: Any) -> None:
        super().__init__(*items)
        self.digest: Any = None


_NUMBER_FORMATS = {"f8": "d", "f4": "f", "i8": "q", "i4": "i", "u8": "Q", "b1": "?"}


class NumberType:
    """numpy.dtype of a plain number: format character and byte order of `struct`."""

    def __init__(self, name: object = None, *_flags: object) -> None:
        text = name.decode("ascii") if isinstance(name, bytes) else str(name)
        if text not in _NUMBER_FORMATS:
            raise BadPickle(f"a number of the type {text!r} is none that a table has")
        self._format = _NUMBER_FORMATS[text]
        self._order = "<"

    def set_state(self, state: object) -> None:
        """What the pickle says of the type besides its name: only the byte order matters."""
        if isinstance(state, tuple) and len(state) > 1 and state[1] in (">", b">"):
            self._order = ">"

    def read(self, content: bytes) -> Any:
        """The number that the bytes are."""
        return struct.unpack(self._order + self._format, content)[0]


def _scalar(kind: object, content: object) -> Any:
    if not isinstance(kind, NumberType) or not isinstance(content, bytes):
        raise BadPickle("a number of an unusual kind")
    return kind.read(content)


def _encode(text: object, encoding: object) -> bytes:
    """`_codecs.encode`, by which Python 3 writes bytes for protocol 2."""
    if not isinstance(text, str) or encoding != "latin1":
        raise BadPickle(f"bytes in the encoding {encoding!r}")
    return text.encode("latin1")


def _ordered(items: object = ()) -> Record:
    if not isinstance(items, list | tuple):
        raise BadPickle("a dictionary that is made of no list")
    pairs = [(key, value) for key, value in items]
    checked_keys([key for key, _ in pairs])
    return Record(pairs)


def _members(items: object = ()) -> set[Any]:
    if not isinstance(items, list):
        raise BadPickle("a set that is made of no list")
    return set(checked_keys(items))


def _weights(*_parts: object) -> None:
    """Weights are no result: they are passed over."""


@dataclass(frozen=True)
class StandIn:
    """What a pickle has on its stack after naming a function; a call of it makes something harmless."""

    make: Callable[..., Any]


_WEIGHTS = StandIn(_weights)
_ALLOWED: dict[str, StandIn] = {
    "collections.OrderedDict": StandIn(_ordered),
    "__builtin__.set": StandIn(_members),
    "builtins.set": StandIn(_members),
    "numpy.dtype": StandIn(NumberType),
    "numpy.core.multiarray.scalar": StandIn(_scalar),
    "numpy._core.multiarray.scalar": StandIn(_scalar),
    "_codecs.encode": StandIn(_encode),
    "torch._utils._rebuild_tensor_v2": _WEIGHTS,
    "torch._utils._rebuild_parameter": _WEIGHTS,
    "torch.storage._load_from_bytes": _WEIGHTS,
}
_KEY_TYPES = {str, int, float}
_STORAGE = re.compile(r"torch\.(?:storage\.)?\w+Storage", re.ASCII)


def stand_in(module: str, name: str) -> StandIn:
    """What takes the place of a function or class.

    Raises:
        RefusedGlobal: a table has no use for it.
    """
    full = f"{module}.{name}"
    if full in _ALLOWED:
        return _ALLOWED[full]
    if _STORAGE.fullmatch(full):
        return _WEIGHTS
    raise RefusedGlobal(full)


def checked_keys(keys: list[Any]) -> list[Any]:
    """Keys or members that a table has: texts, numbers, and pairs of them.

    Hashing a nested tuple could go deeper than the interpreter bears.

    Raises:
        BadPickle: one is something else.
    """
    parts = keys
    # By the set of types, because a table has a hundred million keys.
    if tuple in set(map(type, keys)):
        parts = [part for key in keys for part in (key if isinstance(key, tuple) else (key,))]
    others = set(map(type, parts)) - _KEY_TYPES
    if others:
        raise BadPickle(f"a key of the type {others.pop().__name__}")
    return keys
