"""Operations with buffers in place of places, and the table that they become."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rminas_sidecar.kernels.program import ABSENT, GRADIENT_PLACES, KINDS, MOST_TERMS, OPERATION, PLACES
from rminas_sidecar.programs.buffers import Buffer

NARROW = 8
"""Channels in the shortest vectors: images have a multiple of it."""
_NUMBER = {kind: number for number, kind in enumerate(KINDS)}
_ALL_PLACES = (*PLACES, *GRADIENT_PLACES)
_NO_TERM = (ABSENT, ABSENT, ABSENT)


class Shape(NamedTuple):
    """Images: batch × height × width × channels."""

    batch: int
    height: int
    width: int
    channels: int

    @property
    def floats(self) -> int:
        return self.batch * self.height * self.width * self.channels


class Addend(NamedTuple):
    """A term of a sum: images, the statistics that normalise them, or a normalisation of zeros."""

    pixels: Buffer | None
    statistics: Buffer | None = None
    norm: Buffer | None = None


class Window(NamedTuple):
    """The pixels of x that an operation reads for a pixel of y, and how.

    Args:
        side: of the square kernel.
        stride: 1 or 2.
        dilation: distance of the kernel's pixels.
        first: the first line and column that are read; or the first channel of y that is written.
        rectifies: whether x is rectified, after its normalisation if it has one: :data:`RELU` or :data:`RELU6`.
    """

    side: int = 1
    stride: int = 1
    dilation: int = 1
    first: int = 0
    rectifies: int = 0


RELU, RELU6 = 1, 6
PIXEL = Window()
RECTIFIED = Window(rectifies=RELU)


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table. The fields are those of `operation` in operation.h.

    Args:
        shape: of x.
        outputs: channels of y, or classes.
        library: the one whose vectors the channels fill.
    """

    kind: str
    shape: Shape
    outputs: int
    library: int
    places: Mapping[str, Buffer | None]
    window: Window = PIXEL
    terms: Sequence[Addend] = ()
    factor: float = 0.0

    def buffers(self) -> Iterator[Buffer]:
        """The buffers that the operation reads and writes."""
        for buffer in self.places.values():
            if buffer is not None:
                yield buffer
        for term in self.terms:
            for buffer in term:
                if buffer is not None:
                    yield buffer


def make_table(operations: Sequence[Operation]) -> NDArray[np.void]:
    """The table of operations whose buffers have places."""
    return np.array([_row(operation) for operation in operations], dtype=OPERATION)


def _row(it: Operation) -> tuple[object, ...]:
    terms = [tuple(map(_place, term)) for term in it.terms]
    terms += [_NO_TERM] * (MOST_TERMS - len(terms))
    places = (_place(it.places.get(name)) for name in _ALL_PLACES)
    return (_NUMBER[it.kind], it.library, *it.shape, it.outputs, *it.window, *places, terms, it.factor)


def _place(buffer: Buffer | None) -> int:
    return ABSENT if buffer is None else buffer.place
