"""Layers of many lanes in plain torch: the reference of the kernels, and their fallback.

Images have the shape lanes × batch × height × width × channels. Each sum of a lane is in an order that does not depend
on the other lanes.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.networks.stacked.table import (
    CONV_1X1,
    CONV_3X3,
    NODES,
    POOL,
    SKIP,
    OperationTable,
    first_edge_into,
)

EPSILON = 1e-5
"""Added to a variance, as `nn.BatchNorm2d` does."""


def multiply(a: Tensor, b: Tensor) -> Tensor:
    """The matrix product of each lane: lanes × rows × inner, and lanes × inner × columns.

    On a CPU the lanes take turns, because BLAS sums in an order that depends on the number of products.
    """
    if a.device.type == "cpu":
        return torch.stack([left @ right for left, right in zip(a.unbind(), b.unbind(), strict=True)])
    return torch.bmm(a, b)


def convolve(images: Tensor, weights: Tensor, side: int, stride: int = 1) -> Tensor:
    """Convolutions without bias, with zeros around the images.

    The output has the height and width divided by the stride, rounded up.

    Args:
        images: lanes × batch × height × width × inputs.
        weights: lanes × (side · side · inputs) × outputs.
        side: of the kernel, 1 or 3.
        stride: 1; or 2 with a kernel of side 3.
    """
    patches = images if side == 1 else _patches(images, stride)
    return multiply(patches.flatten(1, 3), weights).view(*patches.shape[:4], -1)


def _patches(images: Tensor, stride: int) -> Tensor:
    """The 3 × 3 patch around each pixel: lanes × batch × height × width × (9 · channels)."""
    height, width = images.shape[2:4]
    padded = functional.pad(images, (0, 0, 1, 1, 1, 1))
    shifted = [
        padded[:, :, row : row + height : stride, column : column + width : stride]
        for row in range(3)
        for column in range(3)
    ]
    return torch.cat(shifted, -1)


def normalise(images: Tensor, norms: Tensor) -> Tensor:
    """Batch normalisation by the statistics of each lane.

    Args:
        images: lanes × batch × height × width × channels.
        norms: lanes × 2 × channels, weight and bias.
    """
    variance, mean = torch.var_mean(images, (1, 2, 3), correction=0, keepdim=True)
    weight, bias = norms[:, :, None, None, None].unbind(1)
    return (images - mean) * torch.rsqrt(variance + EPSILON) * weight + bias


def convolve_and_normalise(
    images: Tensor, weights: Tensor, norms: Tensor, stride: int = 1, *, rectified: bool
) -> Tensor:
    """A 3 × 3 convolution and its normalisation.

    Args:
        images, weights, norms, stride: as in :func:`convolve` and :func:`normalise`.
        rectified: whether the images are rectified first.
    """
    return normalise(convolve(torch.relu(images) if rectified else images, weights, 3, stride), norms)


def average(images: Tensor, side: int, stride: int, padding: int) -> Tensor:
    """Average pooling; zeros around the images do not count."""
    flat = images.flatten(0, 1).movedim(-1, 1)
    pooled = functional.avg_pool2d(flat, side, stride, padding, count_include_pad=False)
    return pooled.movedim(1, -1).reshape(*images.shape[:2], *pooled.shape[2:], -1)


def compute_cell(images: Tensor, weights: Tensor, norms: Tensor, table: OperationTable) -> Tensor:
    """A cell of four nodes in each lane.

    Args:
        images: the input, lanes × batch × height × width × channels.
        weights: lanes × edges × (9 · channels) × channels.
        norms: lanes × edges × 2 × channels.
        table: the operations of the edges.

    Returns:
        The last node, of the shape of the input.
    """
    nodes = [images]
    while len(nodes) < NODES:
        nodes.append(_sum_edges(nodes, weights, norms, table))
    return nodes[-1]


def _sum_edges(sources: Sequence[Tensor], weights: Tensor, norms: Tensor, table: OperationTable) -> Tensor:
    """The node that the edges from all earlier nodes lead to."""
    total = torch.zeros_like(sources[0])
    for edge, source in enumerate(sources, first_edge_into(len(sources))):
        for operation in (SKIP, CONV_1X1, CONV_3X3, POOL):
            lanes = table.lanes_with(edge, operation)
            if lanes is not None:
                value = _apply(operation, source[lanes], weights[lanes, edge], norms[lanes, edge])
                total = total.index_add(0, lanes, value)
    return total


def _apply(operation: int, images: Tensor, weights: Tensor, norms: Tensor) -> Tensor:
    if operation == SKIP:
        return images
    if operation == POOL:
        return average(images, 3, 1, 1)
    side = 1 if operation == CONV_1X1 else 3
    used = weights[:, : side * side * images.shape[-1]]
    return normalise(convolve(torch.relu(images), used, side), norms)
