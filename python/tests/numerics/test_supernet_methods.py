"""The one-shot methods: gradients, invariants and temperatures."""

import copy
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.backends.xnas import find_xnas, import_xnas
from rminas_sidecar.specification import NetworkSpecification
from rminas_sidecar.supernets.catalogue import build_method
from rminas_sidecar.supernets.method import Batch, Method
from rminas_sidecar.supernets.methods import darts_2
from rminas_sidecar.supernets.sampling import best_of_evolution, best_of_random
from rminas_sidecar.supernets.temperature import linear_temperature
from rminas_sidecar.supernets.updates import ArchitectureRecipe, Updates
from support.optimizers import SGD
from support.supernets import METHOD_OPTIONS, draw_alpha

SIZE = NetworkSpecification(channels=4, cells=1, classes=10, resolution=8)


def _build(name: str) -> tuple[Any, Updates]:
    torch.manual_seed(1)
    method = build_method(name, "nas-bench-201", SIZE, METHOD_OPTIONS[name]).double()
    method.train()
    updates = Updates(method.supernet.parameters(), method.architecture, SGD, ArchitectureRecipe(3e-4, 1e-3, 0.5))
    return method, updates


def _batch(seed: int) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(8, 3, 8, 8, generator=generator, dtype=torch.float64)
    return Batch(images, torch.randint(10, (8,), generator=generator))


def test_the_second_order_gradient_is_a_finite_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    # The published radius steps over kinks of the rectifiers, which such a small network shows.
    monkeypatch.setattr(darts_2, "_RADIUS", 1e-5)
    method, updates = _build("darts-2")
    training, validation = _batch(1), _batch(2)
    # One update, so that there is momentum.
    updates.update_weights(method.loss(training))
    before = copy.deepcopy(method.state_dict())
    found = method.architecture_gradient(training, validation, updates)[0]
    assert all(torch.equal(value, before[key]) for key, value in method.state_dict().items())

    def unrolled(alpha: Tensor) -> Tensor:
        """The validation loss after one training step with these parameters."""
        trial = copy.deepcopy(method)
        with torch.no_grad():
            trial.alpha.copy_(alpha)
        weights = list(trial.supernet.parameters())
        gradients = torch.autograd.grad(trial.loss(training), weights)
        with torch.no_grad():
            for weight, own, gradient in zip(weights, updates.weights, gradients, strict=True):
                buffer = updates.momentum_of(own)
                assert buffer is not None
                weight -= 0.1 * (0.9 * buffer + gradient + 5e-4 * own)
        return trial.loss(validation).detach()

    start = method.alpha.detach()
    first_order = Method.architecture_gradient(method, training, validation, updates)[0]
    for seed in range(3):
        direction = draw_alpha(6, 5, seed)
        expected = (unrolled(start + 1e-5 * direction) - unrolled(start - 1e-5 * direction)) / 2e-5
        torch.testing.assert_close((found * direction).sum(), expected, rtol=1e-4, atol=1e-6)
        assert abs((first_order * direction).sum() - expected) > 100 * abs((found * direction).sum() - expected)


def test_xnas_multiplies_the_hessian_by_the_radius() -> None:
    if find_xnas() is None:
        pytest.skip("XNAS cannot be imported: XNAS_HOME names no checkout of it")
    method, updates = _build("darts-2")
    training = _batch(1)
    vector = [torch.randn(weight.shape, dtype=torch.float64) for weight in updates.weights]
    ours = method._hessian_product(vector, training, updates)[0]
    architect = import_xnas("xnas.algorithms.DARTS").Architect(_Controller(method, training), 0.9, 5e-4)
    theirs = architect.compute_hessian(vector, *training)[0]
    radius = 0.01 / torch.cat([part.flatten() for part in vector]).norm()
    torch.testing.assert_close(theirs, ours * radius**2, rtol=1e-6, atol=1e-12)


class _Controller(nn.Module):
    """The functions that XNAS's architect calls on a network."""

    def __init__(self, method: Method, training: Batch) -> None:
        super().__init__()
        self.method = method

    def weights(self) -> list[nn.Parameter]:
        return list(self.method.supernet.parameters())

    def alphas(self) -> list[nn.Parameter]:
        return self.method.architecture

    def loss(self, images: Tensor, labels: Tensor) -> Tensor:
        return self.method.loss(Batch(images, labels))


def test_fairnas_trains_each_operation_of_each_edge_once_a_step() -> None:
    method, updates = _build("fairnas")
    for _ in range(5):
        paths = method.draw_paths()
        assert len(paths) == 5
        assert all(sorted(column) == [0, 1, 2, 3, 4] for column in zip(*paths, strict=True))
    seen: list[Sequence[int]] = []
    forward = method.supernet.forward
    method.supernet.forward = lambda images, mixture: (seen.append(mixture.chosen), forward(images, mixture))[1]
    method.step(_batch(1), _batch(2), updates)
    assert len(seen) == 5
    assert all(sorted(column) == [0, 1, 2, 3, 4] for column in zip(*seen, strict=True))


def test_a_fair_step_is_one_update_by_the_sum_of_the_gradients() -> None:
    method, updates = _build("fairnas")
    torch.manual_seed(5)
    paths = method.draw_paths()
    batch = _batch(1)
    total: Any = sum(method.path_loss(batch, path) for path in paths)
    found = torch.autograd.grad(total, updates.weights, allow_unused=True)
    expected = [
        # A path may lead nowhere behind an operation; its weights stay then.
        weight.detach().clone() if gradient is None else weight.detach() - 0.1 * (gradient + 5e-4 * weight.detach())
        for weight, gradient in zip(updates.weights, found, strict=True)
    ]
    torch.manual_seed(5)
    method.step(batch, _batch(2), updates)
    for weight, value in zip(updates.weights, expected, strict=True):
        torch.testing.assert_close(weight.detach(), value)


