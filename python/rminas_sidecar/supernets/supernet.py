"""The common part of the supernets."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rminas_sidecar.supernets.edge import MixedEdge
from rminas_sidecar.supernets.mixture import Mixture

_TRAINING_PASSES = 3
"""A training step costs three forward passes: the backward pass is twice the forward pass."""


class Supernet(nn.Module):
    """A network that contains all architectures of a space, with shared weights.

    Attributes:
        operations: names of the candidate operations, the columns of a mixture.
        nodes: for each node of each kind of cell, the rows of the edges that end there.
        multiply_adds: spent so far by all forward and backward passes.
    """

    operations: tuple[str, ...]
    nodes: tuple[tuple[int, ...], ...]

    def __init__(self) -> None:
        super().__init__()
        self.multiply_adds = 0
        self._fixed = 0
        self._costs = torch.zeros(0, 0, dtype=torch.int64)

    @property
    def edges(self) -> int:
        """Number of edges, the rows of a mixture."""
        return sum(len(node) for node in self.nodes)

    @property
    def costs(self) -> Tensor:
        """Multiply-adds of each operation of each edge for one image, over all cells; int64, edges × operations."""
        return self._costs

    def forward(self, images: Tensor, mixture: Mixture) -> Tensor:
        """Computes the logits (batch × classes) of images (batch × 3 × height × width)."""
        passes = _TRAINING_PASSES if torch.is_grad_enabled() else 1
        self.multiply_adds += passes * len(images) * self._cost(mixture)
        return self._logits(images, mixture)

    def _logits(self, images: Tensor, mixture: Mixture) -> Tensor:
        raise NotImplementedError

    def read(self, weights: Tensor, threshold: float | None = None) -> str:
        """Reads the architecture with the largest weights.

        Args:
            weights: edges × operations, larger is better.
            threshold: an edge is left out if its largest weight is below; None keeps all.

        Returns:
            The genotype in the notation of the space.
        """
        raise NotImplementedError

    def draw(self) -> tuple[int, ...]:
        """Draws a path uniformly from torch's global generator: one operation for each edge."""
        drawn: list[int] = torch.randint(len(self.operations), (self.edges,)).tolist()
        return tuple(drawn)

    def text(self, path: Sequence[int]) -> str:
        """The genotype of a path."""
        raise NotImplementedError

    def _cost(self, mixture: Mixture) -> int:
        if mixture.chosen is None:
            return self._fixed + int(self._costs.sum())
        return self._fixed + sum(int(self._costs[row, index]) for row, index in enumerate(mixture.chosen))

    def _count(self, edges: Sequence[tuple[int, MixedEdge, int]], layers: Sequence[tuple[nn.Module, int]]) -> None:
        """Counts the multiply-adds of all parts.

        Args:
            edges: the row of each edge of each cell, the edge, and the side of its input in pixels.
            layers: the other modules, each with the side of its output.
        """
        self._costs = torch.zeros(self.edges, len(self.operations), dtype=torch.int64)
        for row, edge, side in edges:
            self._costs[row] += torch.tensor(edge.multiply_adds(side))
        self._fixed = sum(
            part.weight.numel() * (side * side if isinstance(part, nn.Conv2d) else 1)
            for module, side in layers
            for part in module.modules()
            if isinstance(part, (nn.Conv2d, nn.Linear))
        )
