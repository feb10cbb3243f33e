"""Chooses what computes the layers of a stack on a device."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import NamedTuple

import torch
from torch import Tensor

from rminas_sidecar.networks.stacked import layers


class StackedLayers(NamedTuple):
    """The layers that have kernels, as :mod:`rminas_sidecar.networks.stacked.layers` defines them."""

    compute_cell: Callable[..., Tensor]
    convolve_and_normalise: Callable[..., Tensor]
    normalise: Callable[..., Tensor]


PLAIN_LAYERS = StackedLayers(layers.compute_cell, layers.convolve_and_normalise, layers.normalise)
"""In plain torch."""


_MOST_CHANNELS = 64
"""Blocks of more channels do not fit into the shared memory of every GPU."""


def has_kernels(device: torch.device, channels: int) -> bool:
    """Whether Triton's kernels compute the layers. PyTorch's CUDA wheels for Linux install Triton.

    Args:
        device: of the images.
        channels: of the widest layer.
    """
    return device.type == "cuda" and channels <= _MOST_CHANNELS and find_spec("triton") is not None


def find_layers(device: torch.device, channels: int, *, tf32: bool) -> StackedLayers:
    """The layers for a device.

    Args:
        device, channels: as in :func:`has_kernels`.
        tf32: whether kernels multiply float32 as TF32.
    """
    if not has_kernels(device, channels):
        return PLAIN_LAYERS
    from rminas_sidecar.networks.stacked.kernels import cell, layer

    return StackedLayers(
        partial(cell.compute_cell_by_kernels, tf32=tf32),
        partial(layer.convolve_and_normalise_by_kernels, tf32=tf32),
        layer.normalise_by_kernels,
    )
