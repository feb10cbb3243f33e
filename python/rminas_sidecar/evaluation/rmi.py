"""Representation mutual information: how much of the teacher's representation a candidate's stages share.

Linear CKA on Gram matrices (Kornblith et al., ICML 2019, section 3), as RMI-NAS uses it (Zheng et al., CVPR 2022,
section 3). The arithmetic follows `tensor_cka` and `RMI_loss` of XNAS to the last bit, with the teacher's part taken
out of the loop: training on one small batch multiplies a difference of one rounding by 100,000 within eight steps, so
anything but equal arithmetic would give traces that cannot be compared.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

# From the features of a candidate's stages to the loss (scalar) and the CKA of each stage (stages).
RepresentationFunction = Callable[[Sequence[Tensor]], tuple[Tensor, Tensor]]


class Gram(NamedTuple):
    """A centred Gram matrix (samples × samples, float32) and its Frobenius norm."""

    centred: Tensor
    norm: Tensor


def gram(features: Tensor) -> Gram:
    """Linear Gram matrix of features (samples × anything, float32) with centred rows and columns."""
    flat = features.flatten(1)
    matrix = flat @ flat.T
    means = matrix.mean(0, dtype=torch.float64)
    means = means - means.mean() / 2
    # In place, because that keeps the matrix, and with it every gradient, in float32 although the means are float64.
    matrix.sub_(means[:, None]).sub_(means[None, :])
    return Gram(matrix, matrix.norm())


def linear_cka(a: Gram, b: Gram) -> Tensor:
    """CKA of two representations of the same samples, 0 to 1; NaN when one of them does not tell samples apart."""
    return a.centred.flatten().dot(b.centred.flatten()) / (a.norm * b.norm)


class RepresentationLoss:
    """Sum over the stages of 1 - CKA with a fixed teacher, whose Gram matrices are computed once.

    Args:
        teacher_features: one tensor a stage, samples × anything, without gradient.
    """

    def __init__(self, teacher_features: Sequence[Tensor]) -> None:
        self._references = [gram(features) for features in teacher_features]

    def __call__(self, features: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Answers the loss (scalar) and the CKA of each stage (stages).

        Args:
            features: one tensor a stage, of the same samples in the same order as the teacher's.
        """
        ckas = [linear_cka(gram(stage), reference) for stage, reference in zip(features, self._references, strict=True)]
        loss = torch.full_like(ckas[0], len(ckas))
        for cka in ckas:
            loss = loss - cka
        return loss, torch.stack(ckas)
