"""Loads a benchmark's file in this process, by rminas or by the published API. Prints memory and seconds as JSON.

Seconds are those of the processor, user and system, without the imports.
"""

import json
import sys
import time
from collections.abc import Callable

from published_api import prepare

Load = Callable[[], dict[str, object]]


def peak_mib() -> float:
    """Resident memory at its peak; Linux alone tells it."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def ours(file: str, folder: str) -> Load:
    from rminas_sidecar.benchmarks import import_file

    return lambda: import_file(file, folder, lambda *_: None)


def published(file: str, _folder: str) -> Load:
    load = prepare(file)
    return lambda: {"architectures": len(load().evaluated_indexes)}


def main() -> None:
    name, file, folder = sys.argv[1:]
    load = {"ours": ours, "published": published}[name](file, folder)
    start = time.process_time()
    body = load()
    seconds = time.process_time() - start
    print(json.dumps({**body, "seconds": seconds, "peak": peak_mib()}))


main()
