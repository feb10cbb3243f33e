"""Supernets and readers of genotypes beside the originals, by numbers that `scripts/golden_supernets.py` wrote."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.backends.xnas import find_xnas
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.darts_genotype import parse_relaxed
from rminas_sidecar.networks.flops import count_multiply_adds
from rminas_sidecar.networks.registry import build_network
from rminas_sidecar.specification import NetworkSpecification
from rminas_sidecar.supernets import darts, nas_bench_201
from rminas_sidecar.supernets.catalogue import METHODS, build_method
from rminas_sidecar.supernets.methods import gdas, snas
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.system.importing import import_file
from support.golden import GOLDEN
from support.supernets import draw_alpha, draw_images, fill_parameters

CONTENT = json.loads((GOLDEN / "supernets.json").read_text(encoding="utf-8"))
GOLDEN_PROGRAM = Path(__file__).parents[3] / "scripts/golden_supernets.py"
SIZE = NetworkSpecification(channels=8, cells=1, classes=10, resolution=16)
KINDS = {"nas-bench-201": nas_bench_201.NasBench201Supernet, "darts": darts.DartsSupernet}
ALPHA = {"nas-bench-201": (6, 5, 1), "darts": (28, 8, 2)}


def _method(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The method with the weights, architecture parameters and noise of a golden case, in float64."""
    size = NetworkSpecification(channels=8, cells=case["cells"], classes=10, resolution=16)
    supernet = KINDS[case["space"]](size, case["operations"], case.get("share", 1)).double()
    fill_parameters(supernet)
    options = {"firstTemperature": case.get("temperature", 1), "addsOthers": True, "dropPath": 0.0, "frozenEpochs": 0}
    method = METHODS[case["method"]](supernet, options).double()
    if "noise" in case:
        noise = torch.tensor(case["noise"], dtype=torch.float64)
        for module in (gdas, snas):
            monkeypatch.setattr(module, "draw_gumbel", lambda _: noise)
    with torch.no_grad():
        if method.alpha is not None:
            method.alpha.copy_(draw_alpha(*ALPHA[case["space"]]))
        if case["method"] == "pc-darts":
            method.beta.copy_(draw_alpha(28, 1, 5)[:, 0])
    return method


