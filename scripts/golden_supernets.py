"""Writes python/tests/fixtures/golden/supernets.json: what the original supernets and readers of genotypes answer.

Run with XNAS_HOME set to a checkout of MAC-AutoML/XNAS, and the folders `cnn` of quark0/darts and `fairdarts` of
xiaomi-automl/FairDARTS: python scripts/golden_supernets.py DARTS/cnn FAIRDARTS/fairdarts
"""

import importlib
import json
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import torch
from torch import Tensor

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "python" / "tests"))

from rminas_sidecar.backends.xnas import import_xnas
from support.supernets import draw_alpha, draw_images, fill_parameters

CHANNELS = 8


def _logits(network: Any, *more: Any) -> list[list[float]]:
    answer: Tensor = network(draw_images(), *more)
    rows: list[list[float]] = answer.detach().tolist()
    return rows


def nas_bench_201() -> list[dict[str, Any]]:
    cnn = import_xnas("xnas.spaces.NASBench201.cnn")
    drnas = import_xnas("xnas.spaces.DrNAS.nb201_cnn")
    alpha, names = draw_alpha(6, 5, 1), drnas.NAS_BENCH_201
    plain = fill_parameters(cnn.NASBench201CNN(CHANNELS, 1, 4, 10).double())
    logits = _logits(plain, alpha.softmax(-1))
    path = [1, 3, 0, 2, 4, 3]
    single = fill_parameters(cnn.SPOS_nb201_CNN(CHANNELS, 1, 4, 10).double())
    partial = _with_alpha(drnas.TinyNetwork(CHANNELS, 1, 4, 10, None, names, k=2, species="softmax"), alpha)
    found = [
        {"method": "darts-1", "logits": logits, "genotype": plain.genotype(alpha.numpy())},
        {"method": "spos", "path": path, "logits": _logits(single, path * 3)},
        *_sampling(drnas, alpha),
        {"method": "darts-1", "share": 2, "logits": _logits(partial)},
    ]
    return [{"space": "nas-bench-201", "operations": list(names), "cells": 1, **case} for case in found]


def _sampling(drnas: Any, alpha: Tensor) -> list[dict[str, Any]]:
    """The methods that draw noise. The same seed gives the same noise: one draw for the matrix, or one for each row."""
    names = drnas.NAS_BENCH_201
    torch.manual_seed(3)
    noise = -torch.empty_like(alpha).exponential_().log()
    sampled = _with_alpha(drnas.TinyNetworkGDAS(CHANNELS, 1, 4, 10, None, names), alpha)
    sampled.tau = 5.0
    torch.manual_seed(3)
    gdas = {"method": "gdas", "temperature": 5.0, "noise": noise.tolist(), "logits": _logits(sampled)}
    soft = _with_alpha(drnas.TinyNetwork(CHANNELS, 1, 4, 10, None, names, k=1, species="gumbel"), alpha)
    soft.tau = 2.0
    torch.manual_seed(4)
    rows = torch.stack([-torch.empty_like(row).exponential_().log() for row in alpha])
    torch.manual_seed(4)
    return [gdas, {"method": "snas", "temperature": 2.0, "noise": rows.tolist(), "logits": _logits(soft)}]


def _with_alpha(network: Any, alpha: Tensor) -> Any:
    network._arch_parameters = None
    fill_parameters(network.double())
    network._arch_parameters = torch.nn.Parameter(alpha.clone())
    return network


def darts() -> list[dict[str, Any]]:
    cnn, pc = (
        import_xnas("xnas.spaces.DARTS.cnn"),
        import_xnas("xnas.spaces.PCDARTS.cnn"),
    )
    names = import_xnas("xnas.spaces.DARTS.ops").DARTS_SPACE
    alpha, beta = draw_alpha(28, 8, 2), draw_alpha(28, 1, 5)[:, 0]
    # XNAS reads genotypes only when `none` is the last operation, for PC-DARTS only when it is the first.
    last = [*names[1:], names[0]]
    plain = fill_parameters(cnn.DartsCNN(CHANNELS, 10, 3, 4, last).double())
    mixed = fill_parameters(pc.PCDartsCNN(3, CHANNELS, 10, 3, 4, names).double())
    found = [
        {
            "method": "darts-1",
            "operations": last,
            "logits": _logits(plain, alpha.softmax(-1)),
        },
        {
            "method": "pc-darts",
            "operations": list(names),
            "share": 4,
            "logits": _logits(mixed, alpha, beta),
        },
    ]
    genotypes = [plain.genotype(alpha.softmax(-1).numpy()), mixed.genotype(alpha, beta)]
    return [
        {"space": "darts", "cells": 3, "genotype": _written(genotype), **case}
        for case, genotype in zip(found, genotypes, strict=True)
    ]


def _written(genotype: Any) -> str:
    """XNAS lists the edges of each node by themselves."""
    cells = {"normal": genotype.normal, "reduce": genotype.reduce}
    return ", ".join(
        f"{name}={[(op, source) for node in cell for op, source in node]!r}" for name, cell in cells.items()
    )


def _stubbed(folder: str, module: str) -> ModuleType:
    """Imports a module of a script's folder, without the packages that only plot or need CUDA."""
    for name in (
        "matplotlib",
        "matplotlib.pyplot",
        "torchvision",
        "torchvision.transforms",
        "auto_augment",
    ):
        sys.modules.setdefault(name, MagicMock())
    for name in ("genotypes", "operations", "utils", "model_search"):
        sys.modules.pop(name, None)
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(module)
    finally:
        sys.path.remove(folder)


def readings(darts_folder: str, fairdarts_folder: str) -> dict[str, Any]:
    search = _stubbed(darts_folder, "model_search")
    network = search.Network.__new__(search.Network)
    torch.nn.Module.__init__(network)
    network._steps = network._multiplier = 4
    original = []
    for seed in range(20):
        alpha = draw_alpha(28, 8, 100 + seed)
        network.alphas_normal, network.alphas_reduce = alpha[:14], alpha[14:]
        genotype = network.genotype()
        original.append({"seed": 100 + seed, "normal": genotype.normal, "reduce": genotype.reduce})
    operations = list(search.PRIMITIVES)
    utils = _stubbed(fairdarts_folder, "utils")
    fair = []
    for seed in range(20):
        weights = (3 * draw_alpha(28, 7, 200 + seed)).sigmoid().numpy()
        cells = [
            utils.parse(half, utils.PRIMITIVES, 0.85, "threshold_sparse", 4) for half in (weights[:14], weights[14:])
        ]
        fair.append({"seed": 200 + seed, "normal": cells[0], "reduce": cells[1]})
    return {
        "darts": {"operations": operations, "genotypes": original},
        "fairdarts": {"operations": list(utils.PRIMITIVES), "genotypes": fair},
    }


def main() -> None:
    random.seed(0)
    np.random.seed(0)
    content = {
        "forward": [*nas_bench_201(), *darts()],
        "reading": readings(sys.argv[1], sys.argv[2]),
    }
    target = ROOT / "python" / "tests" / "fixtures" / "golden" / "supernets.json"
    target.write_text(json.dumps(content) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
