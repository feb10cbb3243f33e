"""Replaces layers of a supernet by faster ones that compute the same on a CPU."""

import torch
from torch import Tensor, nn

from rminas_sidecar.kernels import find_kernels
from rminas_sidecar.networks.fast import REPLACEMENTS, replace_layers
from rminas_sidecar.networks.fast.fused import FusedEdge, fuse
from rminas_sidecar.networks.nas_bench_201 import Reduction
from rminas_sidecar.supernets.fused import FusedSearchCell
from rminas_sidecar.supernets.nas_bench_201 import SearchCell
from rminas_sidecar.supernets.supernet import Supernet


def accelerate(supernet: Supernet) -> None:
    """Replaces layers in place. Parameters, their names and their order stay the same.

    Args:
        supernet: on a CPU; its images should be channels-last from now on.
    """
    replace_layers(supernet, (_cell, _reduction, REPLACEMENTS["normalisations"], REPLACEMENTS["averages"]))
    supernet.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    for layer in supernet.modules():
        if isinstance(layer, FusedSearchCell):
            layer.arrange_weights()


def _cell(layer: nn.Module) -> nn.Module | None:
    if not isinstance(layer, SearchCell) or layer.share > 1:
        return None
    kernels = find_kernels(layer.channels)
    return None if kernels is None else FusedSearchCell(layer, kernels)


def _reduction(layer: nn.Module) -> nn.Module | None:
    return _FusedReduction(layer) if isinstance(layer, Reduction) else None


class _FusedReduction(Reduction):
    """Computes the same as a reduction, with its layers; the second convolution is fused with its neighbours."""

    def __init__(self, reduction: Reduction) -> None:
        nn.Module.__init__(self)
        self.conv_a, self.conv_b, self.downsample = reduction.conv_a, reduction.conv_b, reduction.downsample
        # In a list, so that the parameters keep their names.
        self._fused = [fuse(self.conv_b, [FusedEdge(0, 1, self.conv_b)])]

    def forward(self, x: Tensor) -> Tensor:
        return self.downsample(x) + self._fused[0](self.conv_a(x))  # type: ignore[no-any-return]