@pytest.mark.parametrize("case", CONTENT["forward"], ids=lambda case: f"{case['space']} {case['method']}")
def test_a_forward_pass_is_that_of_xnas(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    method = _method(case, monkeypatch)
    mixture = Mixture(chosen=case["path"]) if "path" in case else method.relax()
    logits = method.supernet(draw_images(), mixture)
    torch.testing.assert_close(logits, torch.tensor(case["logits"], dtype=torch.float64), rtol=1e-5, atol=1e-5)


def test_the_golden_forward_passes_are_those_of_the_given_xnas() -> None:
    if find_xnas() is None:
        pytest.skip("XNAS cannot be imported: XNAS_HOME names no checkout of it")
    program = import_file(GOLDEN_PROGRAM)
    random.seed(0)
    for case, expected in zip([*program.nas_bench_201(), *program.darts()], CONTENT["forward"], strict=True):
        assert {**case, "logits": None, "noise": None} == {**expected, "logits": None, "noise": None}
        torch.testing.assert_close(torch.tensor(case["logits"]), torch.tensor(expected["logits"]), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("case", [case for case in CONTENT["forward"] if "genotype" in case])
def test_a_genotype_is_that_of_xnas(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    genotype = _method(case, monkeypatch).read()
    if case["space"] == "darts":
        genotype = re.sub(r"Genotype\(|\)$|, (normal|reduce)_concat=\[[\d, ]+\]", "", genotype)
    assert genotype == case["genotype"]


def test_genotypes_are_those_of_darts() -> None:
    golden = CONTENT["reading"]["darts"]
    supernet = darts.DartsSupernet(_with_cells(3), golden["operations"])
    assert tuple(golden["operations"]) == darts.OPERATIONS
    for expected in golden["genotypes"]:
        read = parse_relaxed(supernet.read(draw_alpha(28, 8, expected["seed"]).softmax(-1)))
        for cell, edges in ((read.normal, expected["normal"]), (read.reduce, expected["reduce"])):
            assert [list(edge) for edge in cell.edges] == edges
            assert cell.concat == (2, 3, 4, 5)


def test_genotypes_are_those_of_fairdarts() -> None:
    golden = CONTENT["reading"]["fairdarts"]
    supernet = darts.DartsSupernet(_with_cells(3), golden["operations"])
    for expected in golden["genotypes"]:
        weights = (3 * draw_alpha(28, 7, expected["seed"])).sigmoid()
        read = parse_relaxed(supernet.read(weights, 0.85))
        for cell, edges in ((read.normal, expected["normal"]), (read.reduce, expected["reduce"])):
            found = [
                [edge.operation, target, edge.source] for edge, target in zip(cell.edges, cell.targets, strict=True)
            ]
            assert found == _connected(edges)


def _connected(edges: list[list[Any]]) -> list[list[Any]]:
    """Without the edges that come from a node without edges: FairDARTS lists them, and no network can be built."""
    reached = {0, 1}
    kept = []
    for edge in edges:
        if edge[2] in reached:
            reached.add(edge[1])
            kept.append(edge)
    return kept


def _with_cells(cells: int) -> NetworkSpecification:
    return NetworkSpecification(channels=8, cells=cells, classes=10, resolution=16)


def test_a_cell_without_a_large_weight_keeps_its_strongest_edge() -> None:
    supernet = darts.DartsSupernet(_with_cells(3), darts.OPERATIONS[1:])
    weights = torch.full((28, 7), 0.5)
    weights[1, 3] = 0.6
    cell = parse_relaxed(supernet.read(weights, 0.85)).normal
    assert cell.edges == (("sep_conv_3x3", 1),)
    assert cell.concat == (2,)


def test_an_edge_below_the_threshold_is_none() -> None:
    supernet = nas_bench_201.NasBench201Supernet(SIZE)
    weights = torch.full((6, 5), 0.1)
    weights[2, 3] = 0.9
    assert supernet.read(weights, 0.85) == "|none~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|none~2|"


@pytest.mark.parametrize("path", [(3, 3, 1, 2, 4, 3), (1, 0, 2, 3, 3, 3)])
def test_a_path_is_the_network_of_its_genotype(path: tuple[int, ...]) -> None:
    supernet = fill_parameters(nas_bench_201.NasBench201Supernet(SIZE).double())
    network = build_network("nas-bench-201", supernet.text(path), SIZE).double()
    _copy_path(supernet, network, path)
    images = draw_images()
    torch.testing.assert_close(supernet(images, Mixture(chosen=path)), network(images)[1])


def _copy_path(supernet: Any, network: Any, path: tuple[int, ...]) -> None:
    """Copies the shared weights into the network of a path."""
    for ours, theirs in ((supernet.stem, network.stem), (supernet.classifier, network.classifier)):
        theirs.load_state_dict(ours.state_dict(), strict=False)
    network.lastact.load_state_dict(supernet.lastact.state_dict(), strict=False)
    for ours, theirs in zip(supernet.cells, network.cells, strict=True):
        if isinstance(ours, nas_bench_201.SearchCell):
            for row, index in enumerate(path):
                theirs.layers[row].load_state_dict(ours.edges[row].operations[index].state_dict(), strict=False)
        else:
            theirs.load_state_dict(ours.state_dict(), strict=False)


def test_multiply_adds_of_a_path_are_those_of_its_network() -> None:
    path = (3, 2, 1, 3, 2, 3)
    supernet = nas_bench_201.NasBench201Supernet(SIZE)
    network = build_network("nas-bench-201", supernet.text(path), SIZE)
    with torch.no_grad():
        supernet(torch.zeros(2, 3, 16, 16), Mixture(chosen=path))
    assert supernet.multiply_adds == 2 * count_multiply_adds(network, 16)
    supernet(torch.zeros(2, 3, 16, 16), Mixture(chosen=path))
    assert supernet.multiply_adds == 8 * count_multiply_adds(network, 16)


@pytest.mark.parametrize("space", KINDS)
def test_multiply_adds_of_all_operations_are_counted(space: str) -> None:
    supernet = KINDS[space](_with_cells(3))
    found = count_multiply_adds(_Whole(supernet), 16)
    with torch.no_grad():
        supernet.multiply_adds = 0
        _Whole(supernet)(torch.zeros(1, 3, 16, 16))
    assert supernet.multiply_adds == found


class _Whole(nn.Module):
    """A supernet with equal weights."""

    def __init__(self, supernet: Any) -> None:
        super().__init__()
        self.supernet = supernet

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.supernet(images, Mixture(torch.ones(self.supernet.edges, len(self.supernet.operations))))
        return logits


@pytest.mark.parametrize(
    ("name", "space", "size", "code"),
    [
        ("darts-3", "nas-bench-201", SIZE, "unknown-name"),
        ("darts-1", "mb", SIZE, "unknown-name"),
        ("darts-1", "darts", _with_cells(2), "unsuitable-data"),
        ("darts-1", "darts", NetworkSpecification(8, 3, 10, 18), "unsuitable-data"),
        ("darts-1", "nas-bench-201", NetworkSpecification(8, 1, 10, 18), "unsuitable-data"),
    ],
)
def test_what_cannot_be_built_is_refused(name: str, space: str, size: NetworkSpecification, code: str) -> None:
    with pytest.raises(SidecarError) as refusal:
        build_method(name, space, size, {})
    assert refusal.value.code == code
