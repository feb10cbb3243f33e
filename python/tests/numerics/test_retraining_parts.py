"""The parts of a retraining: schedules, cutout, batches, images and loss."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from rminas_sidecar.data.cutout import cut_out
from rminas_sidecar.data.datasets import CIFAR10, CIFAR100, DATASETS
from rminas_sidecar.data.images import StoredImages
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.retraining.images import (
    RetrainingImages,
    count_batches,
    read_images,
    split_into_batches,
    training_batches,
)
from rminas_sidecar.retraining.network import build_trainee, count_parameters, set_drop_path, training_loss
from rminas_sidecar.retraining.recipe import Retraining
from rminas_sidecar.retraining.schedule import Schedule, Warmup, drop_path_probability, learning_rate
from support.tiny_data import write_cifar100

Build = Callable[..., dict[str, Any]]
Scheduler = Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler]
NO_WARMUP = Warmup(0, 1.0)


def _rates(schedule: Schedule, base: float, epochs: int) -> list[float]:
    return [learning_rate(schedule, base, epoch, epochs) for epoch in range(epochs)]


@pytest.mark.parametrize(
    ("schedule", "scheduler"),
    [
        (
            Schedule("cosine", NO_WARMUP, minimum=1e-3),
            lambda sgd: torch.optim.lr_scheduler.CosineAnnealingLR(sgd, T_max=30, eta_min=1e-3),
        ),
        (
            Schedule("step", NO_WARMUP, milestones=(5, 20), factor=0.1),
            lambda sgd: torch.optim.lr_scheduler.MultiStepLR(sgd, [5, 20], gamma=0.1),
        ),
        (
            Schedule("exponential", NO_WARMUP, factor=0.97),
            lambda sgd: torch.optim.lr_scheduler.StepLR(sgd, 1, gamma=0.97),
        ),
    ],
    ids=lambda value: value.policy if isinstance(value, Schedule) else "",
)
def test_learning_rates_are_those_of_torch(schedule: Schedule, scheduler: Scheduler) -> None:
    sgd = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.025)
    reference = scheduler(sgd)
    expected = []
    for _ in range(30):
        expected.append(reference.get_last_lr()[0])
        sgd.step()
        reference.step()
    assert _rates(schedule, 0.025, 30) == pytest.approx(expected, rel=1e-9)


def test_the_linear_schedule_is_that_of_250_epochs_on_imagenet() -> None:
    rates = _rates(Schedule("linear", NO_WARMUP), 0.5, 250)
    assert rates[0] == 0.5
    assert rates[:245] == pytest.approx([0.5 * (245 - epoch) / 245 for epoch in range(245)])
    assert rates[245:] == pytest.approx([0.5 * left / (245 * 5) for left in (5, 4, 3, 2, 1)])


@pytest.mark.parametrize("epochs", [1, 2, 5, 9, 10, 49, 50, 51])
@pytest.mark.parametrize("policy", ["linear", "cosine"])
def test_short_schedules_fall_and_stay_above_zero(policy: Any, epochs: int) -> None:
    rates = _rates(Schedule(policy, NO_WARMUP), 0.1, epochs)
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == pytest.approx(0.1)
    assert rates[-1] > 0


def test_the_warmup_grows_to_the_whole() -> None:
    linear = _rates(Schedule("linear", NO_WARMUP), 0.5, 250)
    warm = _rates(Schedule("linear", Warmup(4, 0.2)), 0.5, 250)
    assert [a / b for a, b in zip(warm[:6], linear[:6], strict=True)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1, 1])


def test_drop_path_grows_in_proportion_to_the_epochs() -> None:
    probabilities = [drop_path_probability(0.2, epoch, 600) for epoch in (0, 1, 300, 599)]
    assert probabilities == pytest.approx([0, 0.2 / 600, 0.1, 0.2 * 599 / 600])


@pytest.mark.parametrize("side", [1, 2, 5, 8, 16, 40])
def test_cutout_against_a_loop_over_pixels(side: int) -> None:
    images = torch.rand(50, 3, 9, 12) + 1
    before = images.clone()
    found = cut_out(images, side, torch.Generator().manual_seed(4))
    generator = torch.Generator().manual_seed(4)
    rows, columns = torch.randint(9, (50,), generator=generator), torch.randint(12, (50,), generator=generator)
    expected = images.clone()
    for image, row, column in zip(expected, rows.tolist(), columns.tolist(), strict=True):
        top, bottom = np.clip([row - side // 2, row + side // 2], 0, 9)
        left, right = np.clip([column - side // 2, column + side // 2], 0, 12)
        image[:, top:bottom, left:right] = 0
    assert torch.equal(found, expected)
    assert torch.equal(images, before)


def test_cutout_of_nothing_draws_nothing() -> None:
    generator = torch.Generator().manual_seed(4)
    images = torch.rand(5, 3, 8, 8)
    assert cut_out(images, 0, generator) is images
    assert torch.equal(generator.get_state(), torch.Generator().manual_seed(4).get_state())


@pytest.mark.parametrize(
    ("images", "size", "lengths"),
    [(10, 4, [4, 4, 2]), (8, 4, [4, 4]), (9, 4, [4, 5]), (3, 4, [3]), (1, 4, [1]), (5, 2, [2, 3])],
)
def test_batches_hold_every_image_once_and_never_one_alone(images: int, size: int, lengths: list[int]) -> None:
    order = torch.randperm(images)
    parts = split_into_batches(order, size)
    assert [len(part) for part in parts] == lengths
    assert torch.equal(torch.cat(parts), order)
    assert count_batches(images, size) == len(lengths)


def _numbered(count: int) -> RetrainingImages:
    """Images that tell their number: by the label, and by every pixel."""
    digits = DATASETS["digits"]
    pixels = torch.arange(count, dtype=torch.uint8)[:, None, None, None].expand(count, 3, 8, 8)
    stored = digits.read_training(None)
    assert isinstance(stored, StoredImages)
    images = replace(stored, pixels=pixels, labels=torch.arange(count))
    return RetrainingImages(replace(digits, mean=(0, 0, 0), deviation=(1, 1, 1), brightest=1.0), images, images)


def test_the_batches_of_an_epoch(retraining: Build) -> None:
    plan = Retraining.from_dict(retraining(recipe={"batchSize": 12, "cutout": 0}), 1)
    images = _numbered(40)

    def epoch(number: int, seed: int = 1) -> list[list[int]]:
        batches = list(training_batches(images, replace(plan, seed=seed), number))
        for pixels, labels in batches:
            # What is no black border is the image's own number.
            assert torch.equal(pixels.amax((1, 2, 3)), labels.float())
        return [labels.tolist() for _, labels in batches]

    first = epoch(0)
    assert [len(batch) for batch in first] == [12, 12, 12, 4]
    assert sorted(number for batch in first for number in batch) == list(range(40))
    assert epoch(0) == first
    assert epoch(1) != first
    assert epoch(0, seed=2) != first


def test_a_failure_while_the_next_batch_is_made_is_the_caller_s(retraining: Build) -> None:
    images = _numbered(40)

    class Broken(StoredImages):
        def augmented(self, chosen: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
            raise SidecarError("corrupt-file", "half an image")

    assert isinstance(images.training, StoredImages)
    broken = replace(images, training=Broken(*vars(images.training).values()))
    with pytest.raises(SidecarError, match="half an image"):
        list(training_batches(broken, Retraining.from_dict(retraining(), 1), 0))


def test_cifar_10_is_normalised_by_its_own_statistics(retraining: Build, real_data: Path) -> None:
    plan = Retraining.from_dict(retraining(dataset="cifar10", network={"resolution": 32}), 1)
    images = read_images(plan, real_data / "cifar-10-batches-py")
    assert images.dataset.mean == (0.49139968, 0.48215827, 0.44653124) != CIFAR10.mean
    normal = images.dataset.normalise(images.training.plain(torch.arange(2000)))
    assert normal.mean((0, 2, 3)).tolist() == pytest.approx([0, 0, 0], abs=0.03)
    assert normal.std((0, 2, 3)).tolist() == pytest.approx([1, 1, 1], abs=0.03)


def test_cifar_100_is_not_turned(retraining: Build, tmp_path: Path) -> None:
    write_cifar100(tmp_path, 20, 0)
    plan = Retraining.from_dict(retraining(dataset="cifar100", network={"resolution": 32, "classes": 100}), 1)
    training = read_images(plan, tmp_path).training
    assert isinstance(training, StoredImages)
    searched = CIFAR100.read_training(tmp_path)
    assert isinstance(searched, StoredImages)
    assert (training.augmentation.rotation, searched.augmentation.rotation) == (0, 15)
    assert training.augmentation.flips and training.augmentation.padding == 4


def test_the_loss_of_darts(retraining: Build, darts: Build) -> None:
    body = retraining(**darts(auxiliaryWeight=0.4, labelSmoothing=0.1))
    plan = Retraining.from_dict(body, 1)
    network = build_trainee(plan).train()
    images, labels = torch.rand(6, 3, 8, 8), torch.arange(6)
    logits, auxiliary = network.forward_with_auxiliary(images)

    def smoothed(values: torch.Tensor) -> torch.Tensor:
        targets = 0.9 * functional.one_hot(labels, 10) + 0.1 / 10
        return -(targets * functional.log_softmax(values, 1)).mean(0).sum()

    expected = smoothed(logits) + 0.4 * smoothed(auxiliary)
    assert training_loss(network, images, labels, plan.recipe).item() == pytest.approx(expected.item(), rel=1e-6)
    alone = build_trainee(Retraining.from_dict(retraining(**darts(auxiliaryWeight=0)), 1))
    assert count_parameters(alone) == count_parameters(network) == sum(p.numel() for p in alone.parameters())
    assert sum(p.numel() for p in network.parameters()) > count_parameters(network)


def test_drop_path_reaches_the_cells(retraining: Build, darts: Build) -> None:
    plan = Retraining.from_dict(retraining(**darts()), 1)
    network = build_trainee(plan).train()
    images = torch.rand(64, 3, 8, 8)

    def features(probability: float) -> torch.Tensor:
        set_drop_path(network, probability)
        torch.manual_seed(0)
        with torch.no_grad():
            stages: list[torch.Tensor] = network(images)[0]
        return stages[0]

    whole, dropped = features(0.0), features(0.5)
    assert not torch.equal(whole, dropped)
    assert torch.equal(features(0.5), dropped)
    network.eval()
    assert torch.equal(features(0.5), features(0.0))


@pytest.mark.parametrize("field", ["dropPath", "auxiliaryWeight"])
def test_networks_without_drop_path_and_auxiliary_head_refuse_them(retraining: Build, field: str) -> None:
    with pytest.raises(SidecarError) as error:
        build_trainee(Retraining.from_dict(retraining(recipe={field: 0.2}), 1))
    assert error.value.code == "invalid-message"
    assert "nas-bench-201" in error.value.message


@pytest.mark.parametrize(("genotype", "parameters"), [("02012100", 890_666), ("11111221", 2_181_386)])
def test_networks_of_nas_bench_macro_have_the_published_size(retraining: Build, genotype: str, parameters: int) -> None:
    size = {"channels": 32, "cells": 8, "classes": 10, "resolution": 32}
    body = {**retraining(), "space": "nas-bench-macro", "genotype": genotype, "network": size, "dataset": "cifar10"}
    assert count_parameters(build_trainee(Retraining.from_dict(body, 1))) == parameters


def test_the_published_network_has_the_published_size(retraining: Build, darts: Build) -> None:
    size = {"channels": 36, "cells": 20, "classes": 10, "resolution": 32}
    plan = Retraining.from_dict({**retraining(**darts()), "network": size, "dataset": "cifar10"}, 1)
    # Section 3.3 of DARTS tells 3.3 M of its second-order cell.
    assert math.isclose(count_parameters(build_trainee(plan)) / 1e6, 3.35, rel_tol=0.05)
