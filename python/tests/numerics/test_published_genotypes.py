"""The published genotypes: their parameters, and that a network of each trains."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.darts import CifarDartsNetwork, ImageNetDartsNetwork
from rminas_sidecar.networks.darts_genotype import parse_relaxed
from rminas_sidecar.retraining.network import build_trainee, count_parameters
from rminas_sidecar.retraining.recipe import Retraining
from rminas_sidecar.specification import NetworkSpecification
from support.retraining import RETRAINING

_FIXTURE = Path(__file__).parents[3] / "test" / "fixtures" / "published-genotypes.json"
PUBLISHED: dict[str, dict[str, Any]] = {one["name"]: one for one in json.loads(_FIXTURE.read_text())}
# Millions, as `model.py` of the DARTS repository counts them: 36 channels, 20 cells, without the auxiliary head.
MILLIONS = {
    "NASNet": 3.8310,
    "AmoebaNet": 3.1451,
    "DARTS_V1": 3.1694,
    "DARTS_V2": 3.3493,
    "SNAS": 2.6614,
    "PC_DARTS_cifar": 3.6347,
    "FairDARTS_d": 3.3655,
    "GDAS_V1": 3.3688,
    "PDARTS": 3.4338,
}
# As the page of FairDARTS has them, cut off or rounded to two digits, with the auxiliary head except for run c.
FAIR_DARTS = {"a": 2.83, "b": 3.88, "d": 3.84, "e": 3.12, "f": 3.62, "g": 3.38}


def _network(name: str, auxiliary: bool = False) -> CifarDartsNetwork:
    with torch.device("meta"):
        return CifarDartsNetwork(PUBLISHED[name]["genotype"], 36, 20, 10, 32, auxiliary, normalises_pools=False)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_parameters_are_the_published_ones(name: str) -> None:
    if PUBLISHED[name]["dataset"] == "imagenet":
        with torch.device("meta"):
            network = ImageNetDartsNetwork(PUBLISHED[name]["genotype"], 48, 14, 1000, 224, normalises_pools=False)
        assert count_parameters(network) == PUBLISHED[name]["parameters"]
        return
    assert count_parameters(_network(name)) == PUBLISHED[name]["parameters"]
    if name in MILLIONS:
        assert f"{count_parameters(_network(name)) / 1e6:.4f}" == f"{MILLIONS[name]:.4f}"


@pytest.mark.parametrize(("normalised", "expected"), [(False, 3_830_950), (True, 3_841_750)])
def test_a_retraining_may_leave_out_the_normalisation_behind_pools(normalised: bool, expected: int) -> None:
    recipe = {**RETRAINING["recipe"], **({} if normalised else {"normalisesPools": False})}
    size = {"channels": 36, "cells": 20, "classes": 10, "resolution": 32}
    body = {"space": "darts", "genotype": PUBLISHED["NASNet"]["genotype"], "dataset": "cifar10", "network": size}
    body = {**body, "recipe": recipe}
    with torch.device("meta"):
        network = build_trainee(Retraining.from_dict(body, 1))
    assert count_parameters(network) == expected


@pytest.mark.parametrize("run", FAIR_DARTS)
def test_networks_of_fairdarts_have_its_parameters_with_the_auxiliary_head(run: str) -> None:
    network = _network(f"FairDARTS_{run}", auxiliary=True)
    assert sum(parameter.numel() for parameter in network.parameters()) / 1e6 == pytest.approx(
        FAIR_DARTS[run], abs=0.01
    )


def test_every_published_genotype_trains_a_step() -> None:
    images = torch.randn(2, 3, 8, 8)
    for one in PUBLISHED.values():
        network = build_network("darts", one["genotype"], NetworkSpecification(2, 3, 10, 8))
        features, logits = network(images)
        assert len(features) == 3
        logits.sum().backward()
        assert all(parameter.grad is not None for parameter in network.parameters())


def test_a_node_adds_as_many_edges_as_it_has() -> None:
    cell = "[('skip_connect', 2, 0), ('skip_connect', 3, 0), ('skip_connect', 3, 1), ('skip_connect', 3, 2)]"
    text = f"Genotype(normal={cell}, normal_concat=[2, 3], reduce={cell}, reduce_concat=[3])"
    network = CifarDartsNetwork(text, 2, 3, 10, 8)
    first = network.cells[0]
    a, b = torch.randn(1, 6, 4, 4), torch.randn(1, 6, 4, 4)
    one, other = first.preprocess0(a), first.preprocess1(b)
    expected = torch.cat([one, one + other + one], dim=1)
    assert torch.equal(first(a, b, 0.0), expected)


@pytest.mark.parametrize(
    ("edges", "named"),
    [
        ("('skip_connect', 1, 0)", "leads to 1, which does not come after its source"),
        ("('skip_connect', 3, 0), ('skip_connect', 2, 0)", "leads to 2, which does not come after its source"),
        ("('skip_connect', 3, 2)", "comes from 2, which has no edges"),
        ("('skip_connect', 3, 0)", "names a node without edges"),
    ],
)
def test_a_wrong_triple_is_refused(edges: str, named: str) -> None:
    text = f"Genotype(normal=[{edges}], normal_concat=[2], reduce=[{edges}], reduce_concat=[2])"
    with pytest.raises(SidecarError) as caught:
        parse_relaxed(text)
    assert named in caught.value.message
