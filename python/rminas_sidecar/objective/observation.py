"""The loss that RMI-NAS ranks by."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.objective.rmi import RepresentationFunction


@dataclass(frozen=True)
class TrainingBatch:
    """The samples that every candidate is trained on.

    Args:
        images: samples × 3 × height × width, float32, normalised.
        labels: samples, int64.
        representation: compares a candidate's features with the teacher's.
    """

    images: Tensor
    labels: Tensor
    representation: RepresentationFunction


@dataclass(frozen=True)
class Observation:
    """The loss of a network on the batch (scalar), its cross entropy (scalar) and the CKA of each stage (stages)."""

    loss: Tensor
    cross_entropy: Tensor
    cka: Tensor

    def detach(self) -> "Observation":
        """The same numbers without their autograd graph."""
        return Observation(self.loss.detach(), self.cross_entropy.detach(), self.cka.detach())


OnObservation = Callable[[Observation], None]


def observe(network: nn.Module, batch: TrainingBatch, beta: float) -> Observation:
    """Computes the loss: beta × (sum over the stages of 1 - CKA) + (1 - beta) × cross entropy (RMI-NAS, section 3)."""
    features, logits = network(batch.images)
    rmi, cka = batch.representation(features)
    cross_entropy = functional.cross_entropy(logits, batch.labels)
    return Observation(beta * rmi + (1 - beta) * cross_entropy, cross_entropy, cka)


def finite_or_none(value: Tensor) -> float | None:
    """A scalar as a number; None where it is not finite, since JSON has no such number."""
    number = float(value.item())
    return number if math.isfinite(number) else None
