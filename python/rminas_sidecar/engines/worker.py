"""The process that computes. It runs one request at a time, and ends itself as soon as the server's pipe closes.

Requests come as lines of JSON on stdin and answers go out as lines on what was stdout; whatever else writes to stdout
writes to stderr instead.
"""

import argparse
import faulthandler
import json
import os
import platform
import sys
import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, BinaryIO

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.failures import failure_body, is_out_of_memory
from rminas_sidecar.progress import Progress
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.validate import finite

if TYPE_CHECKING:
    import torch

    from rminas_sidecar.evaluation.session import Session


class Worker:
    """Answers requests with what the evaluation computes.

    Args:
        device: where it computes.
        output: where the answers go.
    """

    def __init__(self, device: "torch.device", output: BinaryIO) -> None:
        self._device = device
        self._output = output
        self._sessions: dict[str, tuple[Body, Session]] = {}
        self._handlers = {"prepare": self._prepare, "evaluate": self._evaluate, "verify": self._verify}

    def answer(self, request: Body) -> None:
        """Computes one request and writes its reply, or the error that it ended in."""
        try:
            kind, body = self._handlers[request["type"]](request["body"])
        except Exception as error:
            kind, body = "error", failure_body(error)
            if is_out_of_memory(error):
                self._free_memory()
        self.tell({"event": "reply", "type": kind, "body": body})

    def tell(self, message: Body) -> None:
        """Writes one line to the server."""
        self._output.write(json.dumps(finite(message), allow_nan=False).encode() + b"\n")
        self._output.flush()

    def _prepare(self, body: Body) -> tuple[str, Body]:
        from rminas_sidecar.evaluation.session import Session

        start = time.perf_counter()
        digest = body["digest"]
        known = self._sessions.get(digest)
        if known is None or known[0] != body:
            session = Session.prepare(body["specification"], body["assets"], self._device)
            known = self._sessions[digest] = (body, session)
        seconds = time.perf_counter() - start
        return "prepared", {"seconds": seconds, **known[1].report(), "digest": digest}

    def _evaluate(self, body: Body) -> tuple[str, Body]:
        return "evaluated", self._session(body["digest"]).evaluate(body["genotype"], body["seed"])

    def _verify(self, body: Body) -> tuple[str, Body]:
        progress = Progress(lambda report: self.tell({"event": "progress", "body": report}))
        return "verified", self._session(body["digest"]).verify(
            body["genotype"], body["seed"], body["epochs"], body["batchSize"], body["learningRate"], progress
        )

    def _session(self, digest: str) -> "Session":
        known = self._sessions.get(digest)
        if known is None:
            raise SidecarError("unknown-specification", f"Nothing was prepared for the specification {digest}.")
        return known[1]

    def _free_memory(self) -> None:
        import torch

        if self._device.type == "cuda":
            torch.cuda.empty_cache()


def main() -> None:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="rminas_sidecar.engines.worker")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--device", required=True)
    options = parser.parse_args()
    faulthandler.enable()
    output = _take_stdout()
    requests: SimpleQueue[Body] = SimpleQueue()
    # Started before PyTorch is imported, so that a server that goes away meanwhile is noticed.
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()

    import torch

    # Imported now, so that a broken installation shows at the start and the first request is not slower than others.
    import rminas_sidecar.evaluation.session  # noqa: F401

    torch.set_num_threads(options.threads)
    torch.set_num_interop_threads(1)
    device = _choose_device(options.device)
    worker = Worker(device, output)
    worker.tell({"event": "ready", "device": _describe(device), "versions": _versions()})
    while True:
        worker.answer(requests.get())


def _take_stdout() -> BinaryIO:
    """The stream to the server; from here on, file descriptor 1 is another name of stderr."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def _read_requests(requests: "SimpleQueue[Body]") -> None:
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    # The server is gone: what is being computed has nobody to go to. Only this call ends a thread that trains.
    os._exit(0)


def _choose_device(name: str) -> "torch.device":
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(name)
    # The first tensor shows whether the device is there, and pays for the start of CUDA before the first request.
    torch.zeros(1, device=device)
    return device


def _describe(device: "torch.device") -> str:
    import torch

    return f"{device} ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device)


def _versions() -> dict[str, Any]:
    import numpy
    import torch

    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": numpy.__version__}
    return {**versions, "cuda": torch.version.cuda} if torch.version.cuda else versions


if __name__ == "__main__":
    main()
