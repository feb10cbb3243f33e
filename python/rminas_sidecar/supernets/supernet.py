"""The common part of the supernets."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from rminas_sidecar.specification import Precision
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
        precision: `bf16` computes convolutions and linear layers in bfloat16; weights and logits stay as they are.
    """

    operations: tuple[str, ...]
    nodes: tuple[tuple[int, ...], ...]

    def __init__(self) -> None:
        super().__init__()
        self.multiply_adds = 0
        self.precision: Precision = "float32"
        self._fixed = 0
        self._costs: list[list[int]] = []

    @property
    def edges(self) -> int:
        """Number of edges, the rows of a mixture."""
        return sum(len(node) for node in self.nodes)

    @property
    def costs(self) -> Tensor:
        """Multiply-adds of each operation of each edge for one image, over all cells; int64, edges × operations."""
        return torch.tensor(self._costs)

    def forward(self, images: Tensor, mixture: Mixture) -> Tensor:
        """Computes the logits (batch × classes) of images (batch × 3 × height × width)."""
        passes = _TRAINING_PASSES if torch.is_grad_enabled() else 1
        self.multiply_adds += passes * len(images) * self._cost(mixture)
        if self.precision != "bf16":
            return self._logits(images, mixture)
        with torch.autocast(images.device.type, torch.bfloat16):
            return self._logits(images, mixture).float()

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
        """Draws a path uniformly from torch's global generator: the number of an operation for each edge."""
        drawn: list[int] = torch.randint(len(self.operations), (self.edges,)).tolist()
        return tuple(drawn)

    def text(self, path: Sequence[int]) -> str:
        """The genotype of a path."""
        raise NotImplementedError

    def _cost(self, mixture: Mixture) -> int:
        if mixture.chosen is None:
            return self._fixed + sum(map(sum, self._costs))
        return self._fixed + sum(self._costs[row][index] for row, index in enumerate(mixture.chosen))

    def _count(self, edges: Sequence[tuple[int, MixedEdge, int]], layers: Sequence[tuple[nn.Module, int]]) -> None:
        """Counts the multiply-adds of all parts.

        Args:
            edges: the row of each edge of each cell, the edge, and the side of its input in pixels.
            layers: the other modules, each with the side of its output.
        """
        self._costs = [[0] * len(self.operations) for _ in range(self.edges)]
        for row, edge, side in edges:
            self._costs[row] = [
                one + other for one, other in zip(self._costs[row], edge.multiply_adds(side), strict=True)
            ]
        self._fixed = sum(
            part.weight.numel() * (side * side if isinstance(part, nn.Conv2d) else 1)
            for module, side in layers
            for part in module.modules()
            if isinstance(part, (nn.Conv2d, nn.Linear))
        )


@contextmanager
def in_float32(supernet: Supernet) -> Iterator[None]:
    """The forward passes of its body compute in float32, at any precision of the supernet."""
    precision, supernet.precision = supernet.precision, "float32"
    try:
        yield
    finally:
        supernet.precision = precision
