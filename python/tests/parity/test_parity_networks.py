"""Networks, losses and gradients of both backends: the same state dicts, batches and seeds."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.backends.native import NativeBackend
from rminas_sidecar.backends.xnas import XnasBackend
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.evaluation.trainer import TrainingBatch, observe, train_on_batch
from rminas_sidecar.specification import NetworkSpecification, OptimizerSpecification, Specification

# Relative differences that are allowed at the first step and over eight.
AT_FIRST, OVER_EIGHT = 1e-5, 2e-3
STEPS = 8
BETA = 0.8
OPTIMIZER = OptimizerSpecification(0.025, 0.9, 0.0, False, 5e-4)


class Case(NamedTuple):
    """A network, and the images that it is trained on: so many, of so many pixels."""

    space: str
    size: NetworkSpecification
    printed: int
    """Which of the exported genotypes."""
    images: int
    resolution: int


def _cases(
    space: str, channels: int, cells: int, resolution: int, printed: Sequence[int], images: int = 8
) -> list[Case]:
    size = NetworkSpecification(channels, cells, 10, resolution)
    return [Case(space, size, number, images, resolution) for number in printed]


CASES = [
    *_cases("nas-bench-201", 4, 5, 32, [0], images=4),
    *_cases("nas-bench-201", 4, 5, 16, range(1, 6)),
    *_cases("nas-bench-201", 16, 5, 8, [6]),
    # Of other depths the original tells no features; here they are overheard.
    *_cases("nas-bench-201", 8, 1, 16, range(7, 11)),
    *_cases("nas-bench-201", 4, 2, 16, [11]),
    *_cases("darts", 4, 8, 32, [0], images=4),
    *_cases("darts", 4, 8, 16, range(1, 4), images=4),
    *_cases("darts", 3, 5, 16, [4, 5], images=4),
    *_cases("darts", 4, 4, 64, [6], images=4),
    *_cases("darts", 4, 3, 224, [7], images=2),
    *_cases("nas-bench-macro", 32, 1, 32, [0], images=4),
    *_cases("nas-bench-macro", 32, 1, 16, range(1, 4), images=4),
    *_cases("proxyless", 1, 1, 64, [0], images=2),
    *_cases("proxyless", 1, 1, 32, range(1, 4), images=4),
]


def _specification(case: Case) -> Specification:
    # Of which a backend reads the space and the size alone.
    nothing: Any = None
    return Specification(
        case.space, case.size, "cifar10", nothing, nothing, OPTIMIZER, STEPS, BETA, 1, "xnas", "plain", "float32"
    )


@pytest.fixture(params=CASES, ids=lambda case: f"{case.space}-{case.printed}-{case.resolution}")
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture
def genotype(case: Case, exported: dict[str, Any]) -> str:
    text: str = exported["spaces"][case.space]["printed"][case.printed][1]
    return text


@pytest.fixture
def batch(case: Case, golden_batch: dict[str, Tensor]) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Images, labels, and the teacher's features."""
    images = nn.functional.interpolate(golden_batch["x"][: case.images], size=case.resolution, mode="nearest")
    teacher = [golden_batch[f"teacher_{stage}"][: case.images] for stage in range(3)]
    return images, golden_batch["y"][: case.images], teacher


def _networks(case: Case, genotype: str) -> tuple[nn.Module, nn.Module]:
    """Ours with the original's state dict, and the original."""
    with seeded(case.printed):
        theirs = XnasBackend().build_network(_specification(case), genotype)
    ours = NativeBackend().build_network(_specification(case), genotype)
    state = {name.removeprefix("network."): tensor for name, tensor in theirs.state_dict().items()}
    ours.load_state_dict({name: state[name] for name in ours.state_dict()})
    return ours, theirs


def _batches(batch: tuple[Tensor, Tensor, list[Tensor]]) -> tuple[TrainingBatch, TrainingBatch]:
    images, labels, teacher = batch
    backends = (NativeBackend(), XnasBackend())
    ours, theirs = (backend.build_representation_loss(backend.reference(teacher)) for backend in backends)
    return TrainingBatch(images, labels, ours), TrainingBatch(images, labels, theirs)


