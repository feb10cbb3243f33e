"""The cells of NASNet and AmoebaNet, which are retrained as networks of DARTS."""

from pathlib import Path

import pytest
import torch

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.darts import CifarDartsNetwork
from rminas_sidecar.networks.darts_genotype import EXAMPLE, parse_relaxed
from rminas_sidecar.networks.darts_operations import NormalisedPool, build_operation
from rminas_sidecar.retraining.network import count_parameters
from rminas_sidecar.specification import NetworkSpecification

_CASES = Path(__file__).parents[3] / "test" / "fixtures" / "cases" / "genotypes"
NASNET = (_CASES / "darts_nasnet_five_steps.txt").read_text().strip()
TINY_AMOEBA = (
    "Genotype(normal=[('avg_pool_3x3', 0), ('conv_7x1_1x7', 1)], normal_concat=[2], "
    "reduce=[('conv_7x1_1x7', 0), ('sep_conv_7x7', 1), ('max_pool_3x3', 2), ('skip_connect', 2)], reduce_concat=[3, 2])"
)


@pytest.mark.parametrize(("genotype", "widths"), [(NASNET, [5, 10, 20]), (TINY_AMOEBA, [1, 2, 4])])
def test_a_network_of_other_cells_trains(genotype: str, widths: list[int]) -> None:
    network = CifarDartsNetwork(genotype, 2, 5, 10, 8, auxiliary=True)
    images = torch.randn(2, 3, 8, 8)
    features, logits = network(images)
    assert [feature.shape[1] for feature in features] == [2 * width for width in widths]
    assert logits.shape == (2, 10)
    logits, auxiliary = network.forward_with_auxiliary(images)
    assert auxiliary is not None
    (logits.sum() + auxiliary.sum()).backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_nasnet_has_the_parameters_of_the_darts_repository_besides_the_normalisations_of_pools() -> None:
    with torch.device("meta"):
        network = CifarDartsNetwork(NASNET, 36, 20, 10, 32, auxiliary=True)
    pools = [module for module in network.modules() if isinstance(module, NormalisedPool)]
    normalised = sum(parameter.numel() for pool in pools for parameter in pool.parameters())
    # `model.py` of the DARTS repository has no normalisation behind a pool; that of XNAS has one.
    assert (count_parameters(network) - normalised) / 1e6 == pytest.approx(3.8310, abs=5e-5)


@pytest.mark.parametrize("name", ["sep_conv_7x7", "conv_7x1_1x7"])
def test_the_other_operations_keep_the_shape_or_halve_it(name: str) -> None:
    for stride in (1, 2):
        assert build_operation(name, 3, stride)(torch.randn(2, 3, 8, 8)).shape == (2, 3, 8 // stride, 8 // stride)


def test_every_genotype_of_the_space_is_retrained_as_it_is_searched() -> None:
    assert parse_relaxed(EXAMPLE).normal.concat == (2, 3, 4, 5)
    assert parse_relaxed(EXAMPLE.replace("[2, 3, 4, 5]", "range(2, 6)")) == parse_relaxed(EXAMPLE)


def test_networks_of_other_cells_can_be_scored() -> None:
    _, logits = build_network("darts", NASNET, NetworkSpecification(2, 4, 10, 8))(torch.randn(2, 3, 8, 8))
    assert logits.shape == (2, 10)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[4, 5, 6]", "[4, 5, 7]", "nodes from 2 to 6"),
        ("[4, 5, 6]", "[4, 4]", "each once"),
        ("[4, 5, 6]", "[]", "must list nodes"),
        ("[4, 5, 6]", "range(2, 999999999999)", "range(2, 999999999999)"),
        ("('skip_connect', 1)]", "('skip_connect', 1), ('skip_connect', 1)]", "11 edges, not two for each node"),
        ("sep_conv_7x7", "sep_conv_9x9", "'sep_conv_9x9'"),
    ],
)
def test_a_wrong_cell_is_refused(old: str, new: str, named: str) -> None:
    with pytest.raises(SidecarError) as caught:
        parse_relaxed(NASNET.replace(old, new, 1))
    assert caught.value.code == "invalid-genotype"
    assert named in caught.value.message
