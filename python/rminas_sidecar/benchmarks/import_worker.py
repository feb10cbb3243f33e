"""The process that imports one table and then ends."""

import time

from rminas_sidecar.benchmarks import import_file
from rminas_sidecar.ipc.progress import ProgressReporter
from rminas_sidecar.ipc.worker_pipes import WorkerPipes
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import failure_body


def main() -> None:
    """Entry point of the process."""
    server = WorkerPipes()
    progress = ProgressReporter(lambda report: server.send({"event": "progress", "body": report}))
    try:
        kind, body = "benchmark-imported", _import(server.requests.get(), progress)
    except Exception as error:
        kind, body = "error", failure_body(error)
    server.send({"event": "reply", "type": kind, "body": body})


def _import(request: Body, progress: ProgressReporter) -> Body:
    start = time.perf_counter()
    imported = import_file(request["file"], request["folder"], progress)
    return {"seconds": time.perf_counter() - start, **imported}


if __name__ == "__main__":
    main()
