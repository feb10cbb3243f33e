"""Trainings in processes that are killed."""

import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import torch

from support.fresh import CONTEXT

Train = Callable[[dict[str, Any], torch.device, Callable[[float, float, str], None]], dict[str, Any]]


def train_until(
    train: Train, request: dict[str, Any], enough: Callable[[int, float], bool], waits: bool = False
) -> dict[str, Any] | None:
    """Trains in a process of its own, which is killed when it has done enough.

    Args:
        enough: of the number of reports and the epochs done.
        waits: lets the process wait after each report. Otherwise it is killed somewhat later.

    Returns:
        The answer; None if the process was killed before.
    """
    reports, sender = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_train, args=(train, request, sender, waits))
    process.start()
    sender.close()
    try:
        taken = 0
        while True:
            report: float | dict[str, Any] = reports.recv()
            if isinstance(report, dict):
                return report
            taken += 1
            if enough(taken, report):
                process.kill()
                process.join()
                # One that does not wait may have ended meanwhile.
                assert not waits or process.exitcode == -signal.SIGKILL
                return None
            if waits:
                reports.send("go on")
    finally:
        process.kill()
        process.join()


def _train(train: Train, request: dict[str, Any], reports: Connection, waits: bool) -> None:
    torch.set_num_threads(1)

    def report(done: float, _total: float, _note: str) -> None:
        reports.send(done)
        if waits:
            reports.recv()

    reports.send(train(request, torch.device("cpu"), report))
