"""A cell of NAS-Bench-201 that computes nothing twice."""

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor, nn

from rminas_sidecar.networks.nas_bench_201 import Cell, ReluConvNorm


class FastCell(nn.Module):
    """Computes what a cell computes, with the cell's own layers, in another order of summation.

    A node is rectified once for all convolutions that read it, and averaged once for all edges that carry its average;
    terms are added in place; and a node of zeros is not convolved, because the normalisation leaves nothing of it but a
    bias.
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
    """A node's value, None for zeros, and what those who read it have in common.

    Args:
        value: images or None.
        like: images of the same shape.
    """

    def __init__(self, value: Tensor | None, like: Tensor) -> None:
        self.value = value
        self._like = like
        self._read: dict[type[nn.Module], Tensor] = {}

    def through(self, layer: nn.Module) -> Tensor:
        """What a layer without parameters makes of the value: layers of one kind are asked once."""
        if type(layer) not in self._read:
            self._read[type(layer)] = layer(self.value)
        return self._read[type(layer)]

    def convolve(self, layer: ReluConvNorm) -> Tensor:
        """What the layer makes of the value; always images of their own."""
        rectifier, convolution, norm = layer.op
        if self.value is None:
            return torch.zeros_like(self._like) + norm.bias[:, None, None]  # type: ignore[index]
        return norm(convolution(self.through(rectifier)))  # type: ignore[no-any-return]


def _add_up(new: Sequence[Tensor], carried: Sequence[Tensor]) -> Tensor | None:
    """The sum, which lies in the first of the new images if there are any; None of nothing."""
    if not new and len(carried) < 2:
        return carried[0] if carried else None
    total, *rest = [*new, *carried] if new else [carried[0] + carried[1], *carried[2:]]
    return reduce(Tensor.add_, rest, total)
