"""Sums of images. Each term may have a factor and an offset for each channel."""

import ctypes
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class Term(NamedTuple):
    """A term of a sum: images, and a factor and an offset for each channel (C). Without images it is the offset."""

    images: Tensor | None
    scale: Tensor | None = None
    shift: Tensor | None = None


class _Term(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in Term._fields]


class Sums:
    """Adds images of batch × C × height × width, float32, channels-last, in one thread.

    Args:
        library: compiled from the C files of this folder.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._add = library.rminas_add
        self._add.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_ssize_t]
        self._add.restype = None

    def add(self, terms: Sequence[Term], like: Tensor) -> Tensor:
        """The sum of at most three terms.

        Args:
            terms: a scale needs images.
            like: images of the shape of the sum.
        """
        answer = torch.empty_like(like)
        pointers = (_Term * len(terms))(
            *(_Term(*(None if part is None else part.data_ptr() for part in term)) for term in terms)
        )
        channels = like.shape[1]
        self._add(pointers, len(terms), answer.data_ptr(), like.numel() // channels, channels)
        return answer
