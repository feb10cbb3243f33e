"""The interface of an engine, which runs jobs on its workers and answers each of them, in any order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rminas_sidecar.protocol import Body

Reply = Callable[[str, Body], None]
"""Called once with the type and the body of the answer, which may be an `error`."""


OnBroken = Callable[[str, Body | None], None]


@dataclass(frozen=True)
class Job:
    """A request for a worker, such as `prepare`, `evaluate`, `retrain`, `one-shot`, or `fit` by XNAS."""

    type: str
    body: Body
    reply: Reply
    progress: Callable[[Body], None]
    keeps: object = None
    """Kept alive until the worker has answered, e.g. shared memory that it maps."""

    def message(self) -> Body | None:
        """The body for the worker; None while the job must wait for another worker."""
        return self.body


@dataclass(frozen=True)
class WorkerDevice:
    """Where a worker computes.

    Args:
        name: e.g. `cuda:0 (NVIDIA H100)`.
        kind: of its arithmetic, e.g. `cuda, torch 2.9.1+cu128`.
    """

    name: str
    kind: str


@dataclass(frozen=True)
class Readiness:
    """What a worker found at its start, or all of them together.

    Args:
        devices: the device of each worker, in their order.
        versions: of the packages that affect the numbers.
    """

    devices: Sequence[WorkerDevice]
    versions: dict[str, str]
    xnas: str | None = None
    """The folder that XNAS can be imported from; None where it cannot be imported."""
    available: dict[str, list[str]] | None = None
    """The names of spaces, data sets, teachers and proxies; None without a worker."""
    plugins: Sequence[str] = ()
    """The loaded plugins, as messages name them."""


class Engine(Protocol):
    """A set of workers. All methods are called from the server's loop, and so are all callbacks."""

    def start(self, on_ready: Callable[[Readiness], None], on_broken: OnBroken) -> None:
        """Starts the workers.

        Args:
            on_ready: called once, when all workers can compute.
            on_broken: called with the reason when the engine cannot continue; it answers nothing any more. The second
                argument is the body of an `error` message if a worker sent one before it ended.
        """

    @property
    def doing(self) -> str:
        """What a starting worker is doing, e.g. `importing PyTorch`."""

    def submit(self, job: Job) -> None:
        """Runs the job as soon as a worker is free. Every worker runs `prepare`."""

    def watch(self) -> None:
        """Kills hung workers. Must be called about every second."""

    def close(self) -> None:
        """Ends the workers; running jobs are lost."""
