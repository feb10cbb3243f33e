"""The costs of networks: added up over parts, counted, and measured."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.costs import find_costs
from rminas_sidecar.evaluation.latency import measure_latency
from rminas_sidecar.networks import build_network, darts_genotype, mb, nas_bench_201
from rminas_sidecar.networks.counting import Counter, count
from rminas_sidecar.networks.flops import count_flops
from rminas_sidecar.networks.parts import COMPOSITIONS
from rminas_sidecar.specification import NetworkSpecification, Specification
from support.genotypes import EXAMPLES

SIZES = {
    "nas-bench-201": [NetworkSpecification(4, 1, 10, 8), NetworkSpecification(16, 2, 3, 12)],
    "nas-bench-macro": [NetworkSpecification(4, 8, 10, 9)],
    "mb": [NetworkSpecification(24, 20, 10, 33)],
    "proxyless": [NetworkSpecification(32, 21, 10, 33)],
    "darts": [NetworkSpecification(4, 4, 10, 8), NetworkSpecification(5, 3, 10, 64)],
}


def _random_genotype(space: str, draw: random.Random) -> str:
    if space == "nas-bench-201":
        first, second, third, fourth, fifth, sixth = draw.choices(nas_bench_201.OPERATIONS, k=6)
        return f"|{first}~0|+|{second}~0|{third}~1|+|{fourth}~0|{fifth}~1|{sixth}~2|"
    if space == "nas-bench-macro":
        return "".join(draw.choices("012", k=8))
    if space == "mb":
        return str([draw.choice(mb.operations(slot)) for slot in range(20)])
    if space == "proxyless":
        depths = [draw.randint(1, 4) for _ in range(5)] + [1]
        places = [place < depth for depth in depths for place in range(4)][:21]
        kernels = "".join(draw.choice("357") if there else "0" for there in places)
        expansions = "".join(draw.choice("36") if there else "0" for there in places)
        return "".join(map(str, depths)) + kernels + expansions
    return _random_darts(draw)


def _random_darts(draw: random.Random) -> str:
    def cell() -> list[tuple[str, int]]:
        return [
            (draw.choice(darts_genotype.OPERATIONS), source)
            for node in range(2, 6)
            for source in draw.sample(range(node), 2)
        ]

    return f"Genotype(normal={cell()}, normal_concat=[2, 3, 4, 5], reduce={cell()}, reduce_concat=[2, 3, 4, 5])"


@pytest.mark.parametrize(("space", "size"), [(space, size) for space, sizes in SIZES.items() for size in sizes])
def test_the_parts_add_up_to_the_network(space: str, size: NetworkSpecification) -> None:
    draw = random.Random(1)
    counter = Counter(space, size)
    genotypes = [EXAMPLES[space], *(_random_genotype(space, draw) for _ in range(8))]
    for genotype in genotypes:
        expected = count(build_network(space, genotype, size), size.resolution)
        assert counter.count(genotype) == expected, genotype


@pytest.mark.parametrize("space", COMPOSITIONS)
def test_a_wrong_genotype_is_refused(space: str) -> None:
    with pytest.raises(SidecarError, match="Not a"):
        Counter(space, SIZES[space][0]).count("nonsense")


def test_costs_are_those_of_the_proxies_and_the_latency_is_measured_on_request(
    specification: Callable[..., dict[str, Any]],
) -> None:
    specified = Specification.from_dict(specification())
    genotype = EXAMPLES["nas-bench-201"]
    network = build_network("nas-bench-201", genotype, specified.network)
    (counted,) = find_costs(specified, [genotype], None, torch.device("cpu"))
    assert counted["params"] == sum(parameter.numel() for parameter in network.parameters())
    assert counted["flops"] == count_flops(network, specified.network.resolution)
    assert counted["latency"] is None
    (measured,) = find_costs(specified, [genotype], {"batch": 2}, torch.device("cpu"))
    assert measured["latency"] > 0


def test_finding_costs_draws_no_random_numbers_and_measuring_keeps_the_weights() -> None:
    size = SIZES["nas-bench-201"][0]
    network = build_network("nas-bench-201", EXAMPLES["nas-bench-201"], size)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    state = torch.random.get_rng_state()
    measure_latency(network, size.resolution, 1, torch.device("cpu"))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
