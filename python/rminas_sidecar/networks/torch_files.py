"""Reads what `torch.save` wrote, without `torch.load`: nothing that a file names is called, and no storage is larger
than the file.

Two formats are known: the zip archive of PyTorch 1.6 and newer, and the row of pickles before it. Tensors of a plain
pickle, as NATS-Bench has them, contain the older one.
"""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor

from rminas_sidecar.networks.torch_globals import Storage, safe_globals_of, text_of
from rminas_sidecar.system.files import UNREADABLE_ARCHIVE, open_member
from rminas_sidecar.system.pickled import BadPickle, Limits, SafeGlobal, Source, load

MAGIC = 0x1950A86A20F9469CFC6C
_FORMAT_VERSION = 1001
_PICKLE = re.compile(r"[^/]+/data\.pkl")
_MOST_OBJECTS = 500_000
"""The largest known teacher has 930 tensors, of about 25 objects each; an archive's training curves have thousands."""
_MOST_OBJECTS_OF_STORAGE = 200
_LONGEST_PICKLE = 1 << 26
_LONGEST_DIRECTORY = 1 << 23
_INFLATION = 2
"""Times that the contents of an archive may be larger than it: weights hardly compress."""


class NotACheckpoint(Exception):
    """The file has another format."""


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
    except UNREADABLE_ARCHIVE as error:
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
    if f"{root}byteorder" in members:
        with open_member(archive, members[f"{root}byteorder"]) as stream:
            if stream.read() != b"little":
                raise BadPickle("it was written by a machine of another byte order")
    storages: dict[str, Storage] = {}

    def find(key: str, dtype: torch.dtype, count: int, _view: object) -> Storage:
        name = f"{root}data/{key}"
        if key not in storages:
            if name not in members:
                raise BadPickle(f"its storage {key[:20]!r} is missing")
            with open_member(archive, members[name]) as stream:
                storages[key] = Storage(_filled(stream, members[name].file_size), dtype)
        if len(storages[key].content) < count * dtype.itemsize:
            raise BadPickle(f"its storage {key[:20]!r} is too short")
        return storages[key]

    with open_member(archive, members[pickles[0]]) as stream:
        length = members[pickles[0]].file_size
        return load(Source(stream, length), safe_globals_of(find), Limits(_MOST_OBJECTS))  # type: ignore[arg-type]


def read_legacy(file: BinaryIO, size: int, most_objects: int = _MOST_OBJECTS) -> object:
    """Reads the row of pickles: magic number, version, machine, content and keys; then the storages.

    Raises:
        BadPickle: it is incomplete, or announces more than it can contain.
        RefusedGlobal: it asks for more than weights.
        NotACheckpoint: it was not written by `torch.save`.
    """
    source = Source(file, size)
    limits = Limits(most_objects)
    storages: dict[str, Storage] = {}
    room = size

    def find(key: str, dtype: torch.dtype, count: int, view: Any) -> Storage:
        nonlocal room
        if key not in storages:
            room -= count * dtype.itemsize
            if room < 0:
                raise BadPickle("its storages are larger than the file")
            storages[key] = Storage(torch.empty(count * dtype.itemsize, dtype=torch.uint8), dtype)
        if view is None:
            return storages[key]
        _key, start, length = view
        if not 0 <= start <= start + length <= len(storages[key].content) // dtype.itemsize:
            raise BadPickle("a part of a storage lies outside of it")
        return Storage(storages[key].content[start * dtype.itemsize : (start + length) * dtype.itemsize], dtype)

    plain = safe_globals_of(None)
    if load(source, plain, limits) != MAGIC:
        raise NotACheckpoint("a pickle")
    version, machine = load(source, plain, limits), load(source, plain, limits)
    if version != _FORMAT_VERSION or not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise BadPickle("it was written by another machine or version of PyTorch")
    content = load(source, safe_globals_of(find), limits)
    keys = load(source, plain, limits)
    if not isinstance(keys, list) or set(map(text_of, keys)) != set(storages) or len(keys) != len(storages):
        raise BadPickle("the list of its storages is not that of its tensors")
    for key in map(text_of, keys):
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

    def storage(content: object) -> Storage:
        if not isinstance(content, bytes):
            raise BadPickle("a tensor that is not made of bytes")
        found = read_legacy(io.BytesIO(content), len(content), _MOST_OBJECTS_OF_STORAGE)
        if not isinstance(found, Storage):
            raise BadPickle("a tensor without numbers")
        return found

    safe_globals = safe_globals_of(None, {"torch.storage._load_from_bytes": SafeGlobal(storage)})
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
