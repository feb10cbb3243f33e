"""Builds an evaluation's networks by XNAS's classes, and wraps them to answer like ours.

Source of each call: `train_arch` in XNAS's `scripts/search/RMINAS.py`.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rminas_sidecar.networks import build_network, darts_genotype, proxyless
from rminas_sidecar.networks.darts import IMAGENET_RESOLUTION
from rminas_sidecar.specification import NetworkSpecification

NetworkAnswer = tuple[Sequence[Tensor], Tensor]
Ask = Callable[[Tensor], NetworkAnswer]

# Cells in a stage of NAS-Bench-201 for which `forward_with_features` is right: it reads cells 4 and 10 of 17.
_CELLS_WITH_FEATURES = 5
# The resolution for which the last pooling of `NetworkImageNet` is made.
_POOLED_RESOLUTION = 224
_PROXYLESS_WIDTHS = [16, 24, 40, 80, 96, 192, 320]


@dataclass(frozen=True)
class Modules:
    """The modules of XNAS that build networks."""

    nas_bench_201: ModuleType
    darts: ModuleType
    darts_genotypes: ModuleType
    darts_decoding: ModuleType
    sampling: ModuleType
    nas_bench_macro: ModuleType
    proxyless: ModuleType


class OriginalNetwork(nn.Module):
    """An original network that answers (features of three stages, logits) like ours."""

    def __init__(self, network: nn.Module, ask: Ask) -> None:
        super().__init__()
        self.network = network
        self._ask = ask

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        # The ImageNet network of DARTS also answers the logits of its auxiliary head.
        features, logits, *_ = self._ask(images)
        return list(features), logits


def _build_nas_bench_201(modules: Modules, genotype: str, size: NetworkSpecification) -> nn.Module:
    configuration = modules.nas_bench_201.dict2config(
        {
            "name": "infer.tiny",
            "C": size.channels,
            "N": size.cells,
            "arch_str": genotype,
            "num_classes": size.classes,
        },
        None,
    )
    network = modules.nas_bench_201.get_cell_based_tiny_net(configuration)
    if size.cells == _CELLS_WITH_FEATURES:
        return OriginalNetwork(network, network.forward_with_features)
    stages = (network.cells[size.cells - 1], network.cells[2 * size.cells], network.lastact)
    return OriginalNetwork(network, lambda images: _record_outputs(network, stages, images))


def _record_outputs(network: nn.Module, stages: Sequence[nn.Module], images: Tensor) -> NetworkAnswer:
    """The outputs of some layers for the images, and the network's logits."""
    outputs: list[Tensor] = []
    hooks = [stage.register_forward_hook(lambda _layer, _inputs, output: outputs.append(output)) for stage in stages]
    try:
        logits = network(images)
    finally:
        for hook in hooks:
            hook.remove()
    return outputs, logits


def _build_darts(modules: Modules, genotype: str, size: NetworkSpecification) -> nn.Module:
    decoded = decode_darts(modules, genotype)
    network: Any
    if size.resolution < IMAGENET_RESOLUTION:
        network = modules.darts.NetworkCIFAR(size.channels, size.classes, size.cells, False, str(decoded))
    else:
        # This class does not parse the text, although XNAS passes it the text.
        read = modules.darts_genotypes.from_str(str(decoded))
        network = modules.darts.NetworkImageNet(size.channels, size.classes, size.cells, False, read)
        if size.resolution != _POOLED_RESOLUTION:
            network.global_pooling = nn.AvgPool2d(size.resolution // 32)
    # The original reads this attribute and never sets it.
    network.drop_path_prob = 0.0
    return OriginalNetwork(network, network.forward_with_features)


def decode_darts(modules: Modules, genotype: str) -> Any:
    """The original's genotype for our genotype's text, decoded from the original's encoding."""
    cells = darts_genotype.parse(genotype)
    halves = [modules.sampling.darts_sug2alpha(_encode_darts(cell)) for cell in cells]
    # An encoding stands for both kinds of cells; each kind has one half of the decoded rows.
    rows = len(halves[0]) // 2
    alpha = torch.cat([halves[0][:rows], halves[1][rows:]])
    with warnings.catch_warnings():
        # It copies tensors in a deprecated way.
        warnings.simplefilter("ignore", UserWarning)
        return modules.darts_decoding.reformat_DARTS(modules.darts_decoding.geno_from_alpha(alpha))


def _encode_darts(cell: Sequence[darts_genotype.DartsEdge]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The 14 edges × 7 operations of `RF_suggest`: 1 for each of the cell's eight edges."""
    nodes = range(darts_genotype.INPUTS, darts_genotype.INPUTS + darts_genotype.NODES)
    encoding = np.zeros((sum(nodes), len(darts_genotype.OPERATIONS)))
    for position, edge in enumerate(cell):
        row = sum(nodes[: position // darts_genotype.EDGES_PER_NODE]) + edge.source
        encoding[row, darts_genotype.OPERATIONS.index(edge.operation)] = 1
    return encoding


def _build_nas_bench_macro(modules: Modules, genotype: str, size: NetworkSpecification) -> nn.Module:
    # The original draws weights for the blocks of all genotypes. Those of this genotype are replaced by ours, so that a
    # seed gives the same network; the others are never used.
    ours = build_network("nas-bench-macro", genotype, size)
    network = modules.nas_bench_macro.NBM(num_classes=size.classes, init_channels=size.channels, supernet=True)
    network.load_state_dict(ours.state_dict(), strict=False)
    choices = [int(digit) for digit in genotype]
    return OriginalNetwork(network, lambda images: network.forward_with_features(images, choices))


def _build_proxyless(modules: Modules, genotype: str, size: NetworkSpecification) -> nn.Module:
    blocks = [block for stage in proxyless.parse(genotype) for block in stage]
    network = modules.proxyless.MobileNetV2(
        n_classes=size.classes,
        stage_width_list=list(_PROXYLESS_WIDTHS),
        depth_param=np.array([len(stage) for stage in proxyless.parse(genotype)]),
        ks=np.array([block.kernel for block in blocks]),
        expand_ratio=np.array([block.expansion for block in blocks]),
        dropout_rate=0,
    )
    return OriginalNetwork(network, network.forward_with_features)


BUILDERS: dict[str, Callable[[Modules, str, NetworkSpecification], nn.Module]] = {
    "nas-bench-201": _build_nas_bench_201,
    "darts": _build_darts,
    "nas-bench-macro": _build_nas_bench_macro,
    "proxyless": _build_proxyless,
}
"""Builders for the spaces whose networks XNAS can build, by name."""
