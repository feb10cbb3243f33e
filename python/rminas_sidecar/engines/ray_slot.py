"""A place for one worker of a Ray cluster, and the batches that the worker has."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from rminas_sidecar.engines.engine import Job
from rminas_sidecar.engines.ray_trainings import Training
from rminas_sidecar.engines.worker_process import WorkerSettings
from rminas_sidecar.ipc.watchdog import Watchdog
from rminas_sidecar.protocol import Body

if TYPE_CHECKING:
    from rminas_sidecar.engines.ray import RayCluster, RayWorker


@dataclass
class Batch:
    """A prepared specification: its request, and the prepared batch as a Ray object."""

    request: Body
    content: Any


@dataclass
class Slot:
    """A place for one worker; a dead or lost one is replaced."""

    watchdog: Watchdog
    worker: "RayWorker | None" = None
    """None when the place is empty because there is no work for it."""
    starts: int = 0
    """Messages of earlier workers are ignored."""
    placed: bool = False
    ready: bool = False
    doing: str = "starting Python"
    running: Job | None = None
    preparing: Batch | None = None
    """The batch that it prepares before its job."""
    prepared: list[Batch] = field(default_factory=list)
    idle_since: float = 0.0
    failures: int = 0
    refusal: Body | None = None
    stuck: bool = False
    closed: bool = False
    """Its node cannot take part: the place stays empty."""

    def fill(
        self, cluster: "RayCluster", settings: WorkerSettings, seconds: float, hear: Callable[[int, Body], None]
    ) -> None:
        """Asks the cluster for a worker.

        Args:
            cluster: where it starts.
            settings: how it computes.
            seconds: how long it may send no heartbeat while it starts.
            hear: called from another thread with the worker's number of `starts` and a message.
        """
        self.starts += 1
        self.watchdog = Watchdog(seconds)
        self.placed = self.ready = self.stuck = False
        self.doing, self.prepared, self.preparing = Slot.doing, [], None
        self.idle_since = time.monotonic()
        self.worker = cluster.start_worker(settings, partial(hear, self.starts))

    def empty(self) -> None:
        """Gives the worker back to the cluster."""
        worker, self.worker = self.worker, None
        self.starts += 1
        self.placed = self.ready = False
        if worker is not None:
            worker.end()

    def give(self, job: Job, batch: Batch | None) -> None:
        """Sends a job, after its batch if the worker lacks it.

        Args:
            job: the worker's next one.
            batch: of the job; None for a job without one.
        """
        self.running = job
        self.watchdog.heard()
        if isinstance(job, Training) and self.worker is not None:
            self.worker.train({"type": job.type, "body": job.body}, job.inputs, job.checkpoint)
        elif batch is None or any(known is batch for known in self.prepared):
            self._send(job)
        elif self.worker is not None:
            self.preparing = batch
            self.worker.prepare(batch.request, batch.content)

    def begin(self, job: Job) -> None:
        """Sends the job whose batch the worker has prepared."""
        assert self.preparing is not None
        batch, self.preparing = self.preparing, None
        self.prepared.append(batch)
        self._send(job)

    def _send(self, job: Job) -> None:
        if self.worker is not None:
            self.worker.send({"type": job.type, "body": job.body})
