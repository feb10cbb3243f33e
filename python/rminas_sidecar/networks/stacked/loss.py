"""The loss of each lane, as `rminas_sidecar.objective` defines it."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.networks.stacked.layers import multiply
from rminas_sidecar.objective.rmi import Gram


class StackedObservation(NamedTuple):
    """Loss (lanes), cross entropy (lanes), and CKA of each stage (lanes × stages)."""

    loss: Tensor
    cross_entropy: Tensor
    cka: Tensor


class StackedLoss:
    """Beta × (sum over the stages of 1 - CKA) + (1 - beta) × cross entropy (RMI-NAS, section 3), in each lane.

    Args:
        references: the teacher's Gram matrices, one a stage.
        labels: samples, int64.
        beta: weight of the representation loss, 0 to 1.
        dtype: of the features.
    """

    def __init__(self, references: Sequence[Gram], labels: Tensor, beta: float, dtype: torch.dtype) -> None:
        self._references = [Gram(centred.to(dtype), norm.to(dtype)) for centred, norm in references]
        self._labels = labels
        self._beta = beta

    def __call__(self, features: Sequence[Tensor], logits: Tensor) -> StackedObservation:
        """Observes all lanes.

        Args:
            features: one tensor a stage, lanes × samples × anything.
            logits: lanes × samples × classes.
        """
        pairs = zip(features, self._references, strict=True)
        cka = torch.stack([_linear_cka(_gram(stage), reference) for stage, reference in pairs], 1)
        cross_entropy = self._cross_entropy(logits)
        rmi = cka.shape[1] - cka.sum(1)
        return StackedObservation(self._beta * rmi + (1 - self._beta) * cross_entropy, cross_entropy, cka)

    def _cross_entropy(self, logits: Tensor) -> Tensor:
        lanes, samples, _ = logits.shape
        each = functional.cross_entropy(logits.flatten(0, 1), self._labels.repeat(lanes), reduction="none")
        return each.view(lanes, samples).mean(1)


def _gram(features: Tensor) -> Tensor:
    """The centred Gram matrix of each lane, lanes × samples × samples, as `rminas_sidecar.objective.rmi.gram`."""
    flat = features.flatten(2)
    matrix = multiply(flat, flat.transpose(1, 2))
    means = matrix.mean(1, dtype=torch.float64)
    means = (means - means.mean(1, keepdim=True) / 2).to(matrix.dtype)
    return matrix - means[:, :, None] - means[:, None, :]


def _linear_cka(centred: Tensor, reference: Gram) -> Tensor:
    product = (centred * reference.centred).sum((1, 2))
    return product / (torch.linalg.vector_norm(centred, dim=(1, 2)) * reference.norm)  # type: ignore[no-any-return]
