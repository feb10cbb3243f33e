"""Imports a table in its own process, because an import takes minutes and much memory.

The server stays free for its heartbeats.
"""

import signal
from collections.abc import Callable
from queue import SimpleQueue

from rminas_sidecar.ipc.child_process import ChildProcess, Death
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import error_body

_MODULE = "rminas_sidecar.benchmarks.import_worker"


def import_in_process(request: Body, on_progress: Callable[[Body], None]) -> tuple[str, Body]:
    """Imports a table and waits for the answer.

    Args:
        request: the body of the protocol's `import-benchmark`.
        on_progress: called with the bodies of `progress` messages, from another thread.

    Returns:
        Type and body of the answer, which may be an error. If the process dies, no files are left behind.
    """
    ends: SimpleQueue[tuple[str, Body]] = SimpleQueue()

    def hear(message: Body) -> None:
        if message["event"] == "progress":
            on_progress(message["body"])
        else:
            ends.put((message["type"], message["body"]))

    process = ChildProcess([_MODULE], {}, hear, lambda death: ends.put(("error", _died(request["file"], death))))
    process.send(request)
    return ends.get()


def _died(file: str, death: Death) -> Body:
    message = f"The import of {file} ended with {death}."
    if death.code == -signal.SIGKILL:
        steps = ["The system was out of memory: end other programs, or use a machine with more memory."]
        return error_body("out-of-memory", message, steps)
    return error_body("internal", message, ["Report this as a bug, with the text above."], death.stderr or None)
