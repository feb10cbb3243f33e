"""Worker processes on this machine."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from rminas_sidecar.engines.deaths import MOST_FAILURES, Silence, error_of_job, explain_death
from rminas_sidecar.engines.device_copies import Placement
from rminas_sidecar.engines.engine import Job, OnBroken, Readiness, WorkerDevice
from rminas_sidecar.engines.preparation import Part, Preparable, Preparation
from rminas_sidecar.engines.shared_memory import make_shared_memory
from rminas_sidecar.engines.stacking import STACKED
from rminas_sidecar.engines.worker_process import WorkerProcess, WorkerSettings
from rminas_sidecar.ipc.child_process import Death
from rminas_sidecar.ipc.process_activity import activity_of
from rminas_sidecar.ipc.watchdog import Watchdog
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import error_body

Post = Callable[[Callable[[], None]], None]
"""Queues a call for the server's loop. May be called from any thread."""

_GRACE_SECONDS = 1.0


@dataclass(frozen=True)
class Deadlines:
    """How long a worker may show no sign of life before it is killed, in seconds.

    Args:
        start: until it is ready.
        work: while it is busy.
    """

    start: float
    work: float


@dataclass
class _WorkerSlot:
    """A slot for one worker process; a dead process is replaced by a new one."""

    watchdog: Watchdog
    placement: Placement
    """Its number, from 0, decides the device."""
    process: WorkerProcess | None = None
    ready: bool = False
    device: WorkerDevice | None = None
    """Known once the first process of this slot was ready."""
    doing: str = "starting Python"
    """Its step until it is ready."""
    activity: int | None = None
    """Of its process, when it was last looked at."""
    running: dict[int, Job] = field(default_factory=dict)
    """By the number of the request. Several jobs share the steps of a stack."""
    own: deque[Job] = field(default_factory=deque)
    """Jobs for this slot, which run before those that any slot can run."""
    failures: int = 0
    refusal: Body | None = None
    """Why its process cannot start, as the body of an `error` message."""
    stuck: bool = False
    """Its process was killed because it sent no heartbeat for too long."""
    orphaned: bool = False
    """Its process was killed because the owner of a copy that it has mapped has died."""


