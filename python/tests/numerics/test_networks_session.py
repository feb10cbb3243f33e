"""Every space's networks in a session on real digits: they train, and a score is a function of its inputs."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.session import Session
from support.genotypes import EXAMPLES

Build = Callable[..., dict[str, Any]]
Assets = dict[str, None]


def _prepare(build: Build, shipped: Assets, space: str) -> Session:
    slow = {"learningRate": 0.025}
    return Session.prepare(build(space=space, steps=6, network={"cells": 3}, optimizer=slow), shipped, "cpu")


@pytest.mark.parametrize("space", EXAMPLES)
def test_a_network_trains_and_a_seed_decides_its_score(space: str, specification: Build, shipped: Assets) -> None:
    session = _prepare(specification, shipped, space)
    answer = session.evaluate(EXAMPLES[space], 3)
    assert len(answer["curve"]) == 6
    assert answer["loss"] < 0.9 * answer["curve"][0]
    assert len(answer["cka"]) == 3
    assert answer["flops"] > 0
    json.dumps(answer, allow_nan=False)
    again, other = session.evaluate(EXAMPLES[space], 3), session.evaluate(EXAMPLES[space], 4)
    assert again["curve"] == answer["curve"]
    assert other["curve"] != answer["curve"]
    assert other["flops"] == again["flops"] == answer["flops"]


@pytest.mark.parametrize("space", EXAMPLES)
def test_the_genotype_of_another_space_is_refused(space: str, specification: Build, shipped: Assets) -> None:
    session = _prepare(specification, shipped, space)
    for other, genotype in EXAMPLES.items():
        if other != space:
            with pytest.raises(SidecarError) as caught:
                session.evaluate(genotype, 0)
            assert caught.value.code == "invalid-genotype"
