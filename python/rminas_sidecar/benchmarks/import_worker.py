"""The process that imports one table and then ends."""

import time
from pathlib import Path

from rminas_sidecar.benchmarks import import_file
from rminas_sidecar.benchmarks.table import ImportOptions
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.ipc.progress import ProgressReporter
from rminas_sidecar.ipc.worker_pipes import WorkerPipes
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import failure_body
from rminas_sidecar.system.memory import limit_memory

_LEAST_MEMORY = 240 * 1024 * 1024
_MEMORY_OF_BYTE = 4
"""Of a table's file or folder. The importers need far less; a file that was made to fill the memory needs more."""


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
    options = ImportOptions(request.get("unit"), request.get("columns", {}), request.get("replace", False))
    allowance = max(_LEAST_MEMORY, _MEMORY_OF_BYTE * _size(Path(request["file"])))
    limit_memory(allowance)
    try:
        imported = import_file(request["file"], request["folder"], progress, options)
    except MemoryError as error:
        raise SidecarError(
            "out-of-memory",
            f"The import of {request['file']} needs more than {allowance:,} bytes. No table of its size does.",
            ["Get the table again from its publisher."],
        ) from error
    return {"seconds": time.perf_counter() - start, **imported}


def _size(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


if __name__ == "__main__":
    main()
