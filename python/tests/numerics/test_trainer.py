"""Training on one batch against a plain loop."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.evaluation.trainer import TrainingBatch, train_on_batch
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE, NasBench201Network
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.specification import CosineSpecification, OptimizerSpecification
from support.optimizers import SGD

Golden = Callable[[str], dict[str, Tensor]]


@pytest.fixture
def batch(golden: Golden) -> TrainingBatch:
    arrays = golden("batch.npz")
    return TrainingBatch(
        arrays["x"], arrays["y"], RepresentationLoss([arrays[f"teacher_{stage}"] for stage in range(3)])
    )


def _network(seed: int = 0, genotype: str = EXAMPLE, channels: int = 4, cells: int = 5) -> NasBench201Network:
    torch.manual_seed(seed)
    return NasBench201Network(genotype, channels, cells, 10)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"nesterov": True},
        {"dampening": 0.3},
        {"momentum": 0.0},
        {"gradient_norm": 0.5},
        {"gradient_norm": 1e9},
        {"cosine": CosineSpecification(updates=6, minimum=0.01)},
    ],
)
def test_the_updates_are_those_of_gradient_descent(settings: dict[str, Any], batch: TrainingBatch) -> None:
    """A loop written out by hand, in float64, so that no rounding is amplified."""
    values = {"momentum": 0.9, "dampening": 0.0, "nesterov": False, "gradient_norm": None, "cosine": None, **settings}
    optimizer = OptimizerSpecification(learning_rate=0.05, weight_decay=0.01, **values)
    samples = TrainingBatch(
        torch.randn(8, 3, 8, 8, dtype=torch.float64),
        batch.labels,
        RepresentationLoss([torch.randn(8, 5, dtype=torch.float64) for _ in range(3)]),
    )
    network = _network(channels=2, cells=1).double()
    losses, velocities = [], [torch.zeros_like(parameter) for parameter in network.parameters()]
    parameters = list(network.parameters())
    for step in range(4):
        features, logits = network(samples.images)
        cross_entropy = -logits.log_softmax(1)[torch.arange(8), samples.labels].mean()
        loss = 0.7 * samples.representation(features)[0] + 0.3 * cross_entropy
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, parameters, materialize_grads=True)
        norm = torch.cat([gradient.flatten() for gradient in gradients]).norm().item()
        shortening = min(1, (values["gradient_norm"] or norm) / norm)
        cosine = values["cosine"]
        # From 0.05 at the first update to 0.01 at the sixth after it.
        rate = 0.03 + 0.02 * math.cos(math.pi * step / cosine.updates) if cosine else 0.05
        with torch.no_grad():
            for parameter, gradient, velocity in zip(parameters, gradients, velocities, strict=True):
                change = shortening * gradient + 0.01 * parameter
                velocity.mul_(values["momentum"]).add_(change * (1 if step == 0 else 1 - values["dampening"]))
                parameter -= rate * (change + values["momentum"] * velocity if values["nesterov"] else velocity)
    answer = train_on_batch(_network(channels=2, cells=1).double(), samples, optimizer, 4, 0.7)
    # torch shortens to a length that is smaller by a millionth of the norm.
    assert answer["curve"] == pytest.approx(losses, rel=1e-9 if values["gradient_norm"] is None else 1e-5)


def test_the_answer_holds_together(batch: TrainingBatch) -> None:
    answer = train_on_batch(_network(cells=1), batch, SGD, 5, 0.8)
    assert answer["steps"] == len(answer["curve"]) == 5
    assert answer["loss"] == answer["curve"][-1]
    composed = 0.8 * sum(1 - cka for cka in answer["cka"]) + 0.2 * answer["crossEntropy"]
    assert composed == pytest.approx(answer["loss"], rel=1e-5)


@pytest.mark.parametrize(("steps", "every", "points"), [(5, 1, 5), (41, 3, 14)])
def test_the_curve_of_cka_is_that_of_the_observations(
    steps: int, every: int, points: int, batch: TrainingBatch
) -> None:
    seen: list[Tensor] = []
    answer = train_on_batch(
        _network(cells=1), batch, SGD, steps, 0.8, on_observation=lambda observation: seen.append(observation.cka)
    )
    curve = answer["ckaCurve"]
    assert curve["every"] == every
    assert [len(stage) for stage in curve["stages"]] == [points] * 3
    expected = torch.stack(seen)[::every].T.tolist()
    for stage, values in zip(curve["stages"], expected, strict=True):
        assert stage == pytest.approx(values, abs=1e-4)


def test_more_steps_continue_the_same_curve(batch: TrainingBatch) -> None:
    short = train_on_batch(_network(cells=1), batch, SGD, 2, 0.8)["curve"]
    long = train_on_batch(_network(cells=1), batch, SGD, 4, 0.8)["curve"]
    assert long[:2] == short
    assert len(set(long)) == 4


def test_no_update_follows_the_last_loss(batch: TrainingBatch) -> None:
    network, untouched = _network(cells=1), _network(cells=1)
    train_on_batch(network, batch, SGD, 1, 0.8)
    for (name, parameter), (_, before) in zip(network.named_parameters(), untouched.named_parameters(), strict=True):
        assert torch.equal(parameter, before), name


def test_a_loss_that_explodes_ends_the_training(batch: TrainingBatch) -> None:
    fast = OptimizerSpecification(1e30, 0.9, 0.0, False, 0.0)
    answer = train_on_batch(_network(cells=1), batch, fast, 50, 0.8)
    assert answer["loss"] is None
    assert answer["curve"][-1] is None
    assert None not in answer["curve"][:-1]
    assert 1 < answer["steps"] == len(answer["curve"]) < 50


def test_a_network_that_carries_nothing_has_no_loss(batch: TrainingBatch) -> None:
    nothing = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
    answer = train_on_batch(_network(genotype=nothing, cells=1), batch, SGD, 9, 0.8)
    assert (answer["loss"], answer["steps"], answer["cka"]) == (None, 1, [None] * 3)
    assert answer["crossEntropy"] > 0
    assert answer["ckaCurve"]["stages"] == [[None]] * 3


def test_it_trains_with_batch_statistics(batch: TrainingBatch) -> None:
    network = _network(cells=1).eval()
    train_on_batch(network, batch, SGD, 2, 0.8)
    counts = [module.num_batches_tracked for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    assert {int(count) for count in counts if count is not None} == {2}
