"""The functions and classes that a pickled table of trained accuracies may name."""

from __future__ import annotations

import re
import struct
from typing import Any

from ..system.pickled import BadPickle, SafeGlobal, SafeGlobals, encode_text, make_ordered, make_set

_NUMBER_FORMATS = {"f8": "d", "f4": "f", "i8": "q", "i4": "i", "u8": "Q", "b1": "?"}


class NumberType:
    """Replaces numpy.dtype of a plain number: format character and byte order of `struct`."""

    def __init__(self, name: object = None, *_flags: object) -> None:
        text = name.decode("ascii") if isinstance(name, bytes) else str(name)
        if text not in _NUMBER_FORMATS:
            raise BadPickle(f"a number of the type {text!r}, which no table has")
        self._format = _NUMBER_FORMATS[text]
        self._order = "<"

    def set_state(self, state: object) -> None:
        """Takes the byte order from the type's state; the rest of it does not matter."""
        if isinstance(state, tuple) and len(state) > 1 and state[1] in (">", b">"):
            self._order = ">"

    def read(self, content: bytes) -> Any:
        """The number in the bytes. Raises `BadPickle` for too few or too many of them."""
        try:
            return struct.unpack(self._order + self._format, content)[0]
        except struct.error as error:
            raise BadPickle(f"a number of {len(content)} bytes, which its type does not have") from error


def _scalar(kind: object, content: object) -> Any:
    if not isinstance(kind, NumberType) or not isinstance(content, bytes):
        raise BadPickle("a number of an unusual kind")
    return kind.read(content)


def _no_weights(*_parts: object) -> None:
    """Weights are not results, so they are not read."""


def _build(target: Any, state: object) -> Any:
    if isinstance(target, NumberType):
        target.set_state(state)
    return target


_STORAGE = re.compile(r"torch\.(?:storage\.)?\w+Storage", re.ASCII)
_WEIGHTS = SafeGlobal(_no_weights)

TABLE_GLOBALS = SafeGlobals(
    named={
        "collections.OrderedDict": SafeGlobal(make_ordered),
        "__builtin__.set": SafeGlobal(make_set),
        "builtins.set": SafeGlobal(make_set),
        "numpy.dtype": SafeGlobal(NumberType),
        "numpy.core.multiarray.scalar": SafeGlobal(_scalar),
        "numpy._core.multiarray.scalar": SafeGlobal(_scalar),
        "_codecs.encode": SafeGlobal(encode_text),
        "torch._utils._rebuild_tensor_v2": _WEIGHTS,
        "torch._utils._rebuild_parameter": _WEIGHTS,
        "torch.storage._load_from_bytes": _WEIGHTS,
    },
    find=lambda name: _WEIGHTS if _STORAGE.fullmatch(name) else None,
    storage=_no_weights,
    build=_build,
)
