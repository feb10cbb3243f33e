"""A NAS-Bench-201 cell that computes shared operations once."""

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor, nn

from rminas_sidecar.networks.nas_bench_201 import Cell, ReluConvNorm


class FastCell(nn.Module):
    """Computes the same as a cell, with the layers of the cell, in another order of summation.

    ReLU and average pooling of a node are computed once for all edges, and terms are added in place. Nodes of zeros are
    not convolved: batch normalisation turns zeros into its bias.
    """

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x: Tensor) -> Tensor:
        nodes = [_Node(x, x)]
        for terms in self.cell.terms:
            arriving = [(self.cell.layers[index], nodes[source]) for index, source in terms]
            new = [node.convolve(layer) for layer, node in arriving if isinstance(layer, ReluConvNorm)]
            carried = [node.through(layer) for layer, node in arriving if not isinstance(layer, ReluConvNorm)]
            nodes.append(_Node(_add_up(new, carried), x))
        output = nodes[-1].value
        return torch.zeros_like(x) if output is None else output


class _Node:
    """The value of a node, and the results of layers that several edges share.

    Args:
        value: batch × C × height × width; None stands for zeros.
        like: images of the same shape.
    """

    def __init__(self, value: Tensor | None, like: Tensor) -> None:
        self.value = value
        self._like = like
        self._read: dict[type[nn.Module], Tensor] = {}

    def through(self, layer: nn.Module) -> Tensor:
        """Applies a layer without parameters to the value; computed once for each type of layer."""
        if type(layer) not in self._read:
            self._read[type(layer)] = layer(self.value)
        return self._read[type(layer)]

    def convolve(self, layer: ReluConvNorm) -> Tensor:
        """Applies ReLU, convolution and normalisation to the value; the answer shares no memory with others."""
        rectifier, convolution, norm = layer.op
        if self.value is None:
            return torch.zeros_like(self._like) + norm.bias[:, None, None]  # type: ignore[index]
        return norm(convolution(self.through(rectifier)))  # type: ignore[no-any-return]


def _add_up(new: Sequence[Tensor], carried: Sequence[Tensor]) -> Tensor | None:
    """The sum of all images, None if there are none. The first of the new images is overwritten."""
    if not new and len(carried) < 2:
        return carried[0] if carried else None
    total, *rest = [*new, *carried] if new else [carried[0] + carried[1], *carried[2:]]
    return reduce(Tensor.add_, rest, total)
