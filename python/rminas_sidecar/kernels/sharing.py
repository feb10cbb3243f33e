"""Work on many blocks, divided among threads so that the result is the same for any number of them."""

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import torch


def share(run: Callable[[int, int], None], blocks: int, part: int) -> None:
    """Runs all blocks, on as many threads as torch would use.

    Args:
        run: is given the first block and the one after the last.
        blocks: how many there are.
        part: each thread is given whole parts of so many blocks.
    """
    threads = min(torch.get_num_threads(), -(-blocks // part))
    if threads == 1:
        run(0, blocks)
        return
    each = -(-blocks // (part * threads)) * part
    ranges = [(first, min(first + each, blocks)) for first in range(0, blocks, each)]
    for _ in _pool(threads).map(lambda bounds: run(*bounds), ranges):
        pass


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="kernels")
