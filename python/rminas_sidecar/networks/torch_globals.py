"""Replacements of what a checkpoint's pickle names: storages, tensors and a few plain types. None of them runs torch's
own code for pickles, and no tensor is larger than its storage.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from rminas_sidecar.system.pickled import (
    BadPickle,
    Inert,
    SafeGlobal,
    SafeGlobals,
    encode_text,
    make_ordered,
    make_set,
)

_MOST_DIMENSIONS = 8

_STORAGES = {
    "Float": torch.float32,
    "Double": torch.float64,
    "Half": torch.float16,
    "BFloat16": torch.bfloat16,
    "Long": torch.int64,
    "Int": torch.int32,
    "Short": torch.int16,
    "Char": torch.int8,
    "Byte": torch.uint8,
    "Bool": torch.bool,
    "ComplexFloat": torch.complex64,
    "ComplexDouble": torch.complex128,
    "Untyped": torch.uint8,
}
_DTYPES = {str(dtype): dtype for dtype in _STORAGES.values()}


@dataclass(frozen=True)
class StorageType:
    """Replaces a class of storages."""

    dtype: torch.dtype


@dataclass
class Storage:
    """Bytes of numbers of one type: `content` is uint8, of one dimension."""

    content: Tensor
    dtype: torch.dtype

    def flat(self, dtype: torch.dtype) -> Tensor:
        return self.content.view(dtype)


Find = Callable[[str, torch.dtype, int, Any], Storage]
"""Finds a storage by its key, type, length and, in the older format, its place in another one."""


def text_of(value: object) -> str:
    """The key of a storage, which older versions of Python wrote as bytes. Raises: BadPickle."""
    text = value.decode("latin1") if isinstance(value, bytes) else value
    if not isinstance(text, str):
        raise BadPickle("a storage without a key")
    return text


def safe_globals_of(find: Find | None, more: "dict[str, SafeGlobal] | None" = None) -> SafeGlobals:
    """The names that a checkpoint may use.

    Args:
        find: finds the storages that the pickle refers to; None for a pickle without any.
        more: replacements of further names.
    """

    def storage(identity: object) -> Storage:
        if not isinstance(identity, tuple) or len(identity) not in (5, 6) or text_of(identity[0]) != "storage":
            raise BadPickle("a reference to something that is not a storage")
        _word, kind, key, _location, count, *view = identity
        if not isinstance(kind, StorageType) or type(count) is not int or count < 0:
            raise BadPickle("a storage of an unusual kind")
        assert find is not None
        return find(text_of(key), kind.dtype, count, view[0] if view else None)

    return SafeGlobals(named={**_NAMED, **(more or {})}, find=_storage_type, storage=None if find is None else storage)


def _storage_type(name: str) -> StorageType | None:
    found = re.fullmatch(r"torch\.(?:storage\.|cuda\.)?(\w+)Storage", name, re.ASCII)
    dtype = _STORAGES.get(found[1]) if found else None
    return None if dtype is None else StorageType(dtype)


def _rebuild_tensor(storage: object, start: object, size: object, stride: object, *_rest: object) -> Tensor:
    """Replaces `torch._utils._rebuild_tensor` and its second version: a view of the storage."""
    return _view(storage, None, start, size, stride)


def _rebuild_tensor_v3(
    storage: object,
    start: object,
    size: object,
    stride: object,
    _gradient: object,
    _hooks: object,
    dtype: object,
    *_: object,
) -> Tensor:
    if not isinstance(dtype, torch.dtype):
        raise BadPickle("a tensor of an unknown type")
    return _view(storage, dtype, start, size, stride)


def _view(storage: object, dtype: torch.dtype | None, start: object, size: object, stride: object) -> Tensor:
    if not isinstance(storage, Storage) or not isinstance(size, tuple) or not isinstance(stride, tuple):
        raise BadPickle("a tensor that is not made of a storage")
    if len(size) > _MOST_DIMENSIONS or len(size) != len(stride):
        raise BadPickle("a tensor of an unusual shape")
    if not all(type(number) is int and 0 <= number < 1 << 40 for number in (start, *size, *stride)):
        raise BadPickle("a tensor of an unusual shape")
    flat = storage.flat(storage.dtype if dtype is None else dtype)
    count = 1
    for length in size:
        count *= length
    # A tensor that repeats its numbers would be small here and fill the memory later.
    if count > len(flat):
        raise BadPickle("a tensor that is larger than its storage")
    return flat.as_strided(size, stride, start)  # type: ignore[arg-type]


def _parameter(data: object, *_rest: object) -> Tensor:
    """Replaces `torch._utils._rebuild_parameter`."""
    if not isinstance(data, Tensor):
        raise BadPickle("a parameter that is not a tensor")
    return data


def _size(lengths: object = ()) -> tuple[Any, ...]:
    if not isinstance(lengths, tuple | list):
        raise BadPickle("a size that is not made of numbers")
    return tuple(lengths)


def _device(*parts: object) -> str:
    return ":".join(str(part)[:20] for part in parts if isinstance(part, str | int))


_INERT = SafeGlobal(Inert)
_NAMED: dict[str, Any] = {
    "collections.OrderedDict": SafeGlobal(lambda items=(): OrderedDict(make_ordered(items))),
    "__builtin__.set": SafeGlobal(make_set),
    "builtins.set": SafeGlobal(make_set),
    "_codecs.encode": SafeGlobal(encode_text),
    # Records of a training have numbers of NumPy, which are not read.
    "numpy.dtype": _INERT,
    "numpy.core.multiarray.scalar": _INERT,
    "numpy._core.multiarray.scalar": _INERT,
    "torch._utils._rebuild_tensor": SafeGlobal(_rebuild_tensor),
    "torch._utils._rebuild_tensor_v2": SafeGlobal(_rebuild_tensor),
    "torch._utils._rebuild_tensor_v3": SafeGlobal(_rebuild_tensor_v3),
    "torch._utils._rebuild_parameter": SafeGlobal(_parameter),
    "torch.nn.parameter.Parameter": SafeGlobal(_parameter),
    "torch.Size": SafeGlobal(_size),
    "torch.device": SafeGlobal(_device),
    **_DTYPES,
}
