"""The server: one loop that validates messages, routes them and answers, and never waits for a computation."""

import math
import os
import platform
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata

import zmq

from rminas_sidecar.engines.devices import summarise
from rminas_sidecar.engines.engine import Engine, Job, Readiness
from rminas_sidecar.engines.local import Deadlines, LocalEngine
from rminas_sidecar.engines.ray_settings import RaySettings
from rminas_sidecar.engines.worker_process import WorkerSettings
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.ipc.channel import Channel, ChannelError
from rminas_sidecar.ipc.inbox import Inbox
from rminas_sidecar.ipc.parent_watch import ParentWatch
from rminas_sidecar.ipc.path_allow_list import PathAllowList
from rminas_sidecar.ipc.worker_thread import WorkerThread
from rminas_sidecar.protocol import PROTOCOL_VERSION, Body
from rminas_sidecar.protocol.failures import error_body, failure_body
from rminas_sidecar.protocol.validate import NO_REQUEST, InvalidMessage, Message, decode, encode

_HEARTBEAT_SECONDS = 1.0
_FAREWELL_SECONDS = 2.0
_MESSAGES_A_TURN = 100
_PACKAGES = ("torch", "numpy", "scikit-learn", "pyzmq", "jsonschema-rs")


@dataclass(frozen=True)
class ServerSettings:
    """The settings from the command line.

    Args:
        address: of the controller's socket.
        workers: worker processes, on a cluster the most of them; 0 suffices for benchmarks and forests.
        worker: settings of each worker.
        ray: the cluster that the workers run on; None for this machine.
        start_deadline_seconds: a starting worker without a sign of life is killed after this long.
        worker_deadline_seconds: a busy worker without heartbeats is killed after this long.
        allowed_paths: files and folders that messages may name.
        parent_timeout_seconds: the server ends when the controller is silent for this long.
    """

    address: str
    workers: int
    worker: WorkerSettings
    ray: RaySettings | None
    start_deadline_seconds: float
    worker_deadline_seconds: float
    allowed_paths: tuple[str, ...]
    parent_timeout_seconds: float


