"""The representation loss of both backends, on features of all sizes."""

from typing import Any

import pytest
import torch

from rminas_sidecar.backends.native import NativeBackend
from rminas_sidecar.backends.xnas import XnasBackend

AT_FIRST = 1e-5


@pytest.mark.parametrize("samples", [3, 8, 32])
@pytest.mark.parametrize("seed", range(6))
def test_losses_and_gradients(samples: int, seed: int, comparisons: Any) -> None:
    generator = torch.Generator().manual_seed(seed)

    def draw() -> list[torch.Tensor]:
        shapes = [(samples, 4, 6, 6), (samples, 8, 3, 3), (samples, 5)]
        return [torch.randn(shape, generator=generator) for shape in shapes]

    teacher, student = draw(), draw()
    answers = []
    for backend in (NativeBackend(), XnasBackend()):
        features = [(0.9 * ours + 0.3 * theirs).requires_grad_() for ours, theirs in zip(student, teacher, strict=True)]
        loss, cka = backend.build_representation_loss(backend.reference(teacher))(features)
        answers.append((loss, cka, torch.autograd.grad(loss, features)))
    (our_loss, our_cka, our_gradients), (loss, cka, gradients) = answers
    comparisons.close("RMI loss", our_loss.detach(), loss.detach(), AT_FIRST)
    comparisons.close("CKA of features", our_cka.detach(), cka.detach(), AT_FIRST)
    for our_gradient, gradient in zip(our_gradients, gradients, strict=True):
        comparisons.close("gradient of features", our_gradient, gradient, AT_FIRST)
