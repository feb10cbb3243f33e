"""Writes python/tests/fixtures/golden/traces.json: what the original functions answer in float64.

    XNAS_HOME=… XNAS_2021_HOME=… RMI_NAS_HOME=… .venv/bin/python scripts/golden_traces.py

XNAS_HOME names MAC-AutoML/XNAS at ea8f8ab (RMI loss, and the networks of all spaces but `mb`), RMI_NAS_HOME
xfey/RMI-NAS (the network of `mb`), and XNAS_2021_HOME MAC-AutoML/XNAS at 992c776, whose layers that network uses.
Networks, losses and gradients are the originals'; the optimiser is `torch.optim.SGD`. One thread.
"""

import importlib
import json
import logging
import os
import sys
from dataclasses import asdict
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "python" / "tests")]

from rminas_sidecar.backends.xnas import XnasBackend, import_original  # noqa: E402
from rminas_sidecar.networks import build_network, mb  # noqa: E402
from rminas_sidecar.specification import (  # noqa: E402
    NetworkSpecification,
    OptimizerSpecification,
    Specification,
)
from support.golden import GOLDEN, Trace, golden_samples  # noqa: E402

_NAS_BENCH_201 = [
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|",
    "|none~0|+|nor_conv_1x1~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|none~2|",
    "|none~0|+|none~0|nor_conv_3x3~1|+|nor_conv_1x1~0|nor_conv_3x3~1|avg_pool_3x3~2|",
]
_DARTS = [
    "[('dil_conv_5x5', 0), ('max_pool_3x3', 1), ('dil_conv_5x5', 1), ('dil_conv_3x3', 2), "
    "('dil_conv_3x3', 1), ('max_pool_3x3', 2), ('dil_conv_5x5', 2), ('avg_pool_3x3', 4)]",
    "[('max_pool_3x3', 0), ('dil_conv_5x5', 1), ('sep_conv_5x5', 0), ('sep_conv_5x5', 2), "
    "('max_pool_3x3', 1), ('dil_conv_5x5', 0), ('dil_conv_5x5', 1), ('dil_conv_3x3', 2)]",
]
# With seeds of weights from which no activation is so near zero that a rounding moves it across.
_MOBILE = [
    ("nas-bench-macro", "01201201", 0),
    ("nas-bench-macro", "22102120", 0),
    ("proxyless", "312411335070005700357370007363060003600363630006", 6),
    ("proxyless", "213141570030003570700035775630060003660300063366", 2),
    (
        "mb",
        "['5x5_MBConv3', 'Zero', '7x7_MBConv6', '3x3_MBConv6', '3x3_MBConv3', '3x3_MBConv3', '5x5_MBConv3', "
        "'3x3_MBConv6', '5x5_MBConv3', '7x7_MBConv3', '7x7_MBConv6', 'Zero', '3x3_MBConv6', '3x3_MBConv3', "
        "'7x7_MBConv3', '5x5_MBConv3', '7x7_MBConv3', 'Zero', 'Zero', '5x5_MBConv3']",
        0,
    ),
    (
        "mb",
        "['7x7_MBConv3', '5x5_MBConv6', '3x3_MBConv3', '7x7_MBConv6', '7x7_MBConv6', '3x3_MBConv6', 'Zero', "
        "'7x7_MBConv6', '3x3_MBConv1', '3x3_MBConv3', '5x5_MBConv3', 'Zero', '7x7_MBConv6', 'Zero', '3x3_MBConv3', "
        "'3x3_MBConv6', '5x5_MBConv3', '5x5_MBConv3', '3x3_MBConv3', '3x3_MBConv3']",
        0,
    ),
]
# Pixels. At 32 the last stages of `proxyless` have one pixel, and normalising eight numbers multiplies roundings.
_SIDES = {"nas-bench-macro": 32, "proxyless": 64, "mb": 32}


def _blank_traces() -> list[tuple[Trace, int]]:
    """The traces without their numbers, and how many losses each has."""
    traces = []
    for seed, genotype in enumerate(_NAS_BENCH_201):
        trace = _blank("nas-bench-201", genotype, (4, 5, 32), seed, rate=0.1, decay=5e-4)
        traces.append((trace._replace(state=f"nb201_{seed}.npz"), 8))
    for seed, cell in enumerate(_DARTS):
        genotype = f"Genotype(normal={cell}, normal_concat=[2, 3, 4, 5], reduce={cell}, reduce_concat=[2, 3, 4, 5])"
        trace = _blank("darts", genotype, (4, 8, 32), seed, rate=0.025, decay=3e-4)
        traces.append((trace._replace(state=f"darts_{seed}.npz", samples=4), 6))
    for space, genotype, seed in _MOBILE:
        traces.append((_blank(space, genotype, (32, 1, _SIDES[space]), seed, rate=0.025, decay=3e-4), 4))
    return traces


