"""A place for one worker of a Ray cluster, and the batches that the worker has."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from rminas_sidecar.engines.device_copies import Placement
from rminas_sidecar.engines.engine import Job
from rminas_sidecar.engines.ray_batches import Batch
from rminas_sidecar.engines.ray_trainings import Training
from rminas_sidecar.engines.worker_process import WorkerSettings
from rminas_sidecar.ipc.watchdog import Watchdog
from rminas_sidecar.protocol import Body

if TYPE_CHECKING:
    from rminas_sidecar.engines.ray import RayCluster, RayWorker

_IDLE_SECONDS = 60.0
"""A worker without work is given back to the cluster after this long. One is kept."""


@dataclass
class Slot:
    """A place for one worker; a dead or lost one is replaced."""

    watchdog: Watchdog
    placement: Placement
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
        self.placement.owners.clear()
        if worker is not None:
            worker.end()

    def can_take(self, batch: Batch | None) -> bool:
        """Whether it may begin a job now: not while another worker of its device makes the copy of the batch."""
        return batch is None or self._has(batch) or batch.copies.claim(self.placement)

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
        elif batch is None or self._has(batch):
            self._send(job)
        elif self.worker is not None:
            self.preparing = batch
            self.worker.prepare(batch.request, batch.content, batch.copies.offer(self.placement))

    def begin(self, job: Job, copy: Body) -> None:
        """Sends the job whose batch the worker has prepared.

        Args:
            job: the one that waits.
            copy: what :meth:`DeviceCopies.keep` notes.
        """
        assert self.preparing is not None
        batch, self.preparing = self.preparing, None
        batch.copies.keep(self.placement, copy)
        self.prepared.append(batch)
        self._send(job)

    def finish(self) -> None:
        """Ends the job, which the worker has answered."""
        if self.preparing is not None:
            self.preparing.copies.forget(self.placement.worker)
        self.running = self.preparing = None
        self.idle_since = time.monotonic()

    def _has(self, batch: Batch) -> bool:
        return any(known is batch for known in self.prepared)

    def _send(self, job: Job) -> None:
        if self.worker is not None:
            self.worker.send({"type": job.type, "body": job.body})


def superfluous(slots: Sequence[Slot]) -> list[Slot]:
    """The slots whose workers can be given back to the cluster: none while any of them has work."""
    filled = [slot for slot in slots if slot.worker is not None]
    if any(slot.running is not None for slot in filled):
        return []
    # The one that is kept needs the copy of no other.
    given_back = sorted(filled, key=lambda slot: len(slot.placement.owners))[1:]
    return [slot for slot in given_back if time.monotonic() - slot.idle_since > _IDLE_SECONDS]


def borrowers(owner: Slot, slots: Sequence[Slot]) -> list[Slot]:
    """The slots whose workers have mapped copies of this one's, and cannot compute without it."""
    return [slot for slot in slots if slot.placement.needs(owner.placement.worker)]