def test_features_losses_and_gradients(
    case: Case, genotype: str, batch: tuple[Tensor, Tensor, list[Tensor]], comparisons: Any
) -> None:
    ours, theirs = _networks(case, genotype)
    our_batch, their_batch = _batches(batch)
    with deterministic_algorithms():
        (our_features, our_logits), (features, logits) = ours(our_batch.images), theirs(their_batch.images)
        for our_stage, stage in zip(our_features, features, strict=True):
            comparisons.close("features of a stage", our_stage.detach(), stage.detach(), AT_FIRST)
        comparisons.close("logits", our_logits.detach(), logits.detach(), AT_FIRST)
        for network, samples in ((ours, our_batch), (theirs, their_batch)):
            network.zero_grad()
            observation = observe(network, samples, BETA)
            observation.loss.backward()  # type: ignore[no-untyped-call]
            if network is ours:
                ours_first = observation
    comparisons.close("first loss", ours_first.loss.item(), observation.loss.item(), AT_FIRST)
    for our_cka, cka in zip(ours_first.cka, observation.cka, strict=True):
        comparisons.close("CKA of a stage", our_cka.item(), cka.item(), AT_FIRST)
    _compare_gradients(ours, theirs, comparisons)


def _compare_gradients(ours: nn.Module, theirs: nn.Module, comparisons: Any) -> None:
    gradients = {
        name.removeprefix("network."): torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        for name, parameter in theirs.named_parameters()
    }
    # A gradient that is nothing but rounding is compared with the largest one.
    least = 1e-6 * max(gradient.norm().item() for gradient in gradients.values())
    for name, parameter in ours.named_parameters():
        gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        comparisons.close("gradient of a parameter", gradient, gradients.pop(name), AT_FIRST, least)
    # Two names of one tensor, or blocks of other genotypes: what is only theirs has nothing to do with the loss.
    assert all(not gradient.any() for name, gradient in gradients.items())


def test_eight_steps(case: Case, genotype: str, batch: tuple[Tensor, Tensor, list[Tensor]], comparisons: Any) -> None:
    curves = []
    for network, samples in zip(_networks(case, genotype), _batches(batch), strict=True):
        with deterministic_algorithms():
            curves.append(train_on_batch(network, samples, OPTIMIZER, STEPS, BETA)["curve"])
    assert len(curves[1]) == STEPS
    for ours, theirs in zip(*curves, strict=True):
        comparisons.close("loss over eight steps", ours, theirs, OVER_EIGHT)


@pytest.mark.parametrize("space", ["nas-bench-201", "darts", "nas-bench-macro", "proxyless"])
def test_whole_evaluations(space: str, exported: dict[str, Any], comparisons: Any) -> None:
    """From the seed on: the session draws the batch, asks the teacher and draws the weights."""
    network = {"channels": 32 if space == "nas-bench-macro" else 4, "cells": 3, "classes": 10, "resolution": 8}
    specification = {
        "space": space,
        "network": network,
        "dataset": "digits",
        "batch": {"size": 8, "pool": 32, "selection": "lowest-teacher-loss"},
        "teacher": {"architecture": "digits-resnet", "mode": "train"},
        "optimizer": {"learningRate": 0.025, "momentum": 0.9, "dampening": 0, "nesterov": False, "weightDecay": 0.0005},
        "steps": STEPS,
        "beta": BETA,
        "seed": 5,
        "arithmetic": "plain",
        "precision": "float32",
    }
    ours, theirs = (
        Session.prepare({**specification, "backend": backend}, {"dataset": None, "teacher": None}, "cpu")
        for backend in ("native", "xnas")
    )
    comparisons.equal("batch of a session", ours.report(), theirs.report())
    for number, (_, genotype) in enumerate(exported["spaces"][space]["printed"][12:14]):
        our_answer, answer = ours.evaluate(genotype, number), theirs.evaluate(genotype, number)
        for our_loss, loss in zip(our_answer["curve"], answer["curve"], strict=True):
            comparisons.close("loss of an evaluation", our_loss, loss, OVER_EIGHT)
        for our_cka, cka in zip(our_answer["cka"], answer["cka"], strict=True):
            comparisons.close("CKA of an evaluation", our_cka, cka, OVER_EIGHT)


def test_a_cell_that_carries_nothing_has_no_loss_in_either(comparisons: Any) -> None:
    nothing = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
    case = Case("nas-bench-201", NetworkSpecification(4, 5, 10, 8), 0, 8, 8)
    images, labels = torch.randn(8, 3, 8, 8), torch.arange(8)
    teacher = [torch.randn(8, 4) for _ in range(3)]
    answers = [
        train_on_batch(network, samples, OPTIMIZER, STEPS, BETA)
        for network, samples in zip(_networks(case, nothing), _batches((images, labels, teacher)), strict=True)
    ]
    assert answers[0]["curve"] == [None]
    comparisons.equal("loss that is none", answers[0]["curve"], answers[1]["curve"])