def _blank(space: str, genotype: str, size: tuple[int, int, int], seed: int, rate: float, decay: float) -> Trace:
    """A trace of 8 samples without its numbers, whose weights are drawn; `size` has channels, cells and pixels."""
    channels, cells, side = size
    return Trace(
        space=space,
        genotype=genotype,
        size=NetworkSpecification(channels, cells, 10, side),
        seed=seed,
        state=None,
        optimizer=OptimizerSpecification(rate, 0.9, 0.0, False, decay),
        beta=0.8,
        samples=8,
        logits=[],
        feature_shapes=[],
        feature_norms=[],
        gradient_norm=0,
        losses=[],
    )


class ArchiveNetwork(nn.Module):
    """The archive's `MobileNetV3`, answering (features, logits)."""

    def __init__(self, genotype: str) -> None:
        super().__init__()
        self.network = _import_archive().MobileNetV3(n_classes=10)
        names = mb.parse(genotype)
        self._sample = [
            np.array([candidate == name for candidate in candidates], dtype=float)
            for name, candidates in zip(names, self.network.candidate_ops, strict=True)
        ]

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        logits, features = self.network(images, self._sample)
        return features, logits


def _import_archive() -> ModuleType:
    """The archive's module, with stand-ins for XNAS's logging and settings, which compute nothing."""
    unset: dict[str, list[object]] = {
        "BASIC_OP": [],
        "STRIDE_STAGES": [],
        "ACT_STAGES": [],
        "SE_STAGES": [],
    }
    core = ModuleType("xnas.core")
    core.logging = ModuleType("xnas.core.logging")  # type: ignore[attr-defined]
    core.logging.get_logger = logging.getLogger
    core.config = ModuleType("xnas.core.config")  # type: ignore[attr-defined]
    core.config.cfg = SimpleNamespace(MB=SimpleNamespace(**unset))
    sys.modules.update({module.__name__: module for module in (core, core.logging, core.config)})
    sys.path[:0] = [
        os.environ["XNAS_2021_HOME"],
        str(Path(os.environ["RMI_NAS_HOME"]) / "search_space" / "mbconv"),
    ]
    # `import xnas.core.logging as logging` reads the attributes of the packages.
    importlib.import_module("xnas").core = core  # type: ignore[attr-defined]
    return importlib.import_module("mb_v3_cnn")


def _original_network(trace: Trace) -> nn.Module:
    """The original's network in training mode, float64, with the initial weights of the trace."""
    ours = trace.load(build_network(trace.space, trace.genotype, trace.size))
    if trace.space == "mb":
        theirs: Any = ArchiveNetwork(trace.genotype)
    else:
        nothing: Any = None
        specification = Specification(
            trace.space,
            trace.size,
            "",
            nothing,
            nothing,
            nothing,
            1,
            0.8,
            1,
            "xnas",
            "plain",
            "float32",
        )
        theirs = XnasBackend().build_network(specification, trace.genotype)
    # Some originals override the method and answer nothing.
    unexpected = nn.Module.load_state_dict(theirs.network, ours.state_dict(), strict=False).unexpected_keys
    assert not unexpected, unexpected
    network: nn.Module = theirs.double().train()
    return network


def _train(trace: Trace, steps: int) -> Trace:
    """The trace with its numbers."""
    network = _original_network(trace)
    images, labels, teacher = golden_samples(trace.samples, trace.size.resolution, torch.float64)
    rmi = import_original().rmi.RMI_loss(len(images))
    settings = trace.optimizer
    optimizer = torch.optim.SGD(
        network.parameters(),
        settings.learning_rate,
        settings.momentum,
        weight_decay=settings.weight_decay,
    )
    for step in range(steps):
        features, logits = network(images)
        cross_entropy = functional.cross_entropy(logits, labels)
        loss = trace.beta * rmi(features, teacher) + (1 - trace.beta) * cross_entropy
        optimizer.zero_grad()
        loss.backward()
        trace.losses.append(loss.item())
        if step == 0:
            gradients = [parameter.grad.flatten() for parameter in network.parameters() if parameter.grad is not None]
            trace = trace._replace(
                logits=logits.tolist(),
                feature_shapes=[list(feature.shape) for feature in features],
                feature_norms=[feature.norm().item() for feature in features],
                gradient_norm=torch.cat(gradients).norm().item(),
            )
        optimizer.step()
    return trace


def main() -> None:
    torch.set_num_threads(1)
    traces = []
    for blank, steps in _blank_traces():
        trace = _train(blank, steps)
        print(trace.space, trace.losses)
        traces.append(
            {
                **trace._asdict(),
                "size": asdict(trace.size),
                "optimizer": asdict(trace.optimizer),
            }
        )
    content = {
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
        "traces": traces,
    }
    (GOLDEN / "traces.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
