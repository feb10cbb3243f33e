"""Trainings side by side are the trainings one by one, and a lane does not depend on the other lanes."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest
import torch

from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.evaluation.stacked import StackedTrainings
from rminas_sidecar.evaluation.trainer import train_on_batch
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE, NasBench201Network
from rminas_sidecar.networks.stacked.kernels import has_kernels
from rminas_sidecar.objective.observation import Observation, TrainingBatch
from rminas_sidecar.objective.rmi import Gram, RepresentationLoss
from rminas_sidecar.specification import Specification
from support.genotypes import MIXED, ZEROS

Build = Callable[..., dict[str, Any]]
USELESS = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
NOTHING = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
ARCHITECTURES = {0: (EXAMPLE, 11), 1: (MIXED, 12), 2: (ZEROS, 13), 3: (USELESS, 14)}
"""Genotype and seed of each lane."""
STEPS = 5


@pytest.fixture(scope="module")
def batch() -> TrainingBatch:
    """Random images, and the random features of a teacher, in float64."""
    numbers = torch.Generator().manual_seed(1)
    images = torch.randn(6, 3, 8, 8, generator=numbers, dtype=torch.float64)
    teacher = RepresentationLoss([torch.randn(6, 20, generator=numbers, dtype=torch.float64) for _ in range(3)])
    return TrainingBatch(images, torch.randint(10, (6,), generator=numbers), teacher)


@pytest.fixture(scope="module")
def float_batch(batch: TrainingBatch) -> TrainingBatch:
    references = batch.representation.references  # type: ignore[attr-defined]
    teacher = RepresentationLoss.with_references([Gram(centred.float(), norm.float()) for centred, norm in references])
    return TrainingBatch(batch.images.float(), batch.labels, teacher)


@pytest.fixture
def specify(specification: Build) -> Callable[..., Specification]:
    """The specification of these networks, with changes of the optimiser."""
    return lambda **optimizer: Specification.from_dict(specification(arithmetic="stacked", optimizer=optimizer))


def _curves(trainings: StackedTrainings, lanes: dict[int, tuple[str, int]], steps: int) -> dict[int, list[list[float]]]:
    """What each lane observes: loss, cross entropy and the CKA of the stages."""
    for lane, (genotype, seed) in lanes.items():
        trainings.begin(lane, trainings.draw(genotype, seed))
    curves: dict[int, list[list[float]]] = {lane: [] for lane in lanes}
    with deterministic_algorithms():
        for _ in range(steps):
            trainings.start_step()
            observations = trainings.observe()
            for lane in lanes:
                curves[lane].append(_numbers(observations[lane]))
    return curves


def _numbers(it: Observation) -> list[float]:
    return [it.loss.item(), it.cross_entropy.item(), *it.cka.tolist()]


@pytest.mark.parametrize(
    "optimizer",
    [
        {"nesterov": True},
        {"dampening": 0.3, "gradientNorm": 0.5},
        {"momentum": 0, "cosine": {"updates": STEPS, "minimum": 0.001}},
    ],
)
def test_trainings_are_those_of_separate_networks(
    optimizer: dict[str, Any], specify: Callable[..., Specification], batch: TrainingBatch
) -> None:
    spec = specify(**optimizer)
    stacked = _curves(StackedTrainings(spec, batch, 4, torch.float64), ARCHITECTURES, STEPS)
    for lane, (genotype, seed) in ARCHITECTURES.items():
        with seeded(seed):
            network = NasBench201Network(genotype, spec.network.channels, spec.network.cells, 10).double()
        alone: list[list[float]] = []
        train_on_batch(
            network,
            batch,
            spec.optimizer,
            STEPS,
            spec.beta,
            on_observation=lambda it, seen=alone: seen.append(_numbers(it)),
        )
        assert stacked[lane] == [pytest.approx(observed, rel=1e-9) for observed in alone]


def test_a_lane_has_the_same_bits_alone_and_among_others(
    specify: Callable[..., Specification], float_batch: TrainingBatch
) -> None:
    spec = specify(nesterov=True, gradientNorm=5)
    among = _curves(StackedTrainings(spec, float_batch, 4), ARCHITECTURES, 3)
    for lane, architecture in ARCHITECTURES.items():
        assert _curves(StackedTrainings(spec, float_batch, 1), {0: architecture}, 3)[0] == among[lane]


def test_a_lane_that_is_emptied_and_filled_again_disturbs_no_other(
    specify: Callable[..., Specification], float_batch: TrainingBatch
) -> None:
    spec = specify()

    def curve(genotype: str) -> list[list[float]]:
        return _curves(StackedTrainings(spec, float_batch, 1), {0: (genotype, 7)}, 5)[0]

    trainings = StackedTrainings(spec, float_batch, 3)
    before = _curves(trainings, {0: (EXAMPLE, 7), 2: (MIXED, 7)}, 2)
    trainings.end(2)
    after = _curves(trainings, {1: (NOTHING, 7), 2: (USELESS, 7)}, 2)
    assert before[2] == curve(MIXED)[:2]
    assert after[2] == curve(USELESS)[:2]
    trainings.end(1)
    trainings.end(2)
    with deterministic_algorithms():
        trainings.start_step()
        fifth = trainings.observe()[0].loss.item()
    whole = curve(EXAMPLE)
    assert (before[0], fifth) == (whole[:2], whole[4][0])


def test_one_recorded_step_serves_every_stack(
    specify: Callable[..., Specification], float_batch: TrainingBatch
) -> None:
    """A recorder that repeats the function itself: everything that differs between steps is prepared outside of it."""
    calls: list[str] = []

    class Notebook:
        def rehearse(self, step: Callable[[], None]) -> None:
            calls.append("rehearse")
            step()

        def record(self, step: Callable[[], None]) -> Callable[[], None]:
            calls.append("record")
            return step

    spec = specify(dampening=0.3, cosine={"updates": 9, "minimum": 0.001})
    trainings = StackedTrainings(spec, float_batch, 2, recorder=Notebook())
    _curves(trainings, {0: (EXAMPLE, 7)}, 2)
    joined = _curves(trainings, {1: (MIXED, 7)}, 3)[1]
    assert joined == _curves(StackedTrainings(spec, float_batch, 1), {0: (MIXED, 7)}, 3)[0]
    assert calls == ["rehearse", "record"]


def test_kernels_compute_networks_that_fit_into_the_memory_of_every_gpu() -> None:
    cuda = torch.device("cuda")
    assert has_kernels(cuda, 64) == (find_spec("triton") is not None)
    assert not has_kernels(cuda, 128)
    assert not has_kernels(torch.device("cpu"), 64)
