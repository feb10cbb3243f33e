"""Loads a benchmark's file in this process, by rminas or by the published API, and prints what that took as JSON."""

import json
import sys
import time

from published_api import load


def peak_mib() -> float:
    """Resident memory at its peak; Linux alone tells it."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def ours(file: str, folder: str) -> dict[str, object]:
    from rminas_sidecar.benchmarks import import_file

    return import_file(file, folder, lambda *_: None)


def published(file: str, _folder: str) -> dict[str, object]:
    return {"architectures": len(load(file).evaluated_indexes)}


def main() -> None:
    name, file, folder = sys.argv[1:]
    start = time.perf_counter()
    body = {"ours": ours, "published": published}[name](file, folder)
    seconds = time.perf_counter() - start
    print(json.dumps({**body, "seconds": seconds, "peak": peak_mib()}))


main()
