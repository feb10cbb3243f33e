"""Shared operations and the C functions give the numbers of plain supernets."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.specification import NetworkSpecification
from rminas_sidecar.supernets.acceleration import accelerate
from rminas_sidecar.supernets.catalogue import METHODS, build_method
from rminas_sidecar.supernets.fused import FusedSearchCell
from rminas_sidecar.supernets.method import Batch
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.system.importing import import_file
from support.kernels import kernels_for
from support.supernets import METHOD_OPTIONS, fill_parameters

SIZES = {
    "nas-bench-201": NetworkSpecification(channels=8, cells=1, classes=10, resolution=8),
    "darts": NetworkSpecification(channels=8, cells=3, classes=10, resolution=4),
}
ON_DARTS = ["darts-1", "pc-darts"]
LABELS = torch.arange(4)
PATH = (3, 2, 1, 4, 3, 3)
# Operations behind `none`, an output without a path to the input, and one without any operation.
DEAD_ENDS = [(0, 3, 3, 2, 1, 4), (0, 0, 4, 0, 4, 0), (3, 0, 2, 0, 0, 0), (0, 3, 2, 4, 3, 0)]


make_plain = import_file(Path(__file__).parents[3] / "scripts/bench/plain_supernet.py").make_plain


def _build(name: str, space: str = "nas-bench-201") -> Any:
    torch.manual_seed(1)
    method = build_method(name, space, SIZES[space], METHOD_OPTIONS[name])
    fill_parameters(method.supernet)
    return method.train()


def _images(side: int = 8) -> Tensor:
    images = torch.randn(4, 3, side, side, generator=torch.Generator().manual_seed(2))
    return images.contiguous(memory_format=torch.channels_last)


def _mixture(method: Any, dtype: torch.dtype) -> Mixture:
    """The same mixture for each dtype, with weights that are leaves."""
    if method.alpha is None:
        return Mixture(chosen=PATH)
    torch.manual_seed(3)
    found = copy.deepcopy(method).float().relax()
    weights, edges = (
        None if part is None else part.detach().to(dtype).requires_grad_() for part in (found.weights, found.edges)
    )
    return Mixture(weights, found.chosen, edges, found.adds_others, found.drop_path)


def _answers(supernet: Any, mixture: Mixture, images: Tensor) -> list[Tensor | None]:
    """The logits, and the gradients of weights and mixture."""
    torch.manual_seed(4)
    logits = supernet(images, mixture)
    leaves = [leaf for leaf in (mixture.weights, mixture.edges) if leaf is not None]
    loss = functional.cross_entropy(logits, LABELS)
    return [logits, *torch.autograd.grad(loss, [*supernet.parameters(), *leaves], allow_unused=True)]


def _assert_near(found: list[Tensor | None], expected: list[Tensor | None], tolerance: float) -> None:
    """Gradients that are far below the largest one are compared with a fifth of it."""
    largest = max(one.detach().norm().item() for one in expected if one is not None)
    for one, other in zip(found, expected, strict=True):
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            bound = tolerance * max(other.detach().norm().item(), 0.2 * largest)
            assert (one.detach().double() - other.detach()).norm().item() <= bound


def _with_zeros(answers: list[Tensor | None], like: list[Tensor | None]) -> list[Tensor | None]:
    """Zeros in place of missing gradients: plain edges compute `none`, through which zeros flow back."""
    return [
        torch.zeros_like(other) if one is None and other is not None else one
        for one, other in zip(answers, like, strict=True)
    ]


@pytest.mark.parametrize(
    ("space", "name"), [*(("nas-bench-201", name) for name in METHODS), *(("darts", name) for name in ON_DARTS)]
)
def test_shared_operations_give_the_numbers_of_plain_ones_in_float64(space: str, name: str) -> None:
    ours = _build(name, space).double()
    plain = make_plain(copy.deepcopy(ours.supernet))
    images = _images(SIZES[space].resolution).double()
    expected = _answers(plain, _mixture(ours, torch.float64), images)
    found = _answers(ours.supernet, _mixture(ours, torch.float64), images)
    _assert_near(_with_zeros(found, expected), expected, 1e-11)


@pytest.mark.parametrize(
    ("space", "name"), [*(("nas-bench-201", name) for name in METHODS), *(("darts", name) for name in ON_DARTS)]
)
def test_an_accelerated_supernet_gives_the_numbers_of_float64(space: str, name: str) -> None:
    kernels_for(8)
    exact = _build(name, space)
    fast = copy.deepcopy(exact.supernet)
    accelerate(fast)
    if space == "nas-bench-201" and name != "pc-darts":
        assert sum(isinstance(layer, FusedSearchCell) for layer in fast.modules()) == 3
    # Drop path draws other numbers in float64.
    mixtures = [_mixture(exact, dtype) for dtype in (torch.float32, torch.float64)]
    found, other = (Mixture(one.weights, one.chosen, one.edges, one.adds_others) for one in mixtures)
    images = _images(SIZES[space].resolution)
    expected = _answers(exact.supernet.double(), other, images.double())
    _assert_near(_answers(fast, found, images), expected, 1e-4)


@pytest.mark.parametrize("path", DEAD_ENDS)
@pytest.mark.parametrize("adds_others", [None, False, True])
def test_dead_ends_have_the_gradients_of_plain_supernets(path: tuple[int, ...], adds_others: bool | None) -> None:
    kernels_for(8)
    supernet = _build("gdas").supernet
    fast = copy.deepcopy(supernet)
    accelerate(fast)
    answers = []
    for network, dtype in ((fast, torch.float32), (supernet.double(), torch.float64)):
        hard = functional.one_hot(torch.tensor(path), 5).to(dtype).requires_grad_()
        mixture = Mixture(chosen=path) if adds_others is None else Mixture(hard, path, None, adds_others)
        answers.append(_answers(network, mixture, _images().to(dtype)))
    _assert_near(answers[0], answers[1], 1e-4)


def test_acceleration_keeps_the_parameters_and_their_names() -> None:
    for space in SIZES:
        supernet = _build("darts-1", space).supernet
        names = list(supernet.state_dict())
        accelerate(supernet)
        assert list(supernet.state_dict()) == names


def test_constant_weights_change_no_gradient_of_the_architecture() -> None:
    method = _build("darts-1").double()
    batch = (_images().double(), LABELS)
    whole = torch.autograd.grad(method.loss(Batch(*batch)), [*method.architecture, *method.supernet.parameters()])
    architecture = torch.autograd.grad(method.loss_of_architecture(Batch(*batch)), method.architecture)
    weights = torch.autograd.grad(method.loss_of_weights(Batch(*batch)), list(method.supernet.parameters()))
    assert all(torch.equal(one, other) for one, other in zip(whole, (*architecture, *weights), strict=True))
    assert all(parameter.requires_grad for parameter in method.parameters())
