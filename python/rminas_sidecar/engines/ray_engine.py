"""Workers on a Ray cluster. They may come and go: an evaluation whose worker is taken away is given out again.

One worker of this machine prepares batches, since only this machine needs the data and the teacher. It also runs
verifications, forests and exports. Prepared batches and the files of trainings travel to the nodes through Ray.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rminas_sidecar.engines.deaths import MOST_FAILURES, Silence, error_of_job, explain_death
from rminas_sidecar.engines.device_copies import Placement
from rminas_sidecar.engines.engine import Job, OnBroken, Readiness, WorkerDevice
from rminas_sidecar.engines.local import Deadlines, LocalEngine, Post
from rminas_sidecar.engines.ray_batches import ON_CLUSTER, Batches
from rminas_sidecar.engines.ray_connection import connect
from rminas_sidecar.engines.ray_settings import RaySettings
from rminas_sidecar.engines.ray_slot import Slot, borrowers, superfluous
from rminas_sidecar.engines.ray_trainings import TRAININGS, Training, TrainingFiles
from rminas_sidecar.engines.worker_process import WorkerSettings
from rminas_sidecar.ipc.child_process import Death
from rminas_sidecar.ipc.watchdog import Watchdog
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import error_body

if TYPE_CHECKING:
    from rminas_sidecar.engines.ray import RayCluster


class RayEngine:
    """Implements `rminas_sidecar.engines.engine.Engine`.

    Args:
        most: largest number of workers.
        settings: how each of them computes.
        ray: the cluster.
        deadlines: how long a worker may send no heartbeat.
        post: queues a call for the server's loop.
        log: sends a text with one of the protocol's levels.
        on_preempted: called when the cluster takes a worker away, with the type of the request that is given out
            again; None if the worker had none.
    """

    def __init__(
        self,
        most: int,
        settings: WorkerSettings,
        ray: RaySettings,
        deadlines: Deadlines,
        post: Post,
        log: Callable[[str, str], None],
        on_preempted: Callable[[str | None], None],
    ) -> None:
        self._settings = settings
        self._ray = ray
        self._deadlines = deadlines
        self._post = post
        self._log = log
        self._on_preempted = on_preempted
        # A cluster with GPUs may have a head node without one.
        host = replace(settings, device="auto") if settings.device.startswith("cuda") else settings
        self._host = LocalEngine(1, host, deadlines, post, log)
        self._host_readiness: Readiness | None = None
        self._cluster: RayCluster | None = None
        self._batches = Batches(self._host)
        self._files: TrainingFiles | None = None
        self._slots = [Slot(Watchdog(deadlines.start), Placement(worker)) for worker in range(most)]
        self._pending: deque[Job] = deque()
        self._readiness: Readiness | None = None
        self._greeted = self._closed = False
        self._end = threading.Event()

    def start(self, on_ready: Callable[[Readiness], None], on_broken: OnBroken) -> None:
        self._on_ready = on_ready
        self._on_broken = on_broken
        threading.Thread(target=self._connect, daemon=True).start()

    @property
    def doing(self) -> str:
        if self._cluster is None:
            return f"connecting to the Ray cluster {self._ray.address}"[:200]
        if self._readiness is not None:
            return self._host.doing
        starting = next((slot.doing for slot in self._slots if slot.placed), None)
        return starting or f"waiting until the Ray cluster has {self._ray.demand} for a worker"[:200]

    def submit(self, job: Job) -> None:
        if job.type == "prepare" and self._cluster is not None:
            self._batches.prepare(job, self._cluster.publish)
        elif job.type in ON_CLUSTER:
            self._queue(job)
        elif job.type in TRAININGS and self._files is not None:
            self._files.gather(job, self._queue)
        else:
            self._host.submit(job)

    def watch(self) -> None:
        self._host.watch()
        for slot in self._slots:
            waits = not slot.placed or (slot.ready and slot.running is None)
            if slot.watchdog.expired() and not waits and not slot.stuck:
                slot.stuck = True
                self._died(slot, Death(-9, ""))
        if self._greeted and not self._pending:
            for slot in superfluous(self._slots):
                self._empty(slot)

    def close(self) -> None:
        self._closed = True
        self._host.close()
        for slot in self._slots:
            slot.empty()
        if self._cluster is not None:
            self._cluster.close()
        self._end.set()

    def _connect(self) -> None:
        """Runs in a thread that lives as long as the engine: the processes of a local cluster die with their thread."""
        failure = connect(self._ray, self._deadlines.start, lambda found: self._post(partial(self._connected, found)))
        if failure is not None:
            self._post(partial(self._break, failure["message"], failure))
        self._end.wait()

    def _connected(self, cluster: "RayCluster") -> None:
        if self._closed:
            cluster.close()
            return
        self._cluster = cluster
        self._files = TrainingFiles(cluster.publish, self._post)
        self._host.start(self._host_ready, self._break)
        for slot in self._slots:
            self._fill(slot)

    def _host_ready(self, readiness: Readiness) -> None:
        self._host_readiness = readiness
        self._greet()

    def _greet(self) -> None:
        host, worker = self._host_readiness, self._readiness
        if self._greeted or host is None or worker is None:
            return
        self._greeted = True
        kind, here = (of.devices[0].kind for of in (worker, host))
        if kind != here:
            self._log("warning", f"The teacher runs here with {here}, and candidates are trained with {kind}.")
        self._on_ready(worker if worker.xnas is None else replace(worker, xnas=host.xnas))

    def _queue(self, job: Job) -> None:
        self._pending.append(job)
        self._dispatch()

    def _fill(self, slot: Slot) -> None:
        """Asks the cluster for a worker."""
        if self._cluster is not None and not slot.closed:
            slot.fill(self._cluster, self._settings, self._deadlines.start, partial(self._heard_later, slot))

    def _dispatch(self) -> None:
        for slot in self._slots:
            if not self._pending:
                return
            if slot.ready and slot.running is None:
                batch = self._batches.of(self._pending[0])
                if slot.can_take(batch):
                    slot.give(self._pending.popleft(), batch)
        empty = [slot for slot in self._slots if slot.worker is None and not slot.closed]
        starting = sum(slot.worker is not None and not slot.ready for slot in self._slots)
        for slot in empty[: max(0, len(self._pending) - starting)]:
            self._fill(slot)

    def _heard_later(self, slot: Slot, start: int, message: Body) -> None:
        self._post(partial(self._heard, slot, start, message))

    def _heard(self, slot: Slot, start: int, message: Body) -> None:
        if self._closed or start != slot.starts:
            return
        slot.watchdog.heard()
        match message["event"]:
            case "placed":
                self._check_versions(slot, message["versions"])
            case "alive":
                slot.doing = message.get("doing", slot.doing)
            case "ready":
                self._slot_ready(slot, message)
            case "cannot-start":
                slot.refusal = message["body"]
            case "progress" if slot.running is not None:
                slot.running.progress(message["body"])
            case "saved" if isinstance(slot.running, Training):
                self._save(slot, slot.running, message["content"])
            case "reply" if slot.running is not None:
                self._answered(slot, slot.running, message["type"], message["body"])
            case "died":
                self._died(slot, Death(message["code"], message["stderr"]))
            case "lost":
                self._lost(slot, message["reason"])
        self._dispatch()

    def _check_versions(self, slot: Slot, theirs: Body) -> None:
        from rminas_sidecar.engines.ray import mismatch

        difference = mismatch(theirs)
        if difference is not None:
            self._refuse(slot, difference, "Install the same rminas-sidecar, torch and Python on all nodes.")
        elif slot.worker is not None:
            slot.placed = True
            slot.worker.start()

    def _refuse(self, slot: Slot, reason: str, step: str) -> None:
        """Leaves a node out that would score differently. Ends when there is no other one."""
        slot.closed = True
        self._empty(slot)
        if self._readiness is None or all(other.closed for other in self._slots):
            self._break(reason, error_body("cluster-mismatch", reason, [step]))
        else:
            self._log("warning", f"{reason} It gets no work.")

    def _slot_ready(self, slot: Slot, found: Body) -> None:
        device = WorkerDevice(**found["device"])
        if self._readiness is None:
            self._readiness = Readiness([device], **found["readiness"])
        elif device.kind != self._readiness.devices[0].kind:
            others = self._readiness.devices[0].kind
            reason = f"A node of the Ray cluster computes with {device.kind}, and the others with {others}."
            self._refuse(slot, reason, "Set --device and --worker-resources so that all workers compute alike.")
            return
        slot.ready = True
        slot.placement.device = found["sharedDevice"]
        slot.idle_since = time.monotonic()
        slot.watchdog = Watchdog(self._deadlines.work)
        self._greet()

    def _answered(self, slot: Slot, job: Job, kind: str, body: Body) -> None:
        slot.failures = 0
        if slot.preparing is not None and kind == "prepared":
            slot.begin(job, body["copy"])
            return
        slot.finish()
        job.reply(kind, body)

    def _save(self, slot: Slot, training: Training, checkpoint: bytes) -> None:
        """Keeps a checkpoint, or ends a training whose checkpoints cannot be kept."""
        failure = training.save(checkpoint)
        if failure is not None:
            slot.running = None
            self._empty(slot)
            training.reply("error", failure)

    def _died(self, slot: Slot, death: Death) -> None:
        """The worker's process ended, or could not start."""
        silence = Silence(slot.watchdog.seconds, None if slot.ready else slot.doing) if slot.stuck else None
        end, remedies = explain_death(death, silence)
        job, slot.running = slot.running, None
        slot.failures += 1
        self._empty(slot)
        if self._readiness is None or slot.failures >= MOST_FAILURES:
            reason = f"The workers keep dying: the last one {end}. {death.stderr}".strip()
            hung = error_body("worker-died", reason, remedies) if silence is not None else None
            self._break(reason, slot.refusal or hung)
            return
        self._log("warning", f"A worker {end}; a new one replaces it.")
        self._fill(slot)
        if job is not None:
            job.reply("error", error_of_job(job.type, death, silence))
        self._dispatch()

    def _lost(self, slot: Slot, reason: str) -> None:
        """The cluster ended the worker, which says nothing about the evaluation."""
        job, slot.running = slot.running, None
        self._empty(slot)
        self._fill(slot)
        given = "had no work" if job is None else "its work is given out again"
        self._log("warning", f"The Ray cluster took a worker away; {given}. Ray says: {reason[:300]}")
        self._on_preempted(None if job is None else job.type)
        self._give_out_again(job)

    def _empty(self, slot: Slot) -> None:
        """Ends a worker, and those that have mapped its copies. Their jobs are given out again."""
        slot.empty()
        self._batches.forget(slot.placement.worker)
        for other in borrowers(slot, self._slots):
            job, other.running = other.running, None
            self._empty(other)
            self._give_out_again(job)

    def _give_out_again(self, job: Job | None) -> None:
        if isinstance(job, Training):
            self.submit(job)
        elif job is not None:
            self._pending.appendleft(job)

    def _break(self, reason: str, error: Body | None) -> None:
        if not self._closed:
            self._on_broken(reason, error)
