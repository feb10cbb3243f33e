"""An edge of a supernet's cell: all candidate operations between two nodes."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rminas_sidecar.networks.darts_cell import drop_path
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.node import Node

NONE = "none"
"""The operation that connects nothing. It is never computed."""


class MixedEdge(nn.Module):
    """The candidate operations of an edge, mixed by factors from outside.

    Args:
        names: of the operations, in the order of the mixture's columns.
        operations: one for each name; that of `none` is not called.
        stride: by which each operation divides height and width, 1 or 2.
        share: the operations see 1 / `share` of the channels, and the others bypass them (PC-DARTS, section 3.1).
    """

    def __init__(self, names: Sequence[str], operations: Sequence[nn.Module], stride: int = 1, share: int = 1) -> None:
        super().__init__()
        self.operations = nn.ModuleList(operations)
        self._computed = [index for index, name in enumerate(names) if name != NONE]
        self._identities = {index for index, module in enumerate(operations) if isinstance(module, nn.Identity)}
        self._stride = stride
        self.share = share

    def operations_of(self, mixture: Mixture, row: int) -> list[int]:
        """The numbers of the operations that a mixture computes on this edge."""
        if mixture.chosen is None:
            return self._computed
        return [index for index in self._computed if index == mixture.chosen[row]]

    def forward(self, node: Node, mixture: Mixture, row: int) -> Tensor:
        """Mixes the operations.

        Args:
            node: batch × channels × height × width.
            mixture: of the forward pass.
            row: the edge's row in the mixture.

        Returns:
            batch × channels × height / stride × width / stride.
        """
        mixed = self._mix(node, mixture, row) if self.share == 1 else self._mix_share(node, mixture, row)
        return mixed if mixture.edges is None else mixture.edges[row] * mixed

    def _mix_share(self, node: Node, mixture: Mixture, row: int) -> Tensor:
        """Mixes the first channels, and shuffles them among those that bypass the operations."""
        mixed = self._mix(node.share(self.share), mixture, row)
        joined = torch.cat([mixed, node.bypass(self.share, self._stride)], dim=1)
        batch, channels, height, width = joined.shape
        groups = joined.view(batch, self.share, channels // self.share, height, width)
        return groups.transpose(1, 2).reshape(batch, channels, height, width)

    def _mix(self, node: Node, mixture: Mixture, row: int) -> Tensor:
        if mixture.chosen is not None:
            return self._choose(node, mixture, row, mixture.chosen[row])
        assert mixture.weights is not None
        weights = mixture.weights[row].unbind()
        mixed: Tensor | None = None
        for index in self._computed:
            term = weights[index] * self._run(index, node, mixture.drop_path)
            mixed = term if mixed is None else mixed + term
        assert mixed is not None
        return mixed

    def _choose(self, node: Node, mixture: Mixture, row: int, index: int) -> Tensor:
        is_computed = index in self._computed
        output = self._run(index, node, mixture.drop_path) if is_computed else self._zeros(node.images)
        if mixture.weights is None:
            return output
        weights = mixture.weights[row]
        if is_computed:
            output = weights[index] * output
        return output + (weights.sum() - weights[index]) if mixture.adds_others else output

    def _run(self, index: int, node: Node, drop_probability: float) -> Tensor:
        output = node.through(self.operations[index])
        if self.training and drop_probability > 0 and index not in self._identities:
            return drop_path(output, drop_probability)
        return output

    def _zeros(self, x: Tensor) -> Tensor:
        return x.new_zeros(x[:, :, :: self._stride, :: self._stride].shape)

    def multiply_adds(self, side: int) -> list[int]:
        """Multiply-adds of each operation for one image whose input has this height and width."""
        pixels = (side // self._stride) ** 2
        return [
            sum(layer.weight.numel() * pixels for layer in operation.modules() if isinstance(layer, nn.Conv2d))
            for operation in self.operations
        ]


def normalise_by_batch(module: nn.Module, affine: bool) -> nn.Module:
    """Replaces the batch normalisations in a module by ones without running statistics.

    Every forward pass, also in evaluation mode, then uses the statistics of its batch. So no pass for the architecture
    parameters moves a statistic.

    Args:
        module: changed in place, and returned; not itself a normalisation.
        affine: whether the normalisations learn factors and biases.
    """
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm2d):
                setattr(parent, name, nn.BatchNorm2d(child.num_features, affine=affine, track_running_stats=False))
    return module
