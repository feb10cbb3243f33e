"""Divides blocks of work among threads. The result does not depend on the number of threads."""

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import torch


def share(run: Callable[[int, int], None], blocks: int, part: int) -> None:
    """Runs all blocks, on as many threads as torch uses.

    Args:
        run: called with the first block and the one after the last.
        blocks: number of blocks.
        part: blocks in a part; a thread works on whole parts.
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
