"""Reads untrusted pickles of arrays, in which small data sets are published.

A data file needs only a few functions of numpy. Their safe globals accept nothing but arrays of integers and
floating-point numbers, as numpy writes them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.files import open_file
from rminas_sidecar.system.foreign import describe_foreign
from rminas_sidecar.system.pickled import (
    BadPickle,
    Limits,
    RefusedGlobal,
    SafeGlobal,
    SafeGlobals,
    Source,
    encode_text,
    load,
)

_MOST_OBJECTS = 500_000
"""A batch has a label and a file name an image; the largest one, of ImageNet16, has 128,123 images."""
LONGEST = 1 << 29
"""Bytes of a file: twice the largest batch as Python 3 rewrites it for Python 2."""
_TYPES = {"u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"}
_MOST_DIMENSIONS = 4


@dataclass
class _NumberType:
    """Replaces `numpy.dtype`. The pickle may name it again, so its state changes it in place."""

    code: str
    order: Literal["<", ">"] = "<"

    def dtype(self) -> np.dtype:
        dtype: np.dtype = np.dtype(self.code).newbyteorder(self.order)
        return dtype


@dataclass
class _Array:
    """Replaces an array that its state fills in place."""

    content: np.ndarray | None = None


def _number_type(name: object = None, *_flags: object) -> _NumberType:
    text = name.decode("latin1") if isinstance(name, bytes) else name
    if not isinstance(text, str) or text not in _TYPES:
        shown = text[:20] if isinstance(text, str) else type(text).__name__
        raise BadPickle(f"an array of the type {shown!r} instead of numbers")
    return _NumberType(text)


def _empty_array(kind: object, shape: object, _code: object) -> _Array:
    """Replaces `numpy.core.multiarray._reconstruct`."""
    if kind is not _ARRAY or shape != (0,):
        raise BadPickle("an array of an unusual kind")
    return _Array()


def _array(content: object, kind: object, shape: object, fortran: object) -> np.ndarray:
    """An array over the bytes of the file, without a copy.

    Raises:
        BadPickle: its type, shape or size is not that of an array of numbers.
    """
    if not isinstance(content, bytes) or not isinstance(kind, _NumberType) or not isinstance(shape, tuple):
        raise BadPickle("an array that is not made of bytes")
    if len(shape) > _MOST_DIMENSIONS or not all(type(length) is int and length >= 0 for length in shape):
        raise BadPickle("an array of an unusual shape")
    return np.frombuffer(content, dtype=kind.dtype()).reshape(shape, order="F" if fortran else "C")


def _array_from_buffer(content: object, kind: object, shape: object, order: object) -> _Array:
    """Replaces `numpy.core.numeric._frombuffer`, which pickle protocol 5 uses."""
    return _Array(_array(content, kind, shape, order in ("F", b"F")))


def _scalar(kind: object, content: object) -> Any:
    """Replaces `numpy.core.multiarray.scalar`: a number of NumPy as Python's own."""
    values = _array(content, kind, (1,), False)
    return values[0].item()


def _build(target: Any, state: object) -> Any:
    """Sets the state of an array or of a type, and of nothing else."""
    if isinstance(target, _Array) and isinstance(state, tuple) and len(state) == 5:
        _version, shape, kind, fortran, content = state
        target.content = _array(content, kind, shape, fortran)
        return target
    if isinstance(target, _NumberType) and isinstance(state, tuple) and len(state) >= 2:
        if state[1] not in ("<", ">", "|", "=", b"<", b">", b"|", b"="):
            raise BadPickle("a number of an unknown byte order")
        target.order = ">" if state[1] in (">", b">") else "<"
        return target
    raise BadPickle("a state for something that is not an array")


_ARRAY = SafeGlobal(lambda *_parts: _refuse())


def _refuse() -> None:
    raise BadPickle("a call of the class numpy.ndarray")


def _fields(content: object) -> dict[str, object]:
    if not isinstance(content, dict):
        raise BadPickle("it does not contain a dictionary")
    names = [name.decode("latin1") if isinstance(name, bytes) else str(name) for name in content]
    values = [value.content if isinstance(value, _Array) else value for value in content.values()]
    return dict(zip(names, values, strict=True))


_SAFE_GLOBALS = SafeGlobals(
    named={
        "numpy.ndarray": _ARRAY,
        "numpy.dtype": SafeGlobal(_number_type),
        "numpy.core.multiarray._reconstruct": SafeGlobal(_empty_array),
        "numpy._core.multiarray._reconstruct": SafeGlobal(_empty_array),
        "numpy.core.multiarray.scalar": SafeGlobal(_scalar),
        "numpy._core.multiarray.scalar": SafeGlobal(_scalar),
        "numpy.core.numeric._frombuffer": SafeGlobal(_array_from_buffer),
        "numpy._core.numeric._frombuffer": SafeGlobal(_array_from_buffer),
        "_codecs.encode": SafeGlobal(encode_text),
        # Empty bytes in protocol 2.
        "__builtin__.bytes": SafeGlobal(lambda: b""),
    },
    build=_build,
    bytes_as_keys=True,
)


def read_pickle(path: Path, title: str, where: str) -> dict[str, object]:
    """Reads the fields of one data file, a pickled dictionary. Byte strings stay bytes, but for the names of fields.

    Args:
        path: the file.
        title: the data set's name, for messages.
        where: how to get the file.

    Raises:
        SidecarError: `missing-file`; `refused-file` when the pickle names a function that a data file does not need;
            `corrupt-file` when it is incomplete, too large or no pickle of arrays.
    """
    with open_file(path, f"The {title} file", [where], LONGEST) as (file, size):
        return parse_pickle(file, size, path=path, title=title, where=where)


def parse_pickle(file: BinaryIO, size: int, *, path: Path, title: str, where: str) -> dict[str, object]:
    """Reads the fields of one data file that is open.

    Args:
        file: at its start.
        size: of the file, in bytes.
        path: names the file in messages.
        title: the data set's name, for messages.
        where: how to get the file.

    Raises:
        SidecarError: see :func:`read_pickle`.
    """
    foreign = describe_foreign(file)
    if foreign is not None:
        raise SidecarError(
            "corrupt-file", f"{path} is not a file of {title}: it is {foreign.what}.", [foreign.step, where]
        )
    try:
        return _fields(load(Source(file, size), _SAFE_GLOBALS, Limits(_MOST_OBJECTS)))
    except RefusedGlobal as error:
        raise SidecarError(
            "refused-file",
            f"{path} asks for {error.name}, which no file of {title} needs. It was not run.",
            ["Get the file from its publisher, and do not open this one with other programs."],
        ) from error
    except BadPickle as error:
        raise SidecarError(
            "corrupt-file",
            f"{path} is an incomplete or foreign file of {title} ({size} bytes): {error}.",
            ["Copy or download it again."],
        ) from error
