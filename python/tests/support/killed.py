"""Searches in processes that are killed."""

import multiprocessing
from multiprocessing.connection import Connection
from typing import Any

import torch

from rminas_sidecar.supernets.search import search_supernet

_CONTEXT = multiprocessing.get_context("forkserver")
# Its process imports torch once and computes nothing, so that it can be forked.
_CONTEXT.set_forkserver_preload(["rminas_sidecar.supernets.search"])


def _search(request: dict[str, Any], reports: Connection) -> None:
    torch.set_num_threads(1)

    def report(_done: float, _total: float, _note: str) -> None:
        reports.send(None)

    reports.send(search_supernet(request, torch.device("cpu"), report))


def search_until(request: dict[str, Any], steps: int | None) -> dict[str, Any] | None:
    """Searches in a process of its own, which is killed after some steps; None lets it end.

    Returns:
        The answer; None if the process was killed before.
    """
    reports, sender = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_search, args=(request, sender))
    process.start()
    sender.close()
    try:
        taken = 0
        while steps is None or taken < steps:
            answer: dict[str, Any] | None = reports.recv()
            if answer is not None:
                return answer
            taken += 1
        return None
    finally:
        process.kill()
        process.join()
