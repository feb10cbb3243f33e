"""The worker process. It computes one request at a time, and ends itself as soon as the server closes its pipe."""

import argparse
import faulthandler
import platform
import signal
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from rminas_sidecar.engines.devices import choose_device, find_shared_device, kind_of, name_of
from rminas_sidecar.engines.stacking import STACKED, Outcome, run_together
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.ipc.heartbeat import Heartbeat
from rminas_sidecar.ipc.progress import ProgressReporter
from rminas_sidecar.ipc.worker_pipes import WorkerPipes
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import failure_body, is_out_of_memory
from rminas_sidecar.system.garbage import without_collections

if TYPE_CHECKING:
    import torch

    from rminas_sidecar.evaluation.session import Session

_IN_STEPS = {"evaluate", "measure"}
"""Requests that send heartbeats at each step; the others send them from a thread."""


class _Known(NamedTuple):
    """A prepared specification."""

    request: Body
    session: "Session"
    owner: int | None
    """The worker whose copy of the batch it uses; None for its own."""


class Worker:
    """Computes requests.

    Args:
        device: where it computes.
        send: sends a message to the server.
        heartbeat: shows the server that this process makes progress.
        lanes: how many architectures a stack trains at a time.
    """

    def __init__(
        self, device: "torch.device", send: Callable[[Body], None], heartbeat: Heartbeat, lanes: int = 1
    ) -> None:
        self._device = device
        self._lanes = lanes
        self._send = send
        self._heartbeat = heartbeat
        self._sessions: dict[str, _Known] = {}
        self._handlers = {
            "prepare": self._prepare,
            "evaluate": self._evaluate,
            "measure": self._measure,
            "costs": self._costs,
            "verify": self._verify,
            "retrain": self._retrain,
            "one-shot": self._search_supernet,
            "export": self._export,
            "fit": self._fit,
        }

    def serve(self, requests: "SimpleQueue[Body]") -> None:
        """Computes the next request, and those that join it in a stack; sends a reply or an error for each."""
        request: Body | None = requests.get()
        while request is not None:
            session = self._session_with_stack(request)
            if session is None:
                self.answer(request)
                return
            request = run_together(session, request, requests, self._reply, self._heartbeat.step)

    def answer(self, request: Body) -> None:
        """Computes one request and sends its reply, or the error."""
        try:
            answer = self._compute(request["type"], request["body"])
        except Exception as error:
            self._reply(request, error)
        else:
            self._reply(request, answer)

    def _reply(self, request: Body, outcome: Outcome) -> None:
        if isinstance(outcome, Exception):
            kind, body = "error", failure_body(outcome)
            if is_out_of_memory(outcome):
                self._free_memory()
        else:
            kind, body = outcome
        self._send({"event": "reply", "to": request.get("number"), "type": kind, "body": body})

    def _session_with_stack(self, request: Body) -> "Session | None":
        """The session whose stack can run the request; None where there is none."""
        known = self._sessions.get(request["body"].get("digest"))
        return (
            known.session
            if request["type"] in STACKED and known is not None and known.session.stack is not None
            else None
        )

    def _compute(self, kind: str, body: Body) -> tuple[str, Body]:
        handler = self._handlers[kind]
        if kind in _IN_STEPS:
            return handler(body)
        with self._heartbeat.in_background():
            return handler(body)

    def _prepare(self, body: Body) -> tuple[str, Body]:
        from rminas_sidecar.evaluation.session import Session

        start = time.perf_counter()
        request, digest = body["request"], body["request"]["digest"]
        known = self._sessions.get(digest)
        if known is None or known.request != request:
            memory = None if body["memory"] is None else Path(body["memory"])
            copy = body["copy"] or {"owner": None, "handles": None}
            session = Session.prepare(
                request["specification"], request["assets"], self._device, memory, self._lanes, copy["handles"]
            )
            owner = copy["owner"] if session.prepared.borrowed else None
            known = self._sessions[digest] = _Known(request, session, owner)
        answer = {"seconds": time.perf_counter() - start, **known.session.report(), "digest": digest}
        return "prepared", {**answer, "copy": {"owner": known.owner, "handles": known.session.prepared.handles}}

    def _evaluate(self, body: Body) -> tuple[str, Body]:
        from rminas_sidecar.evaluation.stopping import FutilityBounds

        bounds = FutilityBounds(body.get("bounds", ()))
        return "evaluated", self._session(body["digest"]).evaluate(
            body["genotype"], body["seed"], bounds, self._heartbeat.step
        )

    def _measure(self, body: Body) -> tuple[str, Body]:
        session, proxies = self._session(body["digest"]), body["proxies"]
        return "measured", {
            "measurements": [
                session.measure(it["genotype"], it["seed"], proxies, self._heartbeat.step)
                for it in body["architectures"]
            ]
        }

    def _costs(self, body: Body) -> tuple[str, Body]:
        from rminas_sidecar.evaluation.costs import find_costs
        from rminas_sidecar.specification import Specification

        start = time.perf_counter()
        specification = Specification.from_dict(body["specification"])
        costs = find_costs(specification, body["genotypes"], body.get("latency"), self._device)
        return "costed", {"costs": costs, "seconds": time.perf_counter() - start}

    def _verify(self, body: Body) -> tuple[str, Body]:
        return "verified", self._session(body["digest"]).verify(
            body["genotype"], body["seed"], body["epochs"], body["batchSize"], body["learningRate"], self._progress()
        )

    def _retrain(self, body: Body) -> tuple[str, Body]:
        from rminas_sidecar.retraining.retrain import retrain

        return "retrained", retrain(body, self._device, self._progress())

    def _search_supernet(self, body: Body) -> tuple[str, Body]:
        from rminas_sidecar.supernets.search import search_supernet

        return "one-shot-found", search_supernet(body, self._device, self._progress())

    def _export(self, body: Body) -> tuple[str, Body]:
        from rminas_sidecar.export.export import export_network

        return "exported", export_network(body)

    def _fit(self, body: Body) -> tuple[str, Body]:
        from rminas_sidecar import surrogate
        from rminas_sidecar.backends import xnas

        return "fitted", surrogate.fit(body, xnas.grow_forest)

    def _progress(self) -> ProgressReporter:
        return ProgressReporter(lambda report: self._send({"event": "progress", "body": report}))

    def _session(self, digest: str) -> "Session":
        known = self._sessions.get(digest)
        if known is None:
            raise SidecarError("unknown-specification", f"The specification {digest} was not prepared on this worker.")
        return known.session

    def _free_memory(self) -> None:
        import torch

        if self._device.type == "cuda":
            torch.cuda.empty_cache()


