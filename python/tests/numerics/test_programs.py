"""Compiled networks: their gradients against torch in float64, and their trainings against those of torch's modules."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from rminas_sidecar.evaluation.compiled import CompiledNetworks, CompiledTraining
from rminas_sidecar.evaluation.stopping import NO_BOUNDS
from rminas_sidecar.evaluation.trainer import run_training, train_on_batch
from rminas_sidecar.networks import build_network
from rminas_sidecar.objective.observation import observe
from rminas_sidecar.programs import Compiler
from rminas_sidecar.specification import (
    CosineSpecification,
    NetworkSpecification,
    OptimizerSpecification,
    Specification,
)
from support.fresh import run_program
from support.optimizers import SGD
from support.programs import (
    BETA,
    as_compiled,
    compile_network,
    compiler_for,
    draw_batch,
    errors_of_gradients,
    pieces,
)
from support.rounding import largest_difference, plain_and_chaos

Build = Callable[..., dict[str, Any]]
# All convolutions; poolings and skips; all operations; a convolution of zeros; a cell that carries its input alone.
CONVOLUTIONS = "|nor_conv_3x3~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_1x1~1|nor_conv_3x3~2|"
MIXED = "|nor_conv_1x1~0|+|avg_pool_3x3~0|nor_conv_3x3~1|+|skip_connect~0|avg_pool_3x3~1|nor_conv_1x1~2|"
OF_ZEROS = "|none~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|avg_pool_3x3~0|nor_conv_3x3~1|skip_connect~2|"
ARCHITECTURES = [
    CONVOLUTIONS,
    "|avg_pool_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|avg_pool_3x3~0|skip_connect~1|avg_pool_3x3~2|",
    MIXED,
    OF_ZEROS,
    "|skip_connect~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|",
]
NOTHING = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"


@pytest.fixture
def compiler() -> Compiler:
    return compiler_for("nas-bench-201", 16)


def _size(channels: int, resolution: int = 16) -> NetworkSpecification:
    return NetworkSpecification(channels=channels, cells=1, classes=5, resolution=resolution)


def _network(genotype: str, size: NetworkSpecification) -> nn.Module:
    torch.manual_seed(3)
    return build_network("nas-bench-201", genotype, size).train()


def _train(compiler: Compiler, genotype: str, steps: int, optimizer: OptimizerSpecification = SGD) -> list[float]:
    program = compile_network(compiler, genotype, _size(16), draw_batch())
    training = CompiledTraining(program, optimizer, BETA)
    curve: list[float] = run_training(training, steps, NO_BOUNDS, lambda _: None)["curve"]
    return curve


@pytest.mark.parametrize(("channels", "genotype"), [(8, ARCHITECTURES[0]), *((16, it) for it in ARCHITECTURES)])
def test_loss_and_gradient_are_those_of_float64(channels: int, genotype: str) -> None:
    compiler = compiler_for("nas-bench-201", channels)
    # A number that is rectified on the other side of zero changes a gradient by up to a hundredth, in some batches.
    errors = [_errors(compiler, genotype, _size(channels), seed) for seed in range(4)]
    assert max(max(errors, key=max)) < 0.05
    assert max(min(errors, key=max)) < 1e-4


def _errors(compiler: Compiler, genotype: str, size: NetworkSpecification, seed: int) -> list[float]:
    """The errors of the gradients for a batch."""
    program = compile_network(compiler, genotype, size, draw_batch(seed))
    return errors_of_gradients(program, _network(genotype, size).double(), draw_batch(seed, torch.float64))


@pytest.mark.parametrize("genotype", [CONVOLUTIONS, OF_ZEROS])
def test_initial_parameters_are_those_of_the_modules_to_the_last_bit(compiler: Compiler, genotype: str) -> None:
    """The next draw of the generator too."""
    size, batch = _size(16), draw_batch()
    program = compile_network(compiler, genotype, size, batch)
    drawn_next = torch.rand(1)
    network = _network(genotype, size)
    assert torch.equal(torch.rand(1), drawn_next)
    # A gradient reaches those that the program has.
    observe(network, batch, BETA).loss.backward()  # type: ignore[no-untyped-call]
    theirs = as_compiled(network, lambda it: None if it.grad is None else it.detach())
    for ours, expected in zip(pieces(program, program.parameters), theirs, strict=True):
        assert torch.equal(ours[: len(expected)], expected)
        assert not ours[len(expected) :].any()


@pytest.mark.parametrize(
    "optimizer",
    [
        OptimizerSpecification(0.01, 0.9, 0.5, False, 0.1),
        OptimizerSpecification(0.01, 0.9, 0.0, True, 0.1, gradient_norm=0.01),
        OptimizerSpecification(0.01, 0.0, 0.5, False, 0.1, cosine=CosineSpecification(3, 0.001)),
    ],
)
def test_updates_are_those_of_torch(compiler: Compiler, optimizer: OptimizerSpecification) -> None:
    network, batch = _network(MIXED, _size(16)), draw_batch()
    expected = train_on_batch(network, batch, optimizer, 4, BETA)["curve"]
    assert _train(compiler, MIXED, 4, optimizer) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("genotype", [CONVOLUTIONS, MIXED, OF_ZEROS])
def test_ten_steps_are_as_close_to_plain_as_fast_ones(compiler: Compiler, genotype: str) -> None:
    """Or within what the plain loop makes of a change of its weights by one rounding, where that is more."""
    size, batch = _size(16), draw_batch()

    def curve(prepare: Callable[[nn.Module], nn.Module]) -> list[float]:
        losses: list[float] = train_on_batch(prepare(_network(genotype, size)), batch, SGD, 11, BETA)["curve"]
        return losses

    plain, chaos = plain_and_chaos(curve)
    compiled = _train(compiler, genotype, 11)
    assert compiled[0] == pytest.approx(plain[0], rel=1e-6)
    assert plain[-1] < plain[0]
    assert largest_difference(compiled, plain) < max(1e-3, 10 * chaos), chaos


def test_threads_change_no_bit(compiler: Compiler) -> None:
    curves = []
    for threads in (1, 2, 1):
        torch.set_num_threads(threads)
        curves.append(_train(compiler, MIXED, 3))
    assert curves[1] == curves[2] == curves[0]


def test_images_share_memory_once_they_are_not_needed(compiler: Compiler) -> None:
    """A cell keeps the images that its gradient reads; gradients take the places of what is no longer needed."""
    shallow, deep = (
        compile_network(compiler, CONVOLUTIONS, NetworkSpecification(16, cells, 5, 16), draw_batch()).floats
        for cells in (1, 2)
    )
    image = 6 * 16 * 16 * 16
    # A cell has its six convolved images and three sums, in the three stages, and few parameters.
    assert deep - shallow < 9 * image * (1 + 1 / 2 + 1 / 4) + 3 * 40 * (16**2 + 32**2 + 64**2)


def test_a_network_that_carries_nothing_has_no_loss(compiler: Compiler) -> None:
    assert _train(compiler, NOTHING, 3) == [None]


def _find(body: dict[str, Any], device: str = "cpu") -> CompiledNetworks | None:
    return CompiledNetworks.find(Specification.from_dict(body), draw_batch(), torch.device(device))


def test_what_is_not_known_is_not_compiled(compiler: Compiler, specification: Build) -> None:
    known = specification(arithmetic="compiled", network={"channels": 8, "resolution": 16})
    assert _find(known) is not None
    for unknown in (
        {"arithmetic": "fast"},
        {"precision": "bf16"},
        {"backend": "xnas"},
        {"space": "darts", "network": {**known["network"], "resolution": 64, "cells": 3}},
        {"space": "nas-bench-macro"},
        {"space": "mb"},
        {"network": {**known["network"], "channels": 12}},
        {"network": {**known["network"], "resolution": 24}},
    ):
        assert _find({**known, **unknown}) is None, unknown
    assert _find(known, "meta") is None


_WRONG_COMPILER = """#!/bin/sh
for argument do
  shift
  case $argument in
    */loss_operations.c)
      sed 's/log(total)/total/' "$argument" > CHANGED
      set -- "$@" -I "$(dirname "$argument")" CHANGED ;;
    *) set -- "$@" "$argument" ;;
  esac
