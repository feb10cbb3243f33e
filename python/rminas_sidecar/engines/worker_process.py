"""A worker process as the server sees it."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from rminas_sidecar.ipc.child_process import ChildProcess, Death
from rminas_sidecar.protocol import Body


@dataclass(frozen=True)
class WorkerSettings:
    """The settings of a worker.

    Args:
        threads: PyTorch's threads in each worker.
        device: a list of devices, which the workers take in turn; see `rminas_sidecar.engines.devices`.
        plugins: files and modules that register spaces, data sets, teachers and proxies.
        stack: how many requests a worker may compute at a time, where they can share its steps.
    """

    threads: int
    device: str
    plugins: tuple[str, ...] = ()
    stack: int = 1


class WorkerProcess(ChildProcess):
    """A process that runs `rminas_sidecar.engines.worker`.

    Args:
        settings: of all workers.
        number: of this worker, from 0.
        on_message: called with each message, from a thread.
        on_death: called once after the end of the process, from a thread.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        number: int,
        on_message: Callable[[Body], None],
        on_death: Callable[[Death], None],
    ) -> None:
        super().__init__(_command(settings, number), _environment(settings), on_message, on_death)


def _command(settings: WorkerSettings, number: int) -> list[str]:
    module = "rminas_sidecar.engines.worker"
    plugins = [argument for plugin in settings.plugins for argument in ("--plugin", plugin)]
    place = ["--device", settings.device, "--number", str(number), "--stack", str(settings.stack)]
    return [module, "--threads", str(settings.threads), *place, *plugins]


def _environment(settings: WorkerSettings) -> dict[str, str]:
    # OpenMP and the BLAS libraries read these when they are loaded, before any line of the worker could set them.
    libraries = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    # Huge pages where the kernel grants them: they save an eighth of an evaluation. glibc reads this at the start.
    memory = {} if "GLIBC_TUNABLES" in os.environ else {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    return {**dict.fromkeys(libraries, str(settings.threads)), **memory}
