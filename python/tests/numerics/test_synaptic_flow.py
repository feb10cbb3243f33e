"""Measurements without modules: synaptic flow by a program, and FLOPs and parameters from parts."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch

from rminas_sidecar.evaluation.compiled import CompiledNetworks
from rminas_sidecar.evaluation.determinism import seeded
from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.counting import count
from rminas_sidecar.objective.observation import TrainingBatch
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.proxies import Context
from rminas_sidecar.proxies.static.synflow import measure_synflow
from rminas_sidecar.specification import NetworkSpecification, Specification
from support.kernels import require

Build = Callable[..., dict[str, Any]]
SEED = 7
MIXED = "|nor_conv_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_3x3~1|avg_pool_3x3~2|"
ARCHITECTURES = [
    MIXED,
    "|nor_conv_3x3~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_1x1~1|nor_conv_3x3~2|",
    # A convolution of zeros, and nothing at all.
    "|none~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|avg_pool_3x3~0|nor_conv_3x3~1|skip_connect~2|",
    "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|",
]


def _samples(resolution: int) -> TrainingBatch:
    teacher = RepresentationLoss([torch.randn(2, 4) for _ in range(3)])
    return TrainingBatch(torch.zeros(2, 3, resolution, resolution), torch.zeros(2, dtype=torch.int64), teacher)


@pytest.mark.parametrize("channels", [8, 24])
def test_synaptic_flow_is_that_of_the_modules(specification: Build, channels: int) -> None:
    size = NetworkSpecification(channels=channels, cells=2, classes=10, resolution=16)
    body = specification(arithmetic="compiled", network={"channels": channels, "cells": 2, "resolution": 16})
    batch = _samples(16)
    networks = require(CompiledNetworks.find(Specification.from_dict(body), batch, torch.device("cpu")))
    for genotype in [*ARCHITECTURES, MIXED]:

        def build(genotype: str = genotype) -> torch.nn.Module:
            with seeded(SEED):
                return build_network("nas-bench-201", genotype, size)

        expected = measure_synflow(Context(build, batch, 16, SEED))
        assert networks.synaptic_flow(genotype, SEED) == pytest.approx(expected, rel=1e-12), genotype


@pytest.mark.parametrize("arithmetic", ["plain", "compiled"])
def test_costs_are_those_of_the_network(
    specification: Build, shipped: Mapping[str, str | None], arithmetic: str
) -> None:
    session = Session.prepare(specification(arithmetic=arithmetic), shipped, "cpu")
    with seeded(SEED):
        counts = count(build_network("nas-bench-201", MIXED, NetworkSpecification(4, 1, 10, 8)), 8)
    values = session.measure(MIXED, SEED, ["params", "flops"])["values"]
    assert [it["value"] for it in values] == [counts.params, counts.multiply_adds / 1e6]