def main() -> None:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="rminas_sidecar.engines.worker")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--number", type=int, required=True)
    parser.add_argument("--stack", type=int, default=1)
    parser.add_argument("--plugin", action="append", default=[])
    options = parser.parse_args()
    faulthandler.enable()
    # Before the import of PyTorch, so that this process ends when the server does meanwhile.
    server = WorkerPipes()
    # The server ends this process by closing the pipe: SIGTERM for the whole process group must not precede that.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    doing = "importing PyTorch"
    starting = Heartbeat(lambda: server.send({"event": "alive", "doing": doing}))

    def begin(next_step: str) -> None:
        nonlocal doing
        doing = next_step

    try:
        with starting.in_background():
            device, readiness = _get_ready(options, begin)
    except SidecarError as error:
        server.send({"event": "cannot-start", "body": failure_body(error)})
        server.give_up()
    except Exception as error:
        server.give_up(error)
    worker = Worker(device, server.send, Heartbeat(lambda: server.send({"event": "alive"})), options.stack)
    server.send({"event": "ready", **readiness})
    while True:
        worker.serve(server.requests)


def _get_ready(options: argparse.Namespace, begin: Callable[[str], None]) -> "tuple[torch.device, Body]":
    """Imports everything; answers the device, and the message that this worker is ready.

    Args:
        options: from the command line.
        begin: called with the name of each further step.

    Raises:
        SidecarError: `plugin-failed`.
        RuntimeError: torch's, when the device cannot be used.
    """
    with without_collections():
        import torch

        # Imported now, so that a broken installation shows at the start and the first request is not slow.
        import rminas_sidecar.evaluation.session  # noqa: F401
        from rminas_sidecar.backends.xnas import find_xnas
        from rminas_sidecar.plugins.catalogue import available
        from rminas_sidecar.plugins.loading import load_plugins

    torch.set_num_threads(options.threads)
    torch.set_num_interop_threads(1)
    begin(f"preparing the device {options.device}")
    device = choose_device(options.device, options.number)
    begin("loading plugins")
    loaded = load_plugins(options.plugin)
    readiness = {
        "versions": _versions(),
        "xnas": find_xnas(),
        "available": available(),
        "plugins": [plugin.name for plugin in loaded if not plugin.is_space],
    }
    return device, {
        "device": {"name": name_of(device, options.stack), "kind": kind_of(device, options.stack)},
        "sharedDevice": find_shared_device(device, options.device, options.number),
        "readiness": readiness,
    }


def _versions() -> dict[str, Any]:
    import numpy
    import torch

    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": numpy.__version__}
    return {**versions, "cuda": torch.version.cuda} if torch.version.cuda else versions


if __name__ == "__main__":
    main()
