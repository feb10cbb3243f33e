"""The Triton kernels of a stack, by Triton's interpreter on the CPU, beside plain torch. Skipped without Triton."""

import os

import pytest
import torch
from torch import Tensor

from rminas_sidecar.networks.nas_bench_201 import parse
from rminas_sidecar.networks.stacked import OperationTable
from rminas_sidecar.networks.stacked.layers import compute_cell
from support.genotypes import MIXED, ZEROS

pytest.importorskip("triton", reason="Triton is not installed; PyTorch's CUDA wheels install it")
os.environ.setdefault("TRITON_INTERPRET", "1")
from rminas_sidecar.networks.stacked.kernels.cell import compute_cell_by_kernels

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


def _run(compute: object, numbers: list[Tensor], table: OperationTable) -> list[Tensor]:
    """The output of the cell, and the gradients of its arguments."""
    arguments = [number.detach().requires_grad_() for number in numbers]
    output = compute(*arguments, table)  # type: ignore[operator]
    torch.manual_seed(4)
    # The same for a lane in any stack.
    direction = torch.randn(output.shape[1:])
    return [output.detach(), *torch.autograd.grad((output * direction).sum(), arguments)]


def test_kernels_compute_the_cell_and_its_gradients(numbers: list[Tensor]) -> None:
    table = _table(MIXED, ZEROS)
    expected = _run(compute_cell, [number.double() for number in numbers], table)
    for found, reference in zip(_run(compute_cell_by_kernels, numbers, table), expected, strict=True):
        torch.testing.assert_close(found, reference.float(), rtol=1e-4, atol=2e-5)


def test_a_lane_has_the_same_bits_alone_and_among_others(numbers: list[Tensor]) -> None:
    among = _run(compute_cell_by_kernels, numbers, _table(MIXED, ZEROS))
    alone = _run(compute_cell_by_kernels, [number[1:2] for number in numbers], _table(ZEROS))
    assert all(torch.equal(one[0], other[1]) for one, other in zip(alone, among, strict=True))
