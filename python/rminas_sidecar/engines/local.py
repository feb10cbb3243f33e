"""Workers that are processes of this machine."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from rminas_sidecar.child_process import Death
from rminas_sidecar.engines import Job, Readiness
from rminas_sidecar.engines.preparation import Preparable, Preparation
from rminas_sidecar.engines.shared_memory import make_shared_memory
from rminas_sidecar.engines.worker_process import WorkerProcess, WorkerSettings
from rminas_sidecar.failures import error_body
from rminas_sidecar.protocol import Body
from rminas_sidecar.silence import Silence

Post = Callable[[Callable[[], None]], None]
"""Has a function called in the server's loop; may be called from any thread."""

_GRACE_SECONDS = 1.0
_STRIKES = 3
"""So many deaths of a worker without an answer in between, and the engine gives up."""


@dataclass
class _Seat:
    """The place of a worker; when it dies, another one takes it."""

    silence: Silence
    process: WorkerProcess | None = None
    ready: bool = False
    running: Job | None = None
    own: deque[Job] = field(default_factory=deque)
    """Jobs that this seat has to do itself, before it takes one that any seat can do."""
    strikes: int = 0
    stuck: bool = False
    """Its process was killed because it said nothing for too long."""


class LocalEngine:
    """Implements `rminas_sidecar.engines.Engine`.

    A worker that dies fails the job it ran with `worker-died`; whether to send that again is the controller's
    decision. A new worker takes its place and is given all that was prepared. One that has something to do and gives
    no sign of life is killed.

    Args:
        count: number of workers.
        settings: how each of them computes.
        deadline_seconds: how long one that has something to do may give no sign of life.
        post: has a function called in the server's loop.
        log: takes a level of the protocol and a text.
    """

    def __init__(
        self,
        count: int,
        settings: WorkerSettings,
        deadline_seconds: float,
        post: Post,
        log: Callable[[str, str], None],
    ) -> None:
        self._settings = settings
        self._post = post
        self._log = log
        self._seats = [_Seat(Silence(deadline_seconds)) for _ in range(count)]
        self._pending: deque[Job] = deque()
        self._prepared: dict[str, Preparable] = {}
        self._readiness: Readiness | None = None
        self._closed = False

    def start(self, on_ready: Callable[[Readiness], None], on_broken: Callable[[str], None]) -> None:
        self._on_ready = on_ready
        self._on_broken = on_broken
        for seat in self._seats:
            self._spawn(seat)

    def submit(self, job: Job) -> None:
        if not self._seats:
            job.reply(
                "error",
                error_body("invalid-message", f"{job.type} needs a worker, and this sidecar was started without.", []),
            )
        elif job.type == "prepare":
            self._prepare(job)
        else:
            self._pending.append(job)
        self._dispatch()

    def watch(self) -> None:
        for seat in self._seats:
            silent = seat.silence.too_long()
            idle = seat.ready and seat.running is None
            if silent and not idle and not seat.stuck and seat.process is not None:
                seat.stuck = True
                seat.process.kill()

    def close(self) -> None:
        self._closed = True
        processes = [seat.process for seat in self._seats if seat.process is not None]
        for process in processes:
            process.end()
        until = time.monotonic() + _GRACE_SECONDS
        for process in processes:
            process.wait(max(0.0, until - time.monotonic()))

    def _prepare(self, job: Job) -> None:
        known = self._prepared.get(job.body["digest"])
        if known is not None and known.request == job.body:
            _hand_out(Preparation(job, known, len(self._seats), on_begun=lambda _: None), self._seats)
            return
        preparable = Preparable(job.body, make_shared_memory())
        first, *others = sorted(self._seats, key=lambda seat: seat.running is not None)

        def go_on(preparation: Preparation) -> None:
            preparable.settle()
            self._prepared[job.body["digest"]] = preparable
            _hand_out(preparation, others)

        _hand_out(Preparation(job, preparable, len(self._seats), on_begun=go_on), [first])

    def _spawn(self, seat: _Seat) -> None:
        seat.silence.heard()
        seat.stuck = False
        seat.process = WorkerProcess(
            self._settings,
            on_message=lambda message: self._post(partial(self._heard, seat, message)),
            on_death=lambda death: self._post(partial(self._died, seat, death)),
        )

    def _dispatch(self) -> None:
        for seat in self._seats:
            if not seat.ready or seat.running is not None or seat.process is None:
                continue
            jobs = seat.own or self._pending
            if jobs:
                seat.running = jobs.popleft()
                seat.silence.heard()
                seat.process.send({"type": seat.running.type, "body": seat.running.body})

    def _heard(self, seat: _Seat, message: Body) -> None:
        if self._closed:
            return
        seat.silence.heard()
        if message["event"] == "alive":
            return
        if message["event"] == "ready":
            self._seat_ready(seat, Readiness(message["device"], message["versions"], message["xnas"]))
        elif seat.running is not None and message["event"] == "progress":
            seat.running.progress(message["body"])
        elif seat.running is not None:
            job, seat.running, seat.strikes = seat.running, None, 0
            job.reply(message["type"], message["body"])
        self._dispatch()

    def _seat_ready(self, seat: _Seat, readiness: Readiness) -> None:
        seat.ready = True
        if self._readiness is None and all(other.ready for other in self._seats):
            self._readiness = readiness
            self._on_ready(readiness)

    def _died(self, seat: _Seat, death: Death) -> None:
        if self._closed:
            return
        job, seat.running, seat.ready = seat.running, None, False
        seat.strikes += 1
        end, remedies = _explain(seat, death)
        if self._readiness is None or seat.strikes >= _STRIKES:
            # The worker's own words stand on stderr already; the controller reads the reason from there.
            self._on_broken(f"A worker cannot be kept alive: the last one {end}.")
            return
        seat.own.extendleft([self._again(preparable) for preparable in self._prepared.values()])
        self._spawn(seat)
        self._log("warning", f"A worker {end}; another one takes its place.")
        if job is not None:
            last_words = f" It said: {death.stderr}" if death.stderr else ""
            message = f"The worker that ran {job.type} {end}.{last_words}"
            job.reply("error", error_body("worker-died", message, remedies))
        self._dispatch()

    def _again(self, preparable: Preparable) -> Job:
        return preparable.part(self._prepared_again, progress=lambda _: None)

    def _prepared_again(self, kind: str, body: Body) -> None:
        if kind == "error":
            self._log("warning", f"A new worker could not prepare what the others have: {body['message']}")


def _hand_out(preparation: Preparation, seats: Iterable[_Seat]) -> None:
    for seat in seats:
        seat.own.append(preparation.part())


def _explain(seat: _Seat, death: Death) -> tuple[str, list[str]]:
    """How a worker ended, to follow "the worker", and what can be done about it."""
    if seat.stuck:
        return f"was killed: it gave no sign of life for {seat.silence.seconds:g} s", [
            "If a training step takes that long on this machine, raise RMINAS.WORKER_DEADLINE."
        ]
    killed = ["If the machine is short of memory, use fewer workers (RMINAS.WORKERS)."]
    return f"ended with {death}", killed if death.code == -9 else []
