"""Replaces layers of a network by faster ones that compute the same functions."""

from collections.abc import Callable, Collection, Mapping

import torch
from torch import nn

from rminas_sidecar.kernels import find_kernels
from rminas_sidecar.networks.fast.cell import FastCell
from rminas_sidecar.networks.fast.fused import FusedCell, FusedReduction, edges_of, fuse
from rminas_sidecar.networks.fast.normalisation import FastNorm
from rminas_sidecar.networks.fast.patches import MOST_CHANNELS, PatchConvolution
from rminas_sidecar.networks.fast.pooling import FastAverage
from rminas_sidecar.networks.nas_bench_201 import Cell, Reduction

Replacement = Callable[[nn.Module], nn.Module | None]
"""Answers a faster layer that computes the same as the given one, or None."""


def accelerate(network: nn.Module, replacements: Mapping[str, Replacement] | None = None) -> nn.Module:
    """Replaces layers of a network, in place, by layers that are faster on a CPU; answers the network.

    The parameters and their order stay the same. Only for training: the running statistics are dropped.

    Args:
        network: takes images, which should be channels-last from now on.
        replacements: all or some of :data:`REPLACEMENTS`; all by default.
    """
    replace_layers(network, (REPLACEMENTS if replacements is None else replacements).values())
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    for layer in network.modules():
        if isinstance(layer, FusedCell):
            layer.arrange_weights()
    return network


def accelerate_on_cuda(network: nn.Module) -> nn.Module:
    """Replaces layers of a network, in place, by layers that are faster on a CUDA device; answers the network.

    The parameters and their order stay the same. Images stay in torch's default memory layout.
    """
    replace_layers(network, (_cell, _patches))
    return network


def replace_layers(network: nn.Module, replacements: Collection[Replacement]) -> None:
    """Replaces layers of a network in place. If two of the replacements replace a layer, the later one wins."""
    # Lists all layers first, because a replacement may contain the layer that it replaces.
    for parent in list(network.modules()):
        for name, layer in list(parent.named_children()):
            for replacement in filter(None, (of(layer) for of in replacements)):
                setattr(parent, name, replacement)


def _cell(layer: nn.Module) -> nn.Module | None:
    return FastCell(layer) if isinstance(layer, Cell) else None


def _fused(layer: nn.Module) -> nn.Module | None:
    if isinstance(layer, Reduction):
        return FusedReduction(layer)
    return fuse(FastCell(layer), edges_of(layer)) if isinstance(layer, Cell) else None


def _norm(layer: nn.Module) -> nn.Module | None:
    if not isinstance(layer, nn.BatchNorm2d):
        return None
    kernels = find_kernels(layer.num_features)
    return FastNorm(layer, None if kernels is None else kernels.normalisation)


def _average(layer: nn.Module) -> nn.Module | None:
    if not isinstance(layer, nn.AvgPool2d) or layer.count_include_pad:
        return None
    if (layer.kernel_size, layer.stride, layer.padding) != (3, 1, 1):
        return None
    kernels = find_kernels()
    return FastAverage(None if kernels is None else kernels.pooling)


def _patches(layer: nn.Module) -> nn.Module | None:
    if not isinstance(layer, nn.Conv2d) or layer.bias is not None or layer.groups != 1:
        return None
    if (layer.kernel_size, layer.stride, layer.padding, layer.dilation) != ((3, 3), (1, 1), (1, 1), (1, 1)):
        return None
    few = max(layer.in_channels, layer.out_channels) <= MOST_CHANNELS
    return PatchConvolution(layer) if few else None


REPLACEMENTS: Mapping[str, Replacement] = {
    "cells": _cell,
    "normalisations": _norm,
    "averages": _average,
    "fusion": _fused,
}
"""All replacements by name. If two of them replace a layer, the later one wins."""