def test_a_sampled_path_alone_is_trained() -> None:
    method, updates = _build("spos")
    before = copy.deepcopy(method.supernet.state_dict())
    torch.manual_seed(3)
    path = method.supernet.draw()
    torch.manual_seed(3)
    method.step(_batch(1), _batch(2), updates)
    for row, edge in enumerate(method.supernet.cells[0].edges):
        for index, operation in enumerate(edge.operations):
            for name, value in operation.state_dict().items():
                key = f"cells.0.edges.{row}.operations.{index}.{name}"
                assert torch.equal(value, before[key]) or index == path[row]


def test_the_temperature_of_gdas_falls_from_10_to_a_tenth() -> None:
    method, _ = _build("gdas")
    found = []
    for epoch in range(250):
        method.begin_epoch(epoch, 250)
        found.append(method.temperature)
    assert found[0] == 10
    assert found[-1] == pytest.approx(0.1)
    steps = [one - other for one, other in pairwise(found)]
    assert all(step == pytest.approx(9.9 / 249) for step in steps)
    assert linear_temperature(1, 0.03, 0, 1) == 1


def test_the_gradient_of_gdas_reaches_operations_that_are_not_computed() -> None:
    method, updates = _build("gdas")
    gradients = {}
    for adds in (True, False):
        method.options = {**METHOD_OPTIONS["gdas"], "addsOthers": adds}
        torch.manual_seed(2)
        gradients[adds] = method.architecture_gradient(_batch(1), _batch(2), updates)[0]
    assert not torch.equal(gradients[True], gradients[False])
    torch.manual_seed(2)
    mixture = method.relax()
    assert mixture.weights.detach().sum(1).tolist() == pytest.approx([1] * 6)
    assert set(mixture.weights.detach().round(decimals=9).unique().tolist()) == {0, 1}


def test_gdas_updates_the_weights_first() -> None:
    order = []
    method, updates = _build("gdas")
    weights, architecture = updates.update_weights, updates.update_architecture
    updates.update_weights = lambda *losses: (order.append("weights"), weights(*losses))[1]  # type: ignore[method-assign]
    updates.update_architecture = lambda found: (order.append("architecture"), architecture(found))[1]  # type: ignore[method-assign]
    method.step(_batch(1), _batch(2), updates)
    assert order == ["weights", "architecture"]


def test_pc_darts_freezes_the_architecture_in_the_first_epochs() -> None:
    method, updates = _build("pc-darts")
    start = [value.detach().clone() for value in updates.architecture]
    method.begin_epoch(0, 3)
    method.step(_batch(1), _batch(2), updates)
    assert all(torch.equal(one, other) for one, other in zip(start, updates.architecture, strict=True))
    method.begin_epoch(1, 3)
    method.step(_batch(1), _batch(2), updates)
    assert not any(torch.equal(one, other) for one, other in zip(start, updates.architecture, strict=True))
    assert [round(method.edge_weights()[list(node)].sum().item(), 9) for node in ((0,), (1, 2), (3, 4, 5))] == [1, 1, 1]


def test_the_zero_one_loss_of_fairdarts() -> None:
    method, updates = _build("fairdarts")
    assert method.supernet.operations == ("skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
    assert method.zero_one_loss().item() == 0
    with torch.no_grad():
        method.alpha.fill_(1.0)
    assert method.zero_one_loss().item() == pytest.approx(-((1 / (1 + math.exp(-1)) - 0.5) ** 2))
    plain = torch.autograd.grad(method.loss(_batch(2)), method.alpha)[0]
    zero_one = torch.autograd.grad(method.zero_one_loss(), method.alpha)[0]
    found = method.architecture_gradient(_batch(1), _batch(2), updates)[0]
    torch.testing.assert_close(found, plain + 10 * zero_one)


def test_snas_penalises_the_cost() -> None:
    method, updates = _build("snas")
    costs = method.supernet.costs
    assert costs[0].tolist() == [0, 0, *costs[0, 2:4].tolist(), 0]
    assert costs[0, 3] == 9 * costs[0, 2]
    shares = []
    for weight in (0.0, 1e4):
        method, updates = _build("snas")
        method.options = {**METHOD_OPTIONS["snas"], "resourceWeight": weight}
        for _ in range(20):
            method.step(_batch(1), _batch(2), updates)
        shares.append(method.weights()[:, 3].mean().item())
    assert shares[1] < shares[0]


def test_drnas_samples_from_the_simplex() -> None:
    method, _ = _build("drnas")
    weights = method.relax().weights
    assert weights.shape == (6, 5)
    assert weights.detach().sum(1).tolist() == pytest.approx([1] * 6)


def test_the_best_path_is_found() -> None:
    method, _ = _build("spos")

    def judge(path: Sequence[int]) -> float:
        return -sum((index - 3) ** 2 for index in path)

    torch.manual_seed(1)
    assert best_of_evolution(method.supernet, 30, 12, judge, lambda _: None) == (3,) * 6
    torch.manual_seed(1)
    drawn = [method.supernet.draw() for _ in range(10)]
    torch.manual_seed(1)
    assert best_of_random(method.supernet, 10, judge, lambda _: None) == max(drawn, key=judge)
