"""The plain loop of the search benchmark computes the same as an evaluation, step by step."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.system.importing import import_file

CPU = torch.device("cpu")
PROGRAM = Path(__file__).parents[3] / "scripts/bench/search/plain_loop.py"
# `none`, edges that lead nowhere, both kinds of convolutions, a pooling and a skip.
GENOTYPES = [
    "|nor_conv_3x3~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|none~2|",
    "|avg_pool_3x3~0|+|nor_conv_3x3~0|none~1|+|nor_conv_1x1~0|skip_connect~1|nor_conv_3x3~2|",
]


@pytest.fixture(scope="module")
def program() -> ModuleType:
    return import_file(PROGRAM)


@pytest.mark.parametrize("genotype", GENOTYPES)
def test_same_losses(
    genotype: str, program: ModuleType, specification: Callable[..., dict[str, Any]], shipped: dict[str, None]
) -> None:
    asked = specification()
    # Where there are several ways to compute, it is the plain one that the loop spells out.
    if "arithmetic" in asked:
        asked["arithmetic"] = "plain"
    loop = program.PlainLoop.prepare({"specification": asked, "assets": shipped}, CPU, originals=False)
    plain = loop.evaluate(genotype, seed=3, updates=asked["steps"])
    ours = Session.prepare(asked, shipped, "cpu").evaluate(genotype, 3)
    assert plain["curve"] == ours["curve"]
    # The last loss is observed before an update that may or may not follow.
    assert loop.evaluate(genotype, seed=3, updates=asked["steps"] - 1)["curve"] == ours["curve"]