class Server:
    """One sidecar, from its `hello` to its end."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._channel = Channel(settings.address)
        self._allowed = PathAllowList(settings.allowed_paths)
        self._inbox = Inbox()
        self._engine = self._make_engine()
        self._forests = WorkerThread("forests")
        self._imports = WorkerThread("imports")
        self._queries = WorkerThread("queries")
        self._parent = ParentWatch(
            settings.parent_timeout_seconds,
            lambda: self._inbox.post(lambda: self._end(0, "the controller closed its stdin")),
        )
        self._greeted = False
        self._next_heartbeat = time.monotonic()
        self._exit_code: int | None = None

    def _make_engine(self) -> Engine:
        count, worker, ray, post = self._settings.workers, self._settings.worker, self._settings.ray, self._inbox.post
        deadlines = Deadlines(self._settings.start_deadline_seconds, self._settings.worker_deadline_seconds)
        if ray is None or count == 0:
            return LocalEngine(count, worker, deadlines, post, self._log)
        from rminas_sidecar.engines.ray_engine import RayEngine

        return RayEngine(count, worker, ray, deadlines, post, self._log, self._preempted)

    def run(self) -> int:
        """Serves until there is a reason to end.

        Returns:
            The exit code: 0 after an orderly end, 1 after a failure.
        """
        signal.signal(signal.SIGTERM, lambda *_: self._inbox.post(lambda: self._end(0, "of SIGTERM")))
        self._engine.start(self._greet, self._break)
        if self._settings.workers == 0:
            self._greet(Readiness([], {}))
        poller = zmq.Poller()
        poller.register(self._channel.socket, zmq.POLLIN)
        poller.register(self._inbox.wakeup, zmq.POLLIN)
        while self._exit_code is None:
            poller.poll(max(0, math.ceil((self._next_heartbeat - time.monotonic()) * 1000)))
            self._inbox.run()
            self._read()
            self._beat()
        self._engine.close()
        self._inbox.close()
        self._channel.close(_FAREWELL_SECONDS)
        return self._exit_code

    def _read(self) -> None:
        for _ in range(_MESSAGES_A_TURN):
            frames = self._channel.receive()
            if frames is None or self._exit_code is not None:
                return
            self._parent.heard()
            try:
                message = decode(frames)
            except InvalidMessage as error:
                steps = ["Make sure that rminas and its sidecar are of one version."]
                self._send("error", error.message_id, error_body("invalid-message", error.reason, steps))
                continue
            self._admit(message)

    def _admit(self, message: Message) -> None:
        try:
            self._allowed.check(message.type, message.body)
        except SidecarError as error:
            self._send("error", message.id, failure_body(error))
        else:
            self._route(message)

    def _route(self, message: Message) -> None:
        body = message.body
        match message.type:
            case "prepare" | "evaluate" | "measure" | "costs" | "verify" | "retrain" | "one-shot" | "export":
                self._submit(message)
            case "fit" if "rfSuggest" in body:
                # XNAS's forest imports PyTorch, which only workers have.
                self._submit(message)
            case "fit":
                self._answer_from(self._forests, message, "fitted", lambda: _fit(body))
            case "import-benchmark":
                self._imports.add(lambda: self._import_benchmark(message))
            case "query-benchmark":
                self._answer_from(self._queries, message, "benchmark-answer", lambda: _query_benchmark(body))
            case "rank-benchmark":
                self._answer_from(self._queries, message, "benchmark-ranking", lambda: _rank_benchmark(body))
            case "summarise-benchmark":
                self._answer_from(self._queries, message, "benchmark-summary", lambda: _summarise_benchmark(body))
            case "shutdown":
                self._engine.close()
                self._send("bye", message.id, {})
                self._end(0)

    def _submit(self, message: Message) -> None:
        self._engine.submit(
            Job(
                message.type,
                message.body,
                reply=lambda kind, answer: self._send(kind, message.id, answer),
                progress=lambda report: self._send("progress", message.id, report),
            )
        )

    def _answer_from(self, thread: WorkerThread, message: Message, kind: str, work: Callable[[], Body]) -> None:
        def task() -> None:
            try:
                self._post_message(kind, message.id, work())
            except Exception as error:
                self._post_message("error", message.id, failure_body(error))

        thread.add(task)

    def _import_benchmark(self, message: Message) -> None:
        from rminas_sidecar.benchmarks.import_process import import_in_process

        try:
            kind, body = import_in_process(message.body, lambda it: self._post_message("progress", message.id, it))
        except Exception as error:
            kind, body = "error", failure_body(error)
        self._post_message(kind, message.id, body)

    def _post_message(self, kind: str, message_id: str, body: Body) -> None:
        self._inbox.post(lambda: self._send(kind, message_id, body))

    def _send(self, kind: str, message_id: str, body: Body) -> None:
        if self._exit_code is not None:
            return
        try:
            try:
                text = encode(kind, message_id, body)
            except InvalidMessage as error:
                reason = f"The sidecar made a {kind} message that the protocol does not allow: {error.reason}"
                steps = ["Report this as a bug."]
                text = encode("error", message_id, error_body("internal", reason, steps))
            self._channel.send(text)
        except ChannelError as error:
            self._end(1, str(error))

    def _greet(self, readiness: Readiness) -> None:
        devices = readiness.devices
        hello = {
            "protocol": PROTOCOL_VERSION,
            "pid": os.getpid(),
            "workers": self._settings.workers,
            "threads": self._settings.worker.threads,
            "device": summarise(device.name for device in devices) or self._settings.worker.device,
            "devices": [{"name": device.name, "kind": device.kind} for device in devices],
            "versions": {**_versions(), **readiness.versions},
            "xnas": readiness.xnas,
            "available": readiness.available,
        }
        self._send("hello", NO_REQUEST, hello)
        for plugin in readiness.plugins:
            self._log("info", f"The plugin {plugin} was loaded.")
        self._greeted = True

    def _beat(self) -> None:
        now = time.monotonic()
        if now < self._next_heartbeat:
            return
        self._next_heartbeat = now + _HEARTBEAT_SECONDS
        self._engine.watch()
        if self._greeted:
            self._send("heartbeat", NO_REQUEST, {})
        else:
            # A controller that waits for `hello` sends nothing yet.
            self._parent.heard()
            self._send("starting", NO_REQUEST, {"doing": self._engine.doing})
        reason = self._parent.reason_to_end()
        if reason is not None:
            self._end(0, reason)

    def _log(self, level: str, text: str) -> None:
        self._send("log", NO_REQUEST, {"level": level, "text": text})

    def _preempted(self, request: str | None) -> None:
        self._send("preempted", NO_REQUEST, {"request": request})

    def _break(self, reason: str, error: Body | None) -> None:
        """Ends after a failure of the engine. The controller reads the code and the next steps from stderr."""
        if error is None:
            self._end(1, reason)
            return
        steps = "".join(f"\n  next step: {_one_line(step)}" for step in error["nextSteps"])
        self._end(1, f"[{error['code']}] {_one_line(error['message'])}{steps}")

    def _end(self, code: int, reason: str | None = None) -> None:
        if self._exit_code is not None:
            return
        if reason is not None:
            print(f"rminas_sidecar ends: {reason}", file=sys.stderr, flush=True)  # noqa: T201
        self._exit_code = code


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _fit(body: Body) -> Body:
    # Imported here, because NumPy takes as long as all other imports of this process.
    from rminas_sidecar import surrogate

    return surrogate.fit(body)


def _query_benchmark(body: Body) -> Body:
    from rminas_sidecar import benchmarks

    return benchmarks.query(body["index"], body["architecture"])


def _rank_benchmark(body: Body) -> Body:
    from rminas_sidecar import benchmarks

    wanted = benchmarks.Wanted(body["dataset"], body["split"], body["epochs"], body["seed"])
    return benchmarks.ranking(body["index"], wanted, body["count"])


def _summarise_benchmark(body: Body) -> Body:
    from rminas_sidecar import benchmarks

    return benchmarks.summary(body["index"])


def _versions() -> dict[str, str]:
    """Versions from the packages' metadata, because importing the packages would take seconds."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            versions[package] = metadata.version(package)
    return versions
