"""Memory that programs use one after the other."""

import weakref
from itertools import accumulate

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ALIGNMENT = 16
"""Floats. Each piece of memory starts at a multiple of it, which is 64 bytes: a line of the cache."""

_LEAST = 1 << 26
"""Floats of a block at least: one suffices for most programs. Only the pages that are used take memory."""


class Memory:
    """Gives out memory, and takes it back when nothing refers to it any more.

    The system clears the memory that it gives to a process, which takes as long as a step of a small network.
    """

    def __init__(self) -> None:
        self._blocks: list[tuple[NDArray[np.float32], weakref.ref[NDArray[np.float32]]]] = []

    def take(self, *counts: int) -> list[Tensor]:
        """Uninitialised pieces of one block, float32 and aligned. The block is in use while one of them is."""
        sizes = [aligned(count) for count in counts]
        block = self._find(sum(sizes) + ALIGNMENT)
        # The storage of the pieces refers to this view, and nothing else does.
        view = block[:]
        self._blocks = [it for it in self._blocks if it[1]() is not None]
        self._blocks.append((block, weakref.ref(view)))
        memory = torch.from_numpy(view)
        skipped = -memory.data_ptr() // memory.element_size() % ALIGNMENT
        starts = accumulate(sizes[:-1], initial=skipped)
        return [memory[start : start + count] for start, count in zip(starts, counts, strict=True)]

    def _find(self, floats: int) -> NDArray[np.float32]:
        free = [block for block, view in self._blocks if view() is None and len(block) >= floats]
        return min(free, key=len) if free else np.empty(max(floats, _LEAST), dtype=np.float32)


def aligned(floats: int) -> int:
    """The next multiple of the alignment."""
    return -(-floats // ALIGNMENT) * ALIGNMENT
