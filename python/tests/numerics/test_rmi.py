"""The representation loss against XNAS's numbers and against the definition in float64."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from rminas_sidecar.objective.rmi import RepresentationLoss, gram, linear_cka

Golden = Callable[[str], dict[str, Tensor]]


def _defined_cka(a: np.ndarray, b: np.ndarray) -> float:
    """tr(KHLH) / sqrt(tr(KHKH) tr(LHLH)), as Kornblith et al. define it, in float64."""
    a, b = (part.reshape(len(part), -1).astype(np.float64) for part in (a, b))
    centring = np.eye(len(a)) - 1 / len(a)

    def hsic(x: np.ndarray, y: np.ndarray) -> float:
        return float(np.trace(x @ x.T @ centring @ y @ y.T @ centring))

    return hsic(a, b) / np.sqrt(hsic(a, a) * hsic(b, b))


def test_golden_cka_loss_and_gradients(golden: Golden) -> None:
    numbers = golden("rmi.npz")
    student = [numbers[f"student_{stage}"].requires_grad_() for stage in range(3)]
    loss, cka = RepresentationLoss([numbers[f"teacher_{stage}"] for stage in range(3)])(student)
    loss.backward()
    torch.testing.assert_close(cka.double(), numbers["cka"], rtol=1e-5, atol=0)
    torch.testing.assert_close(loss.double(), numbers["rmi_loss"], rtol=1e-5, atol=0)
    for stage, features in enumerate(student):
        expected = numbers[f"grad_{stage}"]
        assert features.grad is not None
        assert ((features.grad - expected).norm() / expected.norm()).item() < 1e-5
        torch.testing.assert_close(features.grad, expected, rtol=1e-5, atol=1e-5 * expected.abs().max().item())


@pytest.mark.parametrize("samples", [2, 5, 32])
def test_cka_is_what_the_paper_defines(samples: int) -> None:
    random = np.random.default_rng(samples)
    a, b = random.normal(size=(samples, 4, 3, 3)), random.normal(size=(samples, 7))
    answer = linear_cka(gram(torch.from_numpy(a).float()), gram(torch.from_numpy(b).float()))
    assert answer.item() == pytest.approx(_defined_cka(a, b), rel=1e-4)


def test_cka_does_not_see_scale_shift_or_rotation() -> None:
    torch.manual_seed(0)
    features, other = torch.randn(8, 5), torch.randn(8, 3)
    rotation, _ = torch.linalg.qr(torch.randn(5, 5))
    moved = 3 * features @ rotation + torch.randn(5)
    assert linear_cka(gram(features), gram(moved)).item() == pytest.approx(1, abs=1e-5)
    assert linear_cka(gram(moved), gram(other)).item() == pytest.approx(
        linear_cka(gram(features), gram(other)).item(), rel=1e-4
    )


def test_the_gradient_is_the_derivative() -> None:
    torch.manual_seed(0)
    loss = RepresentationLoss([torch.randn(6, 4, dtype=torch.float64)])
    student = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: loss([x])[0], student)


def test_features_that_do_not_tell_samples_apart_have_no_cka() -> None:
    loss, cka = RepresentationLoss([torch.randn(4, 3)])([torch.zeros(4, 2)])
    assert loss.isnan()
    assert cka.isnan().all()


def test_the_number_of_stages_must_agree() -> None:
    with pytest.raises(ValueError, match="zip"):
        RepresentationLoss([torch.randn(4, 3)])([torch.randn(4, 2), torch.randn(4, 2)])
