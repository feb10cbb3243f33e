"""Times the start of a sidecar and the way of a request, on this machine and on a Ray cluster on its loopback.

Run it as docs/cluster.md shows. It asserts nothing about times.
"""

import time
from statistics import median
from typing import Any

import pytest

from clusters.nodes import start
from support.evaluations import evaluate_body, prepare_body

pytest_plugins = ["clusters.fixtures"]

REQUESTS = 20


def test_print_seconds(launcher: Any, cluster: Any, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["engine   start s   evaluation ms   around it ms (least, median, most)"]
    for engine in ("local", "ray", "local", "ray"):
        began = time.perf_counter()
        sidecar = launcher.start("--workers", "1") if engine == "local" else start(launcher, cluster.address)
        sidecar.receive("hello")
        started = time.perf_counter() - began
        assert sidecar.ask("prepare", prepare_body(steps=20))["type"] == "prepared"
        sidecar.ask("evaluate", evaluate_body())
        on_worker, around = zip(*(time_request(sidecar) for _ in range(REQUESTS)), strict=True)
        sidecar.end()
        spread = ", ".join(f"{1000 * of(around):.1f}" for of in (min, median, max))
        lines.append(f"{engine:8} {started:7.1f} {1000 * median(on_worker):15.0f}   {spread}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))


def time_request(sidecar: Any) -> tuple[float, float]:
    """The seconds of an evaluation on its worker, and those of its request beyond them."""
    began = time.perf_counter()
    reply = sidecar.ask("evaluate", evaluate_body())
    seconds: float = reply["body"]["seconds"]
    return seconds, time.perf_counter() - began - seconds
