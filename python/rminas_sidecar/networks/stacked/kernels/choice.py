"""Chooses what computes the cells of a stack on a device."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import torch
from torch import Tensor

from rminas_sidecar.networks.stacked.layers import compute_cell
from rminas_sidecar.networks.stacked.table import OperationTable

ComputeCell = Callable[[Tensor, Tensor, Tensor, OperationTable], Tensor]
"""See :func:`rminas_sidecar.networks.stacked.layers.compute_cell`."""


def has_kernels(device: torch.device) -> bool:
    """Whether Triton's kernels compute the cells. PyTorch's CUDA wheels for Linux install Triton."""
    return device.type == "cuda" and find_spec("triton") is not None


def find_cell(device: torch.device, *, tf32: bool) -> ComputeCell:
    """What computes a cell.

    Args:
        device: of the images.
        tf32: whether kernels multiply float32 as TF32.
    """
    if not has_kernels(device):
        return compute_cell
    from rminas_sidecar.networks.stacked.kernels.cell import compute_cell_by_kernels

    return partial(compute_cell_by_kernels, tf32=tf32)
