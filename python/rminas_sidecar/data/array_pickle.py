"""Reads untrusted pickles of arrays, in which small data sets are published.

Unpickling calls every function that the file names. A data file needs only four numpy functions. They are replaced by
functions that accept nothing but arrays of bytes or of floating-point numbers, as numpy writes them.
"""

import io
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rminas_sidecar.errors import SidecarError

# Replaces the class numpy.ndarray in a pickle. A string, so that the file cannot call it.
_ARRAY = "numpy.ndarray"


def _empty_array(kind: object, shape: object, code: object) -> np.ndarray:
    """Replaces `numpy.core.multiarray._reconstruct`: an empty array, which the pickle's state fills."""
    if kind is not _ARRAY or shape != (0,):
        raise pickle.UnpicklingError("an array of an unusual kind")
    return np.empty(0, dtype=np.uint8)


def _number_type(name: object, *_flags: object) -> np.dtype:
    """Replaces `numpy.dtype`, for unsigned bytes (pixels) and floating-point numbers (ImageNet's mean image)."""
    text = name.decode("latin1") if isinstance(name, bytes) else name
    if text not in ("u1", "f4", "f8"):
        raise pickle.UnpicklingError(f"an array of {text!r} instead of bytes")
    return np.dtype(str(text), copy=True)


def _array_from_buffer(buffer: bytes, kind: np.dtype, shape: tuple[int, ...], order: str) -> np.ndarray:
    """Replaces `numpy.core.numeric._frombuffer`, which pickle protocol 5 uses."""
    return np.frombuffer(buffer, dtype=kind).reshape(shape, order=order)  # type: ignore[call-overload, no-any-return]


def _encode(text: str, encoding: str) -> bytes:
    """Replaces `_codecs.encode`, by which Python 3 writes bytes for Python 2."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes in the encoding {encoding!r}")
    return text.encode("latin1")


_ALLOWED: Mapping[str, Callable[..., object] | str] = {
    "numpy.ndarray": _ARRAY,
    "numpy.dtype": _number_type,
    "numpy.core.multiarray._reconstruct": _empty_array,
    "numpy._core.multiarray._reconstruct": _empty_array,
    "numpy.core.numeric._frombuffer": _array_from_buffer,
    "numpy._core.numeric._frombuffer": _array_from_buffer,
    "_codecs.encode": _encode,
}


class _Unpickler(pickle.Unpickler):
    def __init__(self, content: bytes, path: Path, title: str) -> None:
        super().__init__(io.BytesIO(content), encoding="bytes")
        self._path = path
        self._title = title

    def find_class(self, module: str, name: str) -> Any:
        allowed = _ALLOWED.get(f"{module}.{name}")
        if allowed is None:
            raise SidecarError(
                "refused-file",
                f"{self._path} asks for {module}.{name}, which no file of {self._title} needs. It was not run.",
                ["Get the file from its publisher, and do not open this one with other programs."],
            )
        return allowed


def unpickle(content: bytes, path: Path, title: str) -> object:
    """Reads the pickle of one data file; byte strings stay bytes.

    Args:
        content: the file's bytes.
        path: the file, for messages.
        title: the data set's name, for messages.

    Raises:
        SidecarError: `refused-file` when the pickle names a function that a data file does not need, `corrupt-file`
            when it is incomplete.
    """
    try:
        return _Unpickler(content, path, title).load()
    except SidecarError:
        raise
    # A broken pickle may raise any exception, since it calls constructors with wrong arguments.
    except Exception as error:
        raise SidecarError(
            "corrupt-file",
            f"{path} is an incomplete file of {title} ({len(content)} bytes): {str(error) or type(error).__name__}.",
            ["Copy or download it again."],
        ) from error
