"""Times a step of each one-shot method beside the same step in plain PyTorch, and beside XNAS's forward pass.

The images are drawn, since no figure depends on them. Both sides take turns in one process, on one thread. A figure is
the median of the CPU seconds of the steps; the first step of each side, which takes memory, is not among them.
"""

import argparse
import copy
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from rminas_sidecar.backends.xnas import find_xnas, import_xnas
from rminas_sidecar.evaluation.determinism import deterministic_algorithms
from rminas_sidecar.specification import NetworkSpecification, OptimizerSpecification
from rminas_sidecar.supernets.acceleration import accelerate
from rminas_sidecar.supernets.catalogue import build_method
from rminas_sidecar.supernets.method import Batch, Method
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.updates import ArchitectureRecipe, Updates
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parent))
from plain_supernet import make_plain

TEMPERATURES = {"firstTemperature": 10.0, "lastTemperature": 0.1}
OPTIONS: dict[str, dict[str, Any]] = {
    "darts-1": {},
    "darts-2": {},
    "gdas": {**TEMPERATURES, "addsOthers": True},
    "fairnas": {"population": 4, "generations": 1},
    "snas": {**TEMPERATURES, "resourceWeight": 0.0015, "dropPath": 0.3},
    "pc-darts": {"share": 4, "frozenEpochs": 0},
    "fairdarts": {"zeroOneWeight": 10, "threshold": 0.5},
}
SGD = OptimizerSpecification(0.025, 0.9, 0.0, True, 5e-4)
ADAM = ArchitectureRecipe(3e-4, 1e-3, 0.5)
Step = Callable[[], object]


def draw_batch(images: int, side: int, memory_format: torch.memory_format) -> Batch:
    """Images and labels."""
    pixels = torch.randn(images, 3, side, side).contiguous(memory_format=memory_format)
    return Batch(pixels, torch.randint(10, (images,)))


def step_of(method: Method, training: Batch, validation: Batch) -> Step:
    """A step of a search."""
    updates = Updates(method.supernet.parameters(), method.architecture, SGD, ADAM)
    return lambda: method.step(training, validation, updates)


def seconds_of(sides: dict[str, Step], steps: int) -> dict[str, float]:
    """The CPU seconds of a step of each side, by turns."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(steps + 1):
        for name, step in sides.items():
            # The same seed gives all sides the same samples.
            torch.manual_seed(number)
            start = time.process_time()
            step()
            if number > 0:
                seconds[name].append(time.process_time() - start)
    return {name: statistics.median(each) for name, each in seconds.items()}


def bench(
    name: str, space: str, size: NetworkSpecification, images: int, steps: int
) -> dict[str, float]:
    """The CPU seconds of a step of a method, plain and ours."""
    torch.manual_seed(0)
    ours = build_method(name, space, size, OPTIONS[name]).train()
    plain = copy.deepcopy(ours)
    make_plain(plain.supernet)
    accelerate(ours.supernet)
    usual, last = (
        [draw_batch(images, size.resolution, layout) for _ in range(2)]
        for layout in (torch.contiguous_format, torch.channels_last)
    )
    return seconds_of(
        {"plain": step_of(plain, *usual), "ours": step_of(ours, *last)}, steps
    )


def bench_forward(
    size: NetworkSpecification, images: int, steps: int
) -> dict[str, dict[str, float]]:
    """The CPU seconds of a forward pass of XNAS's supernets of NAS-Bench-201, and of ours."""
    cnn, drnas = (
        import_xnas("xnas.spaces.NASBench201.cnn"),
        import_xnas("xnas.spaces.DrNAS.nb201_cnn"),
    )
    widths = size.channels, size.cells, 4, size.classes
    alpha = torch.zeros(6, 5).softmax(-1)
    mixed = cnn.NASBench201CNN(*widths).train()
    sampled = drnas.TinyNetworkGDAS(*widths, None, drnas.NAS_BENCH_201).train()
    sampled.tau = 5.0
    theirs = draw_batch(images, size.resolution, torch.contiguous_format).images
    ours = draw_batch(images, size.resolution, torch.channels_last).images
    found = {}
    for name, forward in {
        "darts-1": lambda: mixed(theirs, alpha),
        "gdas": lambda: sampled(theirs),
    }.items():
        method = build_method(name, "nas-bench-201", size, OPTIONS[name]).train()
        accelerate(method.supernet)
        found[name] = seconds_of(
            {"XNAS": forward, "ours": lambda method=method: _forward(method, ours)},
            steps,
        )  # type: ignore[misc]
    return found


def _forward(method: Method, images: Tensor) -> Tensor:
    mixture: Mixture = method.relax()
    return method.supernet(images, mixture)  # type: ignore[no-any-return]


def _print(name: str, seconds: dict[str, float]) -> None:
    other, ours = seconds.values()
    print(
        f"  {name:<24}{1000 * other:>10.0f}{1000 * ours:>10.0f}{other / ours:>10.2f}",
        flush=True,
    )


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--methods", default=",".join(OPTIONS))
    parser.add_argument("--space", default="nas-bench-201")
    for option, default in (
        ("channels", 16),
        ("cells", 5),
        ("batch", 64),
        ("steps", 3),
        ("side", 32),
    ):
        parser.add_argument(f"--{option}", type=int, default=default)
    given = parser.parse_args()
    torch.set_num_threads(1)
    size = NetworkSpecification(given.channels, given.cells, 10, given.side)
    print(f"  {'a step, CPU ms':<24}{'plain':>10}{'ours':>10}{'ratio':>10}")
    with deterministic_algorithms():
        for name in given.methods.split(","):
            _print(name, bench(name, given.space, size, given.batch, given.steps))
    if given.space != "nas-bench-201" or find_xnas() is None:
        print(
            "  XNAS's forward pass is measured for nas-bench-201, where XNAS_HOME names a checkout of it."
        )
        return
    print(f"  {'a forward pass, CPU ms':<24}{'XNAS':>10}{'ours':>10}{'ratio':>10}")
    for name, seconds in bench_forward(size, given.batch, given.steps).items():
        _print(name, seconds)


if __name__ == "__main__":
    main()
