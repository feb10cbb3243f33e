"""Representation mutual information: how much of the teacher's representation a candidate's stages share.

Linear CKA on Gram matrices (Kornblith et al., ICML 2019, section 3), as RMI-NAS uses it (Zheng et al., CVPR 2022,
section 3). The arithmetic equals that of XNAS's `tensor_cka` and `RMI_loss` to the last bit, except that the teacher's
part is computed once. Training on one small batch multiplies a rounding difference by 100,000 within eight steps, so
only equal arithmetic gives traces that can be compared.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

RepresentationFunction = Callable[[Sequence[Tensor]], tuple[Tensor, Tensor]]
"""From the features of a candidate's stages to the loss (scalar) and the CKA of each stage (stages)."""


class Gram(NamedTuple):
    """A centred Gram matrix (samples × samples, float32) and its Frobenius norm."""

    centred: Tensor
    norm: Tensor


def gram(features: Tensor) -> Gram:
    """Linear Gram matrix of features (samples × anything, float32) with centred rows and columns."""
    if not features.is_contiguous() and features.is_contiguous(memory_format=torch.channels_last):
        # A dot product does not depend on the order of its terms, so the memory layout can stay.
        matrix: Tensor = _Products.apply(features.movedim(1, -1).flatten(1))  # type: ignore[no-untyped-call]
    else:
        flat = features.flatten(1)
        matrix = flat @ flat.T
    means = matrix.mean(0, dtype=torch.float64)
    means = means - means.mean() / 2
    # In place, which keeps the matrix and all gradients in float32, although the means are float64.
    matrix.sub_(means[:, None]).sub_(means[None, :])
    return Gram(matrix, matrix.norm())


class _Products(torch.autograd.Function):
    """`flat @ flat.T`. Torch would compute the two halves of the gradient separately."""

    @staticmethod
    def forward(ctx: Any, flat: Tensor) -> Tensor:
        ctx.save_for_backward(flat)
        return flat @ flat.T

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        flat: Tensor = ctx.saved_tensors[0]
        return (gradient + gradient.T) @ flat


def linear_cka(a: Gram, b: Gram) -> Tensor:
    """CKA of two representations of the same samples, 0 to 1; NaN when one of them is equal for all samples."""
    return a.centred.flatten().dot(b.centred.flatten()) / (a.norm * b.norm)


class RepresentationLoss:
    """The sum over the stages of 1 - CKA with a fixed teacher, whose Gram matrices are computed once.

    Args:
        teacher_features: one tensor a stage, samples × anything, without gradient.
    """

    def __init__(self, teacher_features: Sequence[Tensor]) -> None:
        self._references = [gram(features) for features in teacher_features]

    @classmethod
    def with_references(cls, references: Sequence[Gram]) -> "RepresentationLoss":
        """The loss for a teacher's Gram matrices, one a stage."""
        loss = cls([])
        loss._references = list(references)
        return loss

    @property
    def references(self) -> list[Gram]:
        """The teacher's Gram matrices, one a stage."""
        return self._references

    def __call__(self, features: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Computes the loss (scalar) and the CKA of each stage (stages).

        Args:
            features: one tensor a stage, of the same samples in the same order as the teacher's.
        """
        ckas = [linear_cka(gram(stage), reference) for stage, reference in zip(features, self._references, strict=True)]
        loss = torch.full_like(ckas[0], len(ckas))
        for cka in ckas:
            loss = loss - cka
        return loss, torch.stack(ckas)
