"""Reads what `torch.save` wrote, without `torch.load`: nothing that a file names is called, and no storage is larger
than the file.

Two formats are known: the zip archive of PyTorch 1.6 and newer, and the row of pickles before it. Tensors of a plain
pickle, as NATS-Bench has them, contain the older one.
"""

import io
import re
import struct
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor

from rminas_sidecar.system.pickled import (
    BadPickle,
    Inert,
    Limits,
    SafeGlobal,
    SafeGlobals,
    Source,
    encode,
    load,
    make_ordered,
    make_set,
)

MAGIC = 0x1950A86A20F9469CFC6C
_FORMAT_VERSION = 1001
_PICKLE = re.compile(r"[^/]+/data\.pkl")
_MOST_OBJECTS = 500_000
"""The largest known teacher has 930 tensors, of about 25 objects each; an archive's training curves have thousands."""
_MOST_OBJECTS_OF_STORAGE = 200
_LONGEST_PICKLE = 1 << 26
_LONGEST_DIRECTORY = 1 << 23
_MOST_DIMENSIONS = 8
_INFLATION = 2
"""Times that the contents of an archive may be larger than it: weights hardly compress."""

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


class NotACheckpoint(Exception):
    """The file has another format."""


@dataclass(frozen=True)
class _StorageType:
    """Replaces a class of storages."""

    dtype: torch.dtype


@dataclass
class _Storage:
    """Bytes of numbers of one type: `content` is uint8, of one dimension."""

    content: Tensor
    dtype: torch.dtype

    def flat(self, dtype: torch.dtype) -> Tensor:
        return self.content.view(dtype)


Find = Callable[[str, torch.dtype, int, Any], _Storage]
"""Finds a storage by its key, type, length and, in the older format, its place in another one."""


