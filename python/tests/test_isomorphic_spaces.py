"""The controller's canonical forms of the other spaces: isomorphic networks compute and train equally.

The pairs are written by the controller's side (`src/spaces`), whose own test holds them. Networks are compared in
float64 over a few steps of SGD: their logits, and the Gram matrices of their features, of which alone CKA is made.
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.networks import darts_genotype
from rminas_sidecar.networks.darts import CifarDartsNetwork
from rminas_sidecar.networks.darts_genotype import INPUTS, NODES, DartsEdge
from rminas_sidecar.networks.mb import MobileNetV3Network
from rminas_sidecar.networks.nas_bench_macro import NasBenchMacroNetwork

CLASSES, STEPS = 3, 2
Pair = tuple[str, str]
# New numbers of a cell's states by their old ones.
Numbers = Sequence[int]


def _pairs(space: str, kind: str) -> list[Pair]:
    fixture = Path(__file__).parent / "fixtures" / "space_isomorphic.json"
    return [cast(Pair, tuple(pair)) for pair in json.loads(fixture.read_text())[space][kind]]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _train(network: nn.Module, side: int) -> Tensor:
    """What is seen of the network before each step and after the last one."""
    torch.manual_seed(1)
    images = torch.randn(4, 3, side, side, dtype=torch.float64)
    labels = torch.arange(len(images)) % CLASSES
    optimizer = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9, weight_decay=0.01)
    seen = []
    for _ in range(STEPS + 1):
        features, logits = network(images)
        flat = [feature.flatten(1) for feature in features]
        grams = [x @ x.T / x.shape[1] for x in flat]
        seen.append(torch.cat([logits.flatten(), *(gram.flatten() for gram in grams)]).detach())
        optimizer.zero_grad()
        (functional.cross_entropy(logits, labels) + sum(gram.square().mean() for gram in grams)).backward()
        optimizer.step()
    return torch.stack(seen)


def _same(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one, other, rtol=1e-7, atol=1e-9)


def _build_darts(genotype: str) -> tuple[CifarDartsNetwork, darts_genotype.Genotype]:
    torch.manual_seed(0)
    network = CifarDartsNetwork(genotype, channels=2, cells=3, classes=CLASSES, resolution=8).double()
    return network, darts_genotype.parse(genotype)


def _renumbered(cell: Sequence[DartsEdge], other: Sequence[DartsEdge], numbers: Numbers) -> list[int] | None:
    """For each edge of a cell the same edge of the other one; None where some has none."""
    places = {(INPUTS + place // 2, edge): place for place, edge in enumerate(other)}
    wanted = [
        (numbers[INPUTS + place // 2], DartsEdge(edge.operation, numbers[edge.source]))
        for place, edge in enumerate(cell)
    ]
    return [places[edge] for edge in wanted] if all(edge in places for edge in wanted) else None


def _carry_over(network: CifarDartsNetwork, other: CifarDartsNetwork, edges: Sequence[int], numbers: Numbers) -> None:
    """Gives the other network the parameters of the first, edge by edge and with the channels of the outputs moved."""
    values = network.state_dict()
    moved = {}
    for name, value in values.items():
        room, *path = name.split(".")
        if room == "cells" and path[1] == "_ops":
            name = ".".join([room, path[0], "_ops", str(edges[int(path[2])]), *path[3:]])
        # What reads a cell's output: all but the first cell, and of the second only what reads the one before it.
        reads_cell = room == "classifier" or (
            room == "cells" and (path[0] > "1" or path[:2] == ["1", "preprocess1"]) and path[1].startswith("preprocess")
        )
        moved[name] = _move_inputs(value, numbers) if reads_cell and value.dim() > 1 else value
    other.load_state_dict(moved)


def _move_inputs(weight: Tensor, numbers: Numbers) -> Tensor:
    blocks = weight.chunk(NODES, dim=1)
    return torch.cat([blocks[numbers.index(node) - INPUTS] for node in range(INPUTS, INPUTS + NODES)], dim=1)


def _some_renumbering_makes_equal(pair: Pair) -> bool:
    (one, cells), (other, other_cells) = map(_build_darts, pair)
    orders = ([0, 1, *order] for order in itertools.permutations(range(INPUTS, INPUTS + NODES)))
    start = {name: value.clone() for name, value in one.state_dict().items()}
    trained = _train(one, 8)
    one.load_state_dict(start)
    for numbers in orders:
        edges = _renumbered(cells.normal, other_cells.normal, numbers)
        if edges is None:
            continue
        _carry_over(one, other, edges, numbers)
        if _same(_train(other, 8), trained):
            return True
    return False


@pytest.mark.parametrize("pair", _pairs("darts", "isomorphic"))
def test_renumbered_cells_are_one_architecture(pair: Pair) -> None:
    assert _some_renumbering_makes_equal(pair)


@pytest.mark.parametrize("pair", _pairs("darts", "different"))
def test_no_renumbering_makes_others_equal(pair: Pair) -> None:
    assert not _some_renumbering_makes_equal(pair)


def _equal_in_order(one: nn.Module, other: nn.Module, side: int) -> bool:
    """Whether the networks train alike when one has the other's parameters, in the order in which they stand."""
    values, others = one.state_dict().values(), other.state_dict().items()
    other.load_state_dict({name: value for (name, _), value in zip(others, values, strict=True)})
    return torch.equal(_train(one.double(), side), _train(other.double(), side))


@pytest.mark.parametrize("pair", _pairs("nas-bench-macro", "isomorphic"), ids=" = ".join)
def test_identities_may_stand_anywhere_behind_the_first_layer_of_a_stage(pair: Pair) -> None:
    one, other = (NasBenchMacroNetwork(genotype, channels=4, classes=CLASSES) for genotype in pair)
    assert _equal_in_order(one, other, 16)


@pytest.mark.parametrize("pair", _pairs("mb", "isomorphic"))
def test_blocks_left_out_may_stand_anywhere_behind_the_first_block_of_a_stage(pair: Pair) -> None:
    one, other = (MobileNetV3Network(genotype, classes=CLASSES) for genotype in pair)
    assert _equal_in_order(one, other, 32)
