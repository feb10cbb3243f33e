"""Candidates of other depths, widths and resolutions, with a teacher at full resolution."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from rminas_sidecar.data.datasets import DATASETS, find_dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.networks import build_network, nas_bench_201
from rminas_sidecar.specification import NetworkSpecification

Specify = Callable[..., dict[str, Any]]
GENOTYPE = nas_bench_201.EXAMPLE


def test_images_are_averaged_after_they_were_normalised() -> None:
    dataset = find_dataset("cifar10", 16, 10)
    generator = torch.Generator().manual_seed(1)
    # Squares of four equal pixels: whatever averages them finds their value, but at their edges.
    squares = torch.randint(256, (2, 3, 4, 4), generator=generator).float()
    images = squares.repeat_interleave(8, 2).repeat_interleave(8, 3)
    shrunk = dataset.shrink(images)
    assert shrunk.shape == (2, 3, 16, 16)
    inside = shrunk[:, :, 1::4, 1::4]
    torch.testing.assert_close(inside, squares)
    assert shrunk.mean().item() == pytest.approx(images.mean().item(), rel=0.01)
    whole = find_dataset("cifar10", 32, 10)
    assert whole.shrink(images) is images


@pytest.mark.parametrize("name", ["digits", "cifar10", "cifar100", "imagenet16-120"])
def test_small_images_can_be_made_smaller_and_not_larger(name: str) -> None:
    dataset = DATASETS[name]
    smaller = dataset.at(dataset.resolution // 2)
    assert (smaller.name, smaller.resolution) == (name, dataset.resolution // 2)
    with pytest.raises(SidecarError) as refused:
        dataset.at(dataset.resolution + 1)
    assert refused.value.code == "unsuitable-data"
    assert f"{dataset.resolution} or less" in refused.value.next_steps[0]


def test_the_batch_and_the_teacher_stay_what_they_are(specification: Specify, shipped: dict[str, None]) -> None:
    whole, small = (Session.prepare(specification(network={"resolution": side}), shipped, "cpu") for side in (8, 4))
    assert small.report() == whole.report()
    assert small._batch.images.shape == (16, 3, 4, 4)
    assert torch.equal(small._batch.labels, whole._batch.labels)
    evaluations = [session.evaluate(GENOTYPE, 3) for session in (whole, small)]
    # A classifier of 16 × 10 weights costs the same; all else is convolutions.
    classifier = 160 / 1e6
    assert evaluations[1]["flops"] - classifier == pytest.approx((evaluations[0]["flops"] - classifier) / 4)
    assert all(0 < cka < 1 for cka in evaluations[1]["cka"])


@pytest.mark.parametrize("cells", [1, 2, 5])
@pytest.mark.parametrize(("channels", "resolution"), [(4, 8), (6, 12)])
def test_features_are_those_after_each_stage(cells: int, channels: int, resolution: int) -> None:
    size = NetworkSpecification(channels=channels, cells=cells, classes=10, resolution=resolution)
    network = build_network("nas-bench-201", GENOTYPE, size)
    features, logits = network(torch.randn(3, 3, resolution, resolution))
    sides = [resolution, resolution // 2, resolution // 4]
    assert [tuple(it.shape) for it in features] == [
        (3, width * channels, side, side) for width, side in zip((1, 2, 4), sides, strict=True)
    ]
    assert logits.shape == (3, 10)
    # What a stage ends with is what the reduction behind it reads.
    reductions = [cell for cell in network.cells if isinstance(cell, nas_bench_201.Reduction)]  # type: ignore[union-attr]
    read: list[torch.Tensor] = []
    for reduction in reductions:
        reduction.register_forward_pre_hook(lambda _module, inputs: read.append(inputs[0]))
    again, _ = network(torch.randn(3, 3, resolution, resolution))
    assert len(read) == 2
    assert all(torch.equal(feature, entering) for feature, entering in zip(again, read, strict=False))


def test_verification_trains_and_measures_at_the_resolution(specification: Specify, shipped: dict[str, None]) -> None:
    sides: list[int] = []
    session = Session.prepare(specification(network={"resolution": 4}), shipped, "cpu")
    build = session._build

    def listen(genotype: str, seed: int) -> torch.nn.Module:
        network = build(genotype, seed)
        network.register_forward_pre_hook(lambda _module, inputs: sides.append(inputs[0].shape[-1]))
        return network

    object.__setattr__(session, "_build", listen)
    answer = session.verify(GENOTYPE, 3, 1, 256, 0.1, lambda *_: None)
    assert answer["heldOutImages"] == 360
    assert set(sides) == {4}


@pytest.mark.parametrize("resolution", [6, 30])
def test_a_resolution_that_cannot_be_halved_twice_is_refused(resolution: int) -> None:
    with pytest.raises(SidecarError) as refused:
        build_network("nas-bench-201", GENOTYPE, NetworkSpecification(4, 1, 10, resolution))
    assert refused.value.code == "unsuitable-data"
    assert f"divides, not {resolution}." in refused.value.message


@pytest.mark.parametrize("cells", [1, 2])
def test_real_images_at_half_their_resolution(cells: int, specification: Specify, real_cifar10: dict[str, str]) -> None:
    body = specification(
        dataset="cifar10",
        network={"cells": cells, "resolution": 16},
        teacher={"architecture": "resnet20", "mode": "eval"},
        optimizer={"learningRate": 0.02},
    )
    session = Session.prepare(body, real_cifar10, "cpu")
    # As good as it is on whole images.
    assert session.report()["batch"]["teacherAccuracy"] == 1
    evaluation = session.evaluate(GENOTYPE, 3)
    assert evaluation["curve"][-1] < evaluation["curve"][0]
    assert len(evaluation["cka"]) == 3