def read_zip(file: BinaryIO, size: int) -> object:
    """Reads a zip archive.

    Args:
        file: at its start.
        size: of the file, in bytes.

    Raises:
        BadPickle: the archive is incomplete, or announces more than it can contain.
        RefusedGlobal: it asks for more than weights.
        NotACheckpoint: it was not written by `torch.save`.
    """
    _check_directory(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            return _read_archive(archive, size)
    # NotImplementedError: of a compression that zipfile does not know. RuntimeError: of an encrypted archive.
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise BadPickle(f"it is not a complete archive: {error}") from error


def _check_directory(file: BinaryIO, size: int) -> None:
    """Refuses a table of contents of a size that no checkpoint needs, before `zipfile` reads it."""
    file.seek(max(0, size - (1 << 17)))
    tail = file.read()
    at, at_64 = tail.rfind(b"PK\5\6"), tail.rfind(b"PK\6\6")
    if at < 0 or len(tail) < at + 22:
        raise BadPickle("its end is missing")
    (length,) = struct.unpack_from("<I", tail, at + 12)
    if at_64 >= 0 and len(tail) >= at_64 + 56:
        length = max(0 if length == 0xFFFFFFFF else length, struct.unpack_from("<Q", tail, at_64 + 40)[0])
    if length > _LONGEST_DIRECTORY:
        raise BadPickle(f"it announces a table of contents of {length} bytes")
    file.seek(0)


def _read_archive(archive: zipfile.ZipFile, size: int) -> object:
    members = {info.filename: info for info in archive.infolist()}
    pickles = [name for name in members if _PICKLE.fullmatch(name)]
    if len(pickles) != 1:
        raise NotACheckpoint("an archive without the data of a checkpoint")
    total = sum(info.file_size for info in archive.infolist())
    if total > _INFLATION * size + (1 << 20) or members[pickles[0]].file_size > _LONGEST_PICKLE:
        raise BadPickle(f"it announces {total} bytes of content in a file of {size}")
    root = pickles[0].removesuffix("data.pkl")
    if f"{root}byteorder" in members and archive.read(f"{root}byteorder") != b"little":
        raise BadPickle("it was written by a machine of another byte order")
    storages: dict[str, _Storage] = {}

    def find(key: str, dtype: torch.dtype, count: int, _view: object) -> _Storage:
        name = f"{root}data/{key}"
        if key not in storages:
            if name not in members:
                raise BadPickle(f"its storage {key[:20]!r} is missing")
            with archive.open(members[name]) as stream:
                storages[key] = _Storage(_filled(stream, members[name].file_size), dtype)
        if len(storages[key].content) < count * dtype.itemsize:
            raise BadPickle(f"its storage {key[:20]!r} is too short")
        return storages[key]

    with archive.open(members[pickles[0]]) as stream:
        length = members[pickles[0]].file_size
        return load(Source(stream, length), _safe_globals(find), Limits(_MOST_OBJECTS))  # type: ignore[arg-type]


def read_legacy(file: BinaryIO, size: int, most_objects: int = _MOST_OBJECTS) -> object:
    """Reads the row of pickles: magic number, version, machine, content and keys; then the storages.

    Raises:
        BadPickle: it is incomplete, or announces more than it can contain.
        RefusedGlobal: it asks for more than weights.
        NotACheckpoint: it was not written by `torch.save`.
    """
    source = Source(file, size)
    limits = Limits(most_objects)
    storages: dict[str, _Storage] = {}
    room = size

    def find(key: str, dtype: torch.dtype, count: int, view: Any) -> _Storage:
        nonlocal room
        if key not in storages:
            room -= count * dtype.itemsize
            if room < 0:
                raise BadPickle("its storages are larger than the file")
            storages[key] = _Storage(torch.empty(count * dtype.itemsize, dtype=torch.uint8), dtype)
        if view is None:
            return storages[key]
        _key, start, length = view
        if not 0 <= start <= start + length <= len(storages[key].content) // dtype.itemsize:
            raise BadPickle("a part of a storage lies outside of it")
        return _Storage(storages[key].content[start * dtype.itemsize : (start + length) * dtype.itemsize], dtype)

    plain = _safe_globals(None)
    if load(source, plain, limits) != MAGIC:
        raise NotACheckpoint("a pickle")
    version, machine = load(source, plain, limits), load(source, plain, limits)
    if version != _FORMAT_VERSION or not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise BadPickle("it was written by another machine or version of PyTorch")
    content = load(source, _safe_globals(find), limits)
    keys = load(source, plain, limits)
    if not isinstance(keys, list) or set(map(_text, keys)) != set(storages) or len(keys) != len(storages):
        raise BadPickle("the list of its storages is not that of its tensors")
    for key in map(_text, keys):
        storage = storages[key]
        (count,) = struct.unpack("<q", source.take(8))
        if count * storage.dtype.itemsize != len(storage.content):
            raise BadPickle("a storage has another length than its tensor")
        _fill(storage.content, source.read)
    return content


def read_plain_pickle(stream: BinaryIO, largest: int) -> object:
    """Reads a pickle of tensors that was not written by `torch.save`.

    Args:
        largest: bytes that the stream may have.

    Raises:
        BadPickle, RefusedGlobal: see :func:`read_legacy`.
    """

    def storage(content: object) -> _Storage:
        if not isinstance(content, bytes):
            raise BadPickle("a tensor that is not made of bytes")
        found = read_legacy(io.BytesIO(content), len(content), _MOST_OBJECTS_OF_STORAGE)
        if not isinstance(found, _Storage):
            raise BadPickle("a tensor without numbers")
        return found

    safe_globals = _safe_globals(None, {"torch.storage._load_from_bytes": SafeGlobal(storage)})
    return load(Source(stream, largest), safe_globals, Limits(_MOST_OBJECTS))


def _filled(stream: Any, size: int) -> Tensor:
    content = torch.empty(size, dtype=torch.uint8)
    _fill(content, stream.read)
    return content


def _fill(content: Tensor, read: Callable[[int], bytes]) -> None:
    """Reads in pieces, so that no second copy is in memory."""
    target = content.numpy()
    at = 0
    while at < len(target):
        part = read(min(1 << 20, len(target) - at))
        if not part:
            raise BadPickle("its numbers are incomplete")
        target[at : at + len(part)] = np.frombuffer(part, dtype=np.uint8)
        at += len(part)


def _text(value: object) -> str:
    text = value.decode("latin1") if isinstance(value, bytes) else value
    if not isinstance(text, str):
        raise BadPickle("a storage without a key")
    return text


def _safe_globals(find: Find | None, more: "dict[str, SafeGlobal] | None" = None) -> SafeGlobals:
    def storage(identity: object) -> _Storage:
        if not isinstance(identity, tuple) or len(identity) not in (5, 6) or _text(identity[0]) != "storage":
            raise BadPickle("a reference to something that is not a storage")
        _word, kind, key, _location, count, *view = identity
        if not isinstance(kind, _StorageType) or type(count) is not int or count < 0:
            raise BadPickle("a storage of an unusual kind")
        assert find is not None
        return find(_text(key), kind.dtype, count, view[0] if view else None)

    return SafeGlobals(named={**_NAMED, **(more or {})}, find=_storage_type, storage=None if find is None else storage)


def _storage_type(name: str) -> _StorageType | None:
    found = re.fullmatch(r"torch\.(?:storage\.|cuda\.)?(\w+)Storage", name, re.ASCII)
    dtype = _STORAGES.get(found[1]) if found else None
    return None if dtype is None else _StorageType(dtype)


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
    if not isinstance(storage, _Storage) or not isinstance(size, tuple) or not isinstance(stride, tuple):
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
    "_codecs.encode": SafeGlobal(encode),
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