class LocalEngine:
    """Implements `rminas_sidecar.engines.engine.Engine`.

    When a worker dies, its job fails with `worker-died`; the controller decides whether to send it again. A new worker
    takes its slot and prepares every specification again. A busy worker without heartbeats is killed. A worker that has
    mapped memory of a dead one is replaced too, and its jobs run again.

    Args:
        workers: number of workers.
        settings: how each of them computes.
        deadlines: how long a worker may send no heartbeat.
        post: queues a call for the server's loop.
        log: sends a text with one of the protocol's levels.
    """

    def __init__(
        self,
        workers: int,
        settings: WorkerSettings,
        deadlines: Deadlines,
        post: Post,
        log: Callable[[str, str], None],
    ) -> None:
        self._settings = settings
        self._deadlines = deadlines
        self._post = post
        self._log = log
        self._slots = [_WorkerSlot(Watchdog(deadlines.start), Placement(number)) for number in range(workers)]
        self._pending: deque[Job] = deque()
        self._prepared: dict[str, Preparable] = {}
        self._numbers = count(1)
        self._readiness: Readiness | None = None
        self._closed = False

    def start(self, on_ready: Callable[[Readiness], None], on_broken: OnBroken) -> None:
        self._on_ready = on_ready
        self._on_broken = on_broken
        for slot in self._slots:
            self._spawn(slot)

    @property
    def doing(self) -> str:
        return next((slot.doing for slot in self._slots if not slot.ready), "starting")

    def submit(self, job: Job) -> None:
        if not self._slots:
            job.reply(
                "error",
                error_body("invalid-message", f"{job.type} needs a worker, and this sidecar has none.", []),
            )
        elif job.type == "prepare":
            self._prepare(job)
        else:
            self._pending.append(job)
        self._dispatch()

    def watch(self) -> None:
        for slot in self._slots:
            if not slot.ready:
                _look_at(slot)
            silent = slot.watchdog.expired()
            idle = slot.ready and not slot.running
            if silent and not idle and not slot.stuck and slot.process is not None:
                slot.stuck = True
                slot.process.kill()

    def prepared_batch(self, digest: str) -> bytes | None:
        """The prepared batch of a specification, as a worker of another machine maps it; None without shared memory."""
        preparable = self._prepared.get(digest)
        return None if preparable is None else preparable.content()

    def close(self) -> None:
        self._closed = True
        processes = [slot.process for slot in self._slots if slot.process is not None]
        for process in processes:
            process.end()
        until = time.monotonic() + _GRACE_SECONDS
        for process in processes:
            process.wait(max(0.0, until - time.monotonic()))

    def _prepare(self, job: Job) -> None:
        known = self._prepared.get(job.body["digest"])
        if known is not None and known.request == job.body:
            _hand_out(Preparation(job, known, len(self._slots), on_begun=lambda _: None), self._slots)
            return
        preparable = Preparable(job.body, make_shared_memory())
        first, *others = sorted(self._slots, key=lambda slot: bool(slot.running))

        def go_on(preparation: Preparation) -> None:
            preparable.seal()
            self._prepared[job.body["digest"]] = preparable
            _hand_out(preparation, others)

        _hand_out(Preparation(job, preparable, len(self._slots), on_begun=go_on), [first])

    def _spawn(self, slot: _WorkerSlot) -> None:
        slot.watchdog = Watchdog(self._deadlines.start)
        slot.stuck = slot.orphaned = False
        slot.doing = _WorkerSlot.doing
        slot.placement.owners.clear()
        slot.process = WorkerProcess(
            self._settings,
            slot.placement.worker,
            on_message=lambda message: self._post(partial(self._heard, slot, message)),
            on_death=lambda death: self._post(partial(self._died, slot, death)),
        )

    def _dispatch(self) -> None:
        # One job a round for each worker, so that all have as many.
        while sum(self._give_next(slot) for slot in self._slots):
            pass

    def _give_next(self, slot: _WorkerSlot) -> bool:
        """Sends the next job to a worker, if it can take the job now."""
        jobs = slot.own or self._pending
        if not slot.ready or slot.process is None or not jobs or not self._can_take(slot, jobs[0]):
            return False
        body = jobs[0].message()
        if body is None:
            return False
        job, number = jobs.popleft(), next(self._numbers)
        if not slot.running:
            slot.watchdog.heard()
        slot.running[number] = job
        slot.process.send({"type": job.type, "body": body, "number": number})
        return True

    def _can_take(self, slot: _WorkerSlot, job: Job) -> bool:
        """Whether a worker is idle, or the job may join those that it computes."""
        if not slot.running:
            return True
        together = [*slot.running.values(), job]
        digests = {it.body.get("digest") for it in together}
        joins = all(it.type in STACKED for it in together) and len(digests) == 1
        return joins and len(together) <= self._settings.stack

    def _heard(self, slot: _WorkerSlot, message: Body) -> None:
        if self._closed or slot.orphaned:
            return
        slot.watchdog.heard()
        if message["event"] == "alive":
            slot.doing = message.get("doing", slot.doing)
            return
        if message["event"] == "ready":
            slot.device = WorkerDevice(**message["device"])
            slot.placement.device = message["sharedDevice"]
            self._slot_ready(slot, message["readiness"])
        elif message["event"] == "cannot-start":
            slot.refusal = message["body"]
        elif message["event"] == "progress":
            for job in slot.running.values():
                job.progress(message["body"])
        elif message["to"] in slot.running and not self._has_lost_an_owner(slot):
            slot.failures = 0
            slot.running.pop(message["to"]).reply(message["type"], message["body"])
        self._dispatch()

    def _slot_ready(self, slot: _WorkerSlot, found: Body) -> None:
        slot.ready = True
        slot.watchdog = Watchdog(self._deadlines.work)
        devices = [other.device for other in self._slots if other.ready and other.device is not None]
        if self._readiness is None and len(devices) == len(self._slots):
            self._readiness = Readiness(devices, **found)
            self._on_ready(self._readiness)

    def _died(self, slot: _WorkerSlot, death: Death) -> None:
        if self._closed:
            return
        silence = Silence(slot.watchdog.seconds, None if slot.ready else slot.doing) if slot.stuck else None
        end, remedies = explain_death(death, silence)
        jobs, slot.running, slot.ready = list(slot.running.values()), {}, False
        orphaned = slot.orphaned
        slot.failures += not orphaned
        if self._readiness is None or slot.failures >= MOST_FAILURES:
            # The worker's stderr was copied to this process's, where the controller reads it.
            reason = f"The workers keep dying: the last one {end}."
            hung = error_body("worker-died", reason, remedies) if slot.stuck else None
            self._on_broken(reason, slot.refusal or hung)
            return
        if orphaned:
            self._give_out_again(slot, jobs)
        slot.own.extendleft([self._again(slot, preparable) for preparable in self._prepared.values()])
        self._spawn(slot)
        if not orphaned:
            self._log("warning", f"A worker {end}; a new one replaces it.")
            for job in jobs:
                job.reply("error", error_of_job(job.type, death, silence))
        self._forget_copies(slot.placement.worker)
        self._dispatch()

    def _has_lost_an_owner(self, slot: _WorkerSlot) -> bool:
        """Whether its answer may come from memory that is gone. Then the death of the owner is the next message."""
        owners = [other for other in self._slots if slot.placement.needs(other.placement.worker)]
        return any(owner.process is None or owner.process.ended for owner in owners)

    def _give_out_again(self, slot: _WorkerSlot, jobs: list[Job]) -> None:
        for job in reversed(jobs):
            (slot.own if isinstance(job, Part) else self._pending).appendleft(job)

    def _forget_copies(self, owner: int) -> None:
        """Ends the workers that have mapped a copy of a dead one: CUDA does not define what they would read there."""
        for preparable in self._prepared.values():
            preparable.copies.forget(owner)
        for slot in self._slots:
            if slot.placement.needs(owner) and slot.process is not None:
                slot.orphaned = True
                slot.process.kill()
                self._log("warning", "A worker that shared its memory of the device is replaced, too.")

    def _again(self, slot: _WorkerSlot, preparable: Preparable) -> Part:
        return preparable.part(slot.placement, self._prepared_again, progress=lambda _: None)

    def _prepared_again(self, kind: str, body: Body) -> None:
        if kind == "error":
            self._log("warning", f"A new worker could not prepare a specification: {body['message']}")


def _hand_out(preparation: Preparation, slots: Iterable[_WorkerSlot]) -> None:
    for slot in slots:
        slot.own.append(preparation.part(slot.placement))


def _look_at(slot: _WorkerSlot) -> None:
    """Counts the work of a starting process as a sign of life: it may be unable to send one."""
    activity = None if slot.process is None else activity_of(slot.process.pid)
    if activity is not None and activity != slot.activity:
        slot.watchdog.heard()
    slot.activity = activity
