"""Compares proxies with NASLib's code, on the same networks and images, and prints the largest relative difference.

Usage: NASLIB_HOME=… .venv/bin/python scripts/naslib_proxies.py      (a checkout of github.com/automl/NASLib)
"""

import math
import os
import random
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from rminas_sidecar.networks.nas_bench_201 import OPERATIONS, NasBench201Network
from rminas_sidecar.proxies import PROXIES, Context
from torch import Tensor, nn
from torch.nn import functional

CELLS = 12
SAMPLES, RESOLUTION, CLASSES = 32, 16, 10


def load_measures(home: Path) -> dict[str, Any]:
    """NASLib's modules of measures, without its package, whose import needs many more packages."""
    folder = home / "naslib/predictors/utils/pruners"
    utilities = types.ModuleType("pruners.p_utils")
    utilities.get_layer_metric_array = lambda network, metric, mode: [metric(layer) for layer in _weighted(network)]
    utilities.reshape_elements = _reshape
    measures = types.ModuleType("pruners.measures")
    measures.measure = lambda *_, **__: lambda function: function
    for name, module, path in (
        ("pruners", types.ModuleType("pruners"), folder),
        ("pruners.p_utils", utilities, folder),
        ("pruners.measures", measures, folder / "measures"),
    ):
        module.__path__ = [str(path)]
        sys.modules[name] = module
    return {
        name: __import__(f"pruners.measures.{name}", fromlist=[name])
        for name in ("fisher", "grasp", "l2_norm", "plain", "epe_nas", "zen")
    }


def _weighted(network: nn.Module) -> list[nn.Module]:
    return [layer for layer in network.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]


def _reshape(values: list[Tensor], shapes: list[torch.Size], _device: object) -> list[Tensor]:
    return [
        torch.stack([torch.full(tuple(shape), float(value)) for value in of_layer])
        for of_layer, shape in zip(values, shapes, strict=True)
    ]


class LogitsOnly(nn.Module):
    """The network as NASLib calls it."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        return self.network(images)[1]

    def forward_before_global_avg_pool(self, images: Tensor) -> Tensor:
        return self.network(images)[0][-1]


def published(
    measures: dict[str, Any],
    build: Callable[[], nn.Module],
    images: Tensor,
    labels: Tensor,
) -> dict[str, float]:
    """The values of NASLib's code. It sums the measures of all weights."""
    loss = functional.cross_entropy
    total = lambda parts: float(sum(part.detach().double().sum() for part in parts))
    fresh = lambda: LogitsOnly(build())
    return {
        "fisher": total(measures["fisher"].compute_fisher_per_weight(fresh(), images, labels, loss, "channel")),
        "grasp": total(measures["grasp"].compute_grasp_per_weight(fresh(), images, labels, "param", loss)),
        "l2-norm": total(measures["l2_norm"].get_l2_norm_array(build(), images, labels, "param")),
        "plain": total(measures["plain"].compute_plain_per_weight(fresh(), images, labels, "param", loss)),
        "epe-nas": measures["epe_nas"].compute_epe_score(fresh(), images.clone(), labels, loss),
        "zen": measures["zen"].compute_zen_score(fresh(), images, labels),
    }


def main() -> None:
    measures = load_measures(Path(os.environ["NASLIB_HOME"]))
    draw = random.Random(7)
    differences: dict[str, list[float]] = {}
    for seed in range(CELLS):
        cell = "|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*(draw.choice(OPERATIONS) for _ in range(6)))

        def build(cell: str = cell, seed: int = seed) -> nn.Module:
            torch.manual_seed(seed)
            return NasBench201Network(cell, channels=8, cells=2, classes=CLASSES)

        generator = torch.Generator().manual_seed(seed)
        images = torch.randn(SAMPLES, 3, RESOLUTION, RESOLUTION, generator=generator)
        labels = torch.randint(0, CLASSES, (SAMPLES,), generator=generator)
        batch = types.SimpleNamespace(images=images, labels=labels)
        context = Context(build, batch, RESOLUTION, seed)
        for name, theirs in published(measures, build, images, labels).items():
            ours = PROXIES[name].measure(context)
            same = math.isnan(ours) and math.isnan(theirs)
            difference = 0.0 if same else abs(ours - theirs) / max(abs(theirs), 1e-12)
            differences.setdefault(name, []).append(difference)
    for name, found in differences.items():
        print(f"{name:8} largest {max(found):.1e}, median {sorted(found)[len(found) // 2]:.1e}, of {len(found)} cells")


if __name__ == "__main__":
    main()
