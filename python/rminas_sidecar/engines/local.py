"""Workers that are processes of this machine."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from rminas_sidecar.child_process import Death
from rminas_sidecar.engines import Job, Readiness
from rminas_sidecar.engines.preparation import Preparation
from rminas_sidecar.engines.worker_process import WorkerProcess, WorkerSettings
from rminas_sidecar.failures import error_body
from rminas_sidecar.protocol import Body

Post = Callable[[Callable[[], None]], None]
"""Has a function called in the server's loop; may be called from any thread."""

_GRACE_SECONDS = 1.0
_STRIKES = 3
"""So many deaths of a worker without an answer in between, and the engine gives up."""


@dataclass
class _Seat:
    """The place of a worker; when it dies, another one takes it."""

    process: WorkerProcess | None = None
    ready: bool = False
    running: Job | None = None
    own: deque[Job] = field(default_factory=deque)
    """Jobs that this seat has to do itself, before it takes one that any seat can do."""
    strikes: int = 0


class LocalEngine:
    """Implements `rminas_sidecar.engines.Engine`.

    A worker that dies fails the job it ran with `worker-died`; whether to send that again is the controller's
    decision. A new worker takes its place and is given all that was prepared.

    Args:
        count: number of workers.
        settings: how each of them computes.
        post: has a function called in the server's loop.
        log: takes a level of the protocol and a text.
    """

    def __init__(self, count: int, settings: WorkerSettings, post: Post, log: Callable[[str, str], None]) -> None:
        self._settings = settings
        self._post = post
        self._log = log
        self._seats = [_Seat() for _ in range(count)]
        self._pending: deque[Job] = deque()
        self._prepared: dict[str, Body] = {}
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

    def close(self) -> None:
        self._closed = True
        processes = [seat.process for seat in self._seats if seat.process is not None]
        for process in processes:
            process.end()
        until = time.monotonic() + _GRACE_SECONDS
        for process in processes:
            process.wait(max(0.0, until - time.monotonic()))

    def _prepare(self, job: Job) -> None:
        preparation = Preparation(job, len(self._seats), on_done=partial(self._remember, job.body))
        for seat in self._seats:
            seat.own.append(preparation.part())

    def _remember(self, body: Body) -> None:
        self._prepared[body["digest"]] = body

    def _spawn(self, seat: _Seat) -> None:
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
                seat.process.send({"type": seat.running.type, "body": seat.running.body})

    def _heard(self, seat: _Seat, message: Body) -> None:
        if self._closed:
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
        if self._readiness is None or seat.strikes >= _STRIKES:
            # The worker's own words stand on stderr already; the controller reads the reason from there.
            self._on_broken(f"A worker cannot be kept alive: {death}.")
            return
        seat.own.extendleft([self._again(body) for body in self._prepared.values()])
        self._spawn(seat)
        self._log("warning", f"A worker ended with {death}; another one takes its place.")
        if job is not None:
            job.reply("error", _died_body(job, death))
        self._dispatch()

    def _again(self, body: Body) -> Job:
        return Job("prepare", body, reply=self._prepared_again, progress=lambda _: None)

    def _prepared_again(self, kind: str, body: Body) -> None:
        if kind == "error":
            self._log("warning", f"A new worker could not prepare what the others have: {body['message']}")


def _died_body(job: Job, death: Death) -> Body:
    last_words = f" It said: {death.stderr}" if death.stderr else ""
    steps = ["If the machine is short of memory, use fewer workers (RMINAS.WORKERS)."] if death.code == -9 else []
    return error_body("worker-died", f"The worker that ran {job.type} ended with {death}.{last_words}", steps)