done
exec cc "$@" -O0
"""


@pytest.mark.parametrize(("compiler", "kernels"), [("no-such-compiler", False), ("wrong", True)])
def test_networks_are_not_compiled_where_programs_do_not_work(
    specification: Build, tmp_path: Path, compiler: str, kernels: bool
) -> None:
    """Without a compiler, and with one whose logarithms are wrong, which only the programs use."""
    program = """
import json, sys, torch
from rminas_sidecar.evaluation.compiled import CompiledNetworks
from rminas_sidecar.kernels import find_kernels
from rminas_sidecar.objective.observation import TrainingBatch
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.specification import Specification
torch.set_num_threads(1)
samples = TrainingBatch(torch.zeros(2, 3, 16, 16), torch.zeros(2), RepresentationLoss([torch.randn(2, 4)] * 3))
found = CompiledNetworks.find(Specification.from_dict(json.loads(sys.argv[1])), samples, torch.device("cpu"))
print(json.dumps([found is not None, find_kernels() is not None]))
"""
    wrong = tmp_path / "wrong"
    wrong.write_text(_WRONG_COMPILER.replace("CHANGED", str(tmp_path / "changed.c")))
    wrong.chmod(0o755)
    body = specification(arithmetic="compiled", network={"channels": 16, "resolution": 16})
    environment = {"RMINAS_HOME": str(tmp_path), "CC": str(wrong) if compiler == "wrong" else compiler}
    done = run_program(program, [json.dumps(body)], environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [False, kernels]
