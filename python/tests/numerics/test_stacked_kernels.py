"""The Triton kernels of a stack, by Triton's interpreter on the CPU, beside plain torch. Skipped without Triton."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from rminas_sidecar.evaluation.stacked import StackedTrainings
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE, parse
from rminas_sidecar.networks.stacked import OperationTable
from rminas_sidecar.networks.stacked.kernels import choice
from rminas_sidecar.networks.stacked.layers import compute_cell, convolve_and_normalise, normalise
from rminas_sidecar.objective.observation import TrainingBatch
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.specification import Specification
from support.genotypes import MIXED, ZEROS

# Triton's own functions read it when they are imported.
os.environ.setdefault("TRITON_INTERPRET", "1")
pytest.importorskip("triton", reason="Triton is not installed; PyTorch's CUDA wheels install it")
from rminas_sidecar.networks.stacked.kernels.cell import compute_cell_by_kernels
from rminas_sidecar.networks.stacked.kernels.layer import convolve_and_normalise_by_kernels, normalise_by_kernels

pytestmark = pytest.mark.skipif(
    os.environ["TRITON_INTERPRET"] != "1", reason="TRITON_INTERPRET asks for compiled kernels"
)
LANES, BATCH, SIDE, CHANNELS = 3, 2, 6, 5
"""The last lane is empty. The last tile of pixels is not full, and neither is a block of channels."""


@pytest.fixture
def numbers() -> list[Tensor]:
    """Images, weights and norms of the lanes, with a gap between the parameters of two lanes."""
    torch.manual_seed(3)
    images = torch.randn(LANES, BATCH, SIDE, SIDE, CHANNELS)
    size = 6 * 9 * CHANNELS * CHANNELS
    weights = 0.3 * torch.randn(LANES, size + 7)[:, :size].view(LANES, 6, 9 * CHANNELS, CHANNELS)
    norms = torch.randn(LANES, 6 * 2 * CHANNELS + 3)[:, : 6 * 2 * CHANNELS].view(LANES, 6, 2, CHANNELS)
    return [images, weights, norms]


def _table(*genotypes: str) -> OperationTable:
    table = OperationTable(LANES, torch.device("cpu"))
    for lane, genotype in enumerate(genotypes):
        table.place(lane, parse(genotype))
    return table


def _run(compute: Callable[..., Tensor], numbers: list[Tensor]) -> list[Tensor]:
    """The output of a layer, and the gradients of its arguments."""
    arguments = [number.detach().requires_grad_() for number in numbers]
    output = compute(*arguments)
    torch.manual_seed(4)
    # The same for a lane in any stack.
    direction = torch.randn(output.shape[1:])
    return [output.detach(), *torch.autograd.grad((output * direction).sum(), arguments)]


def _assert_close(found: list[Tensor], expected: list[Tensor]) -> None:
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other.float(), rtol=1e-4, atol=2e-5)


def test_kernels_compute_the_cell_and_its_gradients(numbers: list[Tensor]) -> None:
    table = _table(MIXED, ZEROS)
    expected = _run(partial(compute_cell, table=table), [number.double() for number in numbers])
    _assert_close(_run(partial(compute_cell_by_kernels, table=table), numbers), expected)


def test_a_lane_has_the_same_bits_alone_and_among_others(numbers: list[Tensor]) -> None:
    among = _run(partial(compute_cell_by_kernels, table=_table(MIXED, ZEROS)), numbers)
    alone = _run(partial(compute_cell_by_kernels, table=_table(ZEROS)), [number[1:2] for number in numbers])
    assert all(torch.equal(one[0], other[1]) for one, other in zip(alone, among, strict=True))


def _layer_numbers(outputs: int) -> list[Tensor]:
    """Images, weights and norms of a convolution, with a gap between the parameters of two lanes."""
    torch.manual_seed(5)
    images = torch.randn(LANES, BATCH, SIDE, SIDE, CHANNELS)
    rows = 9 * CHANNELS
    weights = 0.3 * torch.randn(LANES, rows * outputs + 7)[:, : rows * outputs].view(LANES, rows, outputs)
    norms = torch.randn(LANES, 2 * outputs + 3)[:, : 2 * outputs].view(LANES, 2, outputs)
    return [images, weights, norms]


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("rectified", [False, True])
def test_kernels_compute_a_convolution_and_its_gradients(stride: int, rectified: bool) -> None:
    numbers = _layer_numbers(outputs=18)
    options = {"stride": stride, "rectified": rectified}
    expected = _run(partial(convolve_and_normalise, **options), [number.double() for number in numbers])
    among = _run(partial(convolve_and_normalise_by_kernels, **options), numbers)
    _assert_close(among, expected)
    alone = _run(partial(convolve_and_normalise_by_kernels, **options), [number[1:2] for number in numbers])
    assert all(torch.equal(one[0], other[1]) for one, other in zip(alone, among, strict=True))


def test_lanes_may_share_the_images_of_a_convolution() -> None:
    images, *parameters = _layer_numbers(outputs=4)
    shared = images[:1].expand_as(images)
    compute = partial(convolve_and_normalise_by_kernels, rectified=False)
    found = _run(partial(compute, shared), parameters)
    apart = _run(partial(compute, shared.contiguous()), parameters)
    assert all(torch.equal(one, other) for one, other in zip(found, apart, strict=True))


def test_kernels_compute_a_normalisation_and_its_gradients() -> None:
    images, _, norms = _layer_numbers(outputs=CHANNELS)
    among = _run(normalise_by_kernels, [images, norms])
    _assert_close(among, _run(normalise, [images.double(), norms.double()]))
    alone = _run(normalise_by_kernels, [images[1:2], norms[1:2]])
    assert all(torch.equal(one[0], other[1]) for one, other in zip(alone, among, strict=True))


def test_a_training_by_kernels_is_that_of_plain_torch(
    specification: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = Specification.from_dict(specification(arithmetic="stacked", network={"channels": 2}))
    torch.manual_seed(6)
    features = RepresentationLoss([torch.randn(4, 20) for _ in range(3)])
    batch = TrainingBatch(torch.randn(4, 3, 8, 8), torch.randint(10, (4,)), features)

    def losses() -> list[list[float]]:
        trainings = StackedTrainings(spec, batch, 2)
        for lane, genotype in enumerate([MIXED, EXAMPLE]):
            trainings.begin(lane, trainings.draw(genotype, 7))
        found = []
        for _ in range(3):
            trainings.start_step()
            found.append([observation.loss.item() for observation in trainings.observe()])
        return found

    expected = losses()
    monkeypatch.setattr(choice, "has_kernels", lambda *_: True)
    assert losses() == [pytest.approx(them, rel=1e-4) for them in expected]


@pytest.mark.parametrize("precision", ["float32", "tf32"])
def test_kernels_compile_for_a_gpu_and_fit_into_its_registers(precision: str) -> None:
    """The network of the paper on a Hopper GPU, which need not be there."""
    tests = Path(__file__).parents[1]
    environment = {**os.environ, "TRITON_INTERPRET": "0", "PYTHONPATH": os.pathsep.join([str(tests), *sys.path])}
    command = [sys.executable, "-m", "support.kernel_resources", "16", "32", "32", precision]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    reports = [json.loads(line) for line in printed.splitlines()]
    assert {report["channels"] for report in reports} == {16, 32, 64}
    # A few bytes more or less are up to the compiler; a tile that does not fit spills hundreds.
    assert max(report["spilled"] for report in reports) <= 32
    # As much shared memory as leaves room for two programs on a multiprocessor.
    assert max(report["shared"] for report in reports) <= 227 * 1024 // 2
