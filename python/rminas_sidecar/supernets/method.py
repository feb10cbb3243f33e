"""The interface of a one-shot method, with the behaviour of first-order DARTS."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.supernet import Supernet
from rminas_sidecar.supernets.updates import Updates, constant

Options = Mapping[str, float | int | bool | str]
"""The method's own options, by name. `src/supernets` defines them, with their defaults."""
Judge = Callable[[Sequence[int]], float]
"""Answers the validation accuracy of a path with the shared weights, 0 to 1."""

_INITIAL_DEVIATION = 1e-3


class Batch(NamedTuple):
    """Normalised images (batch × 3 × height × width) and their labels."""

    images: Tensor
    labels: Tensor


class Method(nn.Module):
    """A relaxation, a loss, an order of updates, and a way to read the genotype.

    Args:
        supernet: the weights.
        options: those of the method.

    Attributes:
        alpha: architecture parameters, edges × operations, drawn from torch's global generator.
    """

    without: tuple[str, ...] = ()
    """Operations that the method leaves out of the supernet."""
    repeats: bool = True
    """Whether all steps of an epoch run the same operations, so that one can be recorded and repeated."""

    def __init__(self, supernet: Supernet, options: Options) -> None:
        super().__init__()
        self.supernet = supernet
        self.options = options
        initial = _INITIAL_DEVIATION * torch.randn(supernet.edges, len(supernet.operations))
        self.alpha: nn.Parameter | None = nn.Parameter(initial)

    @property
    def architecture(self) -> list[nn.Parameter]:
        """All architecture parameters."""
        return list(self.parameters(recurse=False))

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """Sets what changes with the epoch, which is counted from 0."""

    def weights(self) -> Tensor:
        """The weight of each operation of each edge, edges × operations."""
        assert self.alpha is not None
        return functional.softmax(self.alpha, dim=-1)

    def relax(self) -> Mixture:
        """The mixture of a forward pass; may draw from torch's global generators."""
        return Mixture(self.weights())

    def loss(self, batch: Batch) -> Tensor:
        """The loss of the weights: the cross entropy."""
        return functional.cross_entropy(self.supernet(batch.images, self.relax()), batch.labels)

    def loss_of_weights(self, batch: Batch) -> Tensor:
        """The loss with constant architecture parameters, for the gradient of the weights alone."""
        with constant(self.architecture):
            return self.loss(batch)

    def loss_of_architecture(self, batch: Batch) -> Tensor:
        """The loss with constant weights, for the gradient of the architecture parameters alone."""
        with constant(list(self.supernet.parameters())):
            return self.loss(batch)

    def architecture_gradient(self, training: Batch, validation: Batch, updates: Updates) -> Sequence[Tensor | None]:
        """The gradient of the architecture parameters: that of the validation loss."""
        return torch.autograd.grad(self.loss_of_architecture(validation), updates.architecture, allow_unused=True)

    def step(self, training: Batch, validation: Batch, updates: Updates) -> Tensor:
        """One step: first the architecture parameters, then the weights.

        Returns:
            The training loss, detached.
        """
        updates.update_architecture(self.architecture_gradient(training, validation, updates))
        return updates.update_weights(self.loss_of_weights(training))

    def read(self) -> str | None:
        """The genotype that the architecture parameters describe at present; None without such parameters."""
        with torch.no_grad():
            return self.supernet.read(self.weights())

    def answer(self, judge: Judge, on_progress: Callable[[float], None]) -> str:
        """The genotype after the last epoch.

        Args:
            judge: for methods that compare paths by their accuracy.
            on_progress: called with the share of these comparisons that is done.
        """
        genotype = self.read()
        assert genotype is not None
        return genotype
