"""The effects of a specification's arithmetic and precision on an evaluation."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE
from support.fresh import run_program

Build = Callable[..., dict[str, Any]]
Assets = Mapping[str, str | None]
POOLS = "|avg_pool_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|"

# Where rounding rectifies a number on the other side of zero, as processor and compiler have it, a gradient changes
# by more than rounding. Small updates keep that within a thousandth; test_fast_networks.py has large ones.
GENTLE = {"optimizer": {"learningRate": 0.002}}


def _curve(session: Session, genotype: str = EXAMPLE, seed: int = 11) -> list[float]:
    curve: list[float] = session.evaluate(genotype, seed)["curve"]
    return curve


@pytest.mark.parametrize("genotype", [EXAMPLE, POOLS])
def test_fast_is_plain_but_for_rounding(specification: Build, shipped: Assets, genotype: str) -> None:
    changes: dict[str, Any] = {"network": {"channels": 16}, "steps": 4, **GENTLE}
    plain, fast = (
        Session.prepare(specification(**changes, arithmetic=arithmetic), shipped, "cpu")
        for arithmetic in ("plain", "fast")
    )
    assert fast.report()["batch"] == plain.report()["batch"]
    curve, expected = _curve(fast, genotype), _curve(plain, genotype)
    assert curve[0] == pytest.approx(expected[0], rel=1e-5)
    assert curve == pytest.approx(expected, rel=1e-3)
    assert curve != expected
    assert plain.evaluate(genotype, 11)["flops"] == fast.evaluate(genotype, 11)["flops"]


@pytest.mark.parametrize("space", ["nas-bench-201", "darts", "nas-bench-macro"])
def test_a_fast_score_is_a_function_of_its_arguments(
    specification: Build, shipped: Assets, darts: Callable[..., dict[str, Any]], space: str
) -> None:
    genotypes = {"nas-bench-201": POOLS, "nas-bench-macro": "01201201", "darts": darts()["genotype"]}
    sizes = {"nas-bench-macro": {"cells": 8, "resolution": 8}, "darts": {"cells": 3}, "nas-bench-201": {}}
    body = specification(space=space, arithmetic="fast", network={"channels": 16, **sizes[space]}, steps=3)
    session = Session.prepare(body, shipped, "cpu")
    first = _curve(session, genotypes[space])
    _curve(session, genotypes[space], seed=12)
    assert _curve(session, genotypes[space]) == first
    assert _curve(Session.prepare(body, shipped, "cpu"), genotypes[space]) == first


def test_a_network_that_carries_nothing_has_no_loss(specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(arithmetic="fast"), shipped, "cpu")
    answer = session.evaluate("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|", 1)
    assert (answer["loss"], answer["steps"]) == (None, 1)


@pytest.mark.parametrize("arithmetic", ["plain", "fast"])
def test_bf16_is_near_and_tf32_nothing_on_a_cpu(specification: Build, shipped: Assets, arithmetic: str) -> None:
    changes: dict[str, Any] = {"network": {"channels": 16}, "steps": 2, "arithmetic": arithmetic}
    curves = {
        precision: _curve(Session.prepare(specification(**changes, precision=precision), shipped, "cpu"))
        for precision in ("float32", "tf32", "bf16")
    }
    assert curves["tf32"] == curves["float32"]
    assert curves["bf16"] != curves["float32"]
    assert curves["bf16"] == pytest.approx(curves["float32"], rel=0.05)


def test_tf32_leaves_torch_as_it_was(specification: Build, shipped: Assets) -> None:
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    _curve(Session.prepare(specification(precision="tf32", steps=1), shipped, "cpu"))
    assert (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32) == before


def test_without_a_compiler_the_report_says_so_and_scores_are_the_same_but_for_rounding(
    specification: Build, shipped: Assets, tmp_path: Path
) -> None:
    body = specification(network={"channels": 16}, steps=3, arithmetic="fast", **GENTLE)
    program = """
import json, sys, torch
from rminas_sidecar.evaluation.session import Session
torch.set_num_threads(1)
body, assets, genotype = json.loads(sys.argv[1])
session = Session.prepare(body, assets, "cpu")
print(json.dumps([session.report()["notes"], session.evaluate(genotype, 11)["curve"]]))
"""
    environment = {"RMINAS_HOME": str(tmp_path), "CC": "no-such-compiler"}
    done = run_program(program, [json.dumps([body, shipped, POOLS])], environment)
    assert done.returncode == 0, done.stderr
    notes, curve = json.loads(done.stdout)
    assert any("no C compiler was found" in note for note in notes)
    with_kernels = _curve(Session.prepare(body, shipped, "cpu"), POOLS)
    assert curve[0] == pytest.approx(with_kernels[0], rel=1e-5)
    assert curve == pytest.approx(with_kernels, rel=1e-3)
