"""The controller's canonical forms: isomorphic cells compute and train equally, and others do not.

The pairs are written by the controller's side (`src/spaces/nas-bench-201-canonical.ts`), whose own test holds them.
Cells are compared in float64 over a few steps of SGD, under every assignment of one cell's convolutions to the
other's, so that nothing of the controller's reasoning is repeated here.
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
import torch
from torch import Tensor

from rminas_sidecar.networks.nas_bench_201 import Cell, ReluConvNorm, parse, relevant

CHANNELS, STEPS = 3, 3
Pair = tuple[str, str]


def _pairs(kind: str) -> list[Pair]:
    fixture = Path(__file__).parent / "fixtures" / "nas_bench_201_isomorphic.json"
    return [cast(Pair, tuple(pair)) for pair in json.loads(fixture.read_text())[kind]]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _cell(genotype: str) -> tuple[Cell, list[ReluConvNorm]]:
    """A cell with random parameters, biases too, and those of its convolutions that its output depends on."""
    edges = parse(genotype)
    cell = Cell(edges, CHANNELS).double()
    for parameter in cell.parameters():
        torch.nn.init.uniform_(parameter, 0.2, 1.0)
    live = [layer for layer, used in zip(cell.layers, relevant(edges), strict=True) if used]
    return cell, [layer for layer in live if isinstance(layer, ReluConvNorm)]


def _copy(source: ReluConvNorm, target: ReluConvNorm) -> None:
    """Copies the parameters; kernels of different sizes stay as they are, which must not matter where it is allowed."""
    with torch.no_grad():
        for name, parameter in target.named_parameters():
            value = source.get_parameter(name)
            if value.shape == parameter.shape:
                parameter.copy_(value)


def _train(cell: Cell, image: Tensor, direction: Tensor) -> Tensor:
    """Outputs of the cell before each step and after the last one."""
    parameters = list(cell.parameters())
    optimizer = torch.optim.SGD(parameters, 0.1, momentum=0.9, weight_decay=0.01) if parameters else None
    outputs = []
    for _ in range(STEPS):
        output = cell(image)
        outputs.append(output.detach())
        if optimizer is not None and output.requires_grad:
            optimizer.zero_grad()
            (output * direction + output**2).mean().backward()
            optimizer.step()
    return torch.stack([*outputs, cell(image).detach()])


def _same(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one, other, rtol=1e-8, atol=1e-8)


def _equal(pair: Pair) -> bool:
    """Whether some assignment of the convolutions makes the cells equal in every step."""
    torch.manual_seed(0)
    image, direction = torch.randn(2, 4, CHANNELS, 5, 5, dtype=torch.float64)
    (one, ones), (other, others) = (_cell(genotype) for genotype in pair)
    if len(ones) != len(others):
        return False
    start = {name: value.clone() for name, value in one.state_dict().items()}
    trained = _train(one, image, direction)
    one.load_state_dict(start)

    def assigned(order: Sequence[ReluConvNorm]) -> bool:
        for source, target in zip(ones, order, strict=True):
            _copy(source, target)
        return _same(_train(other, image, direction), trained)

    return any(assigned(order) for order in itertools.permutations(others))


@pytest.mark.parametrize("pair", _pairs("isomorphic"), ids=" = ".join)
def test_isomorphic_cells_are_equal_in_every_step(pair: Pair) -> None:
    assert _equal(pair)


@pytest.mark.parametrize("pair", _pairs("different"), ids=" , ".join)
def test_others_are_not(pair: Pair) -> None:
    assert not _equal(pair)
