"""Replaces layers of a supernet by faster ones that compute the same on a CPU."""

import torch
from torch import Tensor, nn

from rminas_sidecar.kernels import find_kernels
from rminas_sidecar.networks.fast import REPLACEMENTS
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
    for parent in list(supernet.modules()):
        for name, layer in list(parent.named_children()):
            faster = _faster(layer)
            if faster is not None:
                setattr(parent, name, faster)
    supernet.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    for layer in supernet.modules():
        if isinstance(layer, FusedSearchCell):
            layer.arrange_weights()


def _faster(layer: nn.Module) -> nn.Module | None:
    if isinstance(layer, SearchCell):
        kernels = find_kernels(layer.channels)
        return None if kernels is None or layer.share > 1 else FusedSearchCell(layer, kernels)
    if isinstance(layer, Reduction):
        return _FusedReduction(layer)
    for name in ("normalisations", "averages"):
        faster = REPLACEMENTS[name](layer)
        if faster is not None:
            return faster
    return None


class _FusedReduction(Reduction):
    """Computes the same as a reduction, with its layers; the second convolution is fused with its neighbours."""

    def __init__(self, reduction: Reduction) -> None:
        nn.Module.__init__(self)
        self.conv_a, self.conv_b, self.downsample = reduction.conv_a, reduction.conv_b, reduction.downsample
        # In a list, so that the parameters keep their names.
        self._fused = [fuse(self.conv_b, [FusedEdge(0, 1, self.conv_b)])]

    def forward(self, x: Tensor) -> Tensor:
        return self.downsample(x) + self._fused[0](self.conv_a(x))  # type: ignore[no-any-return]
