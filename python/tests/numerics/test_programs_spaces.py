"""Compiled networks of DARTS, ProxylessNAS and NAS-Bench-Macro beside those of torch's modules."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from rminas_sidecar.evaluation.compiled import CompiledNetworks, CompiledTraining
from rminas_sidecar.evaluation.stopping import NO_BOUNDS
from rminas_sidecar.evaluation.trainer import run_training, train_on_batch
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.darts_genotype import OPERATIONS
from rminas_sidecar.networks.fast import accelerate
from rminas_sidecar.objective.observation import TrainingBatch, observe
from rminas_sidecar.programs import Compiler, Program, can_compile
from rminas_sidecar.programs.spaces import SPACES
from rminas_sidecar.specification import NetworkSpecification, Specification
from support.golden import Trace, read_traces
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
CASES = {
    "darts": NetworkSpecification(channels=16, cells=4, classes=5, resolution=16),
    "darts, narrow": NetworkSpecification(channels=8, cells=3, classes=5, resolution=16),
    "proxyless": NetworkSpecification(channels=32, cells=1, classes=5, resolution=64),
    "nas-bench-macro": NetworkSpecification(channels=8, cells=8, classes=5, resolution=32),
}


class _Case:
    """A network of a space, by torch's modules and as a program."""

    def __init__(self, name: str) -> None:
        self.space, self.size = name.split(",")[0], CASES[name]
        self.genotype = SPACES[self.space].example
        self.compiler: Compiler = compiler_for(self.space, self.size.channels)

    def network(self) -> nn.Module:
        torch.manual_seed(3)
        return build_network(self.space, self.genotype, self.size).train()

    def program(self, batch: TrainingBatch) -> Program:
        return compile_network(self.compiler, self.genotype, self.size, batch)

    def batch(self, seed: int = 0, dtype: torch.dtype = torch.float32) -> TrainingBatch:
        return draw_batch(seed, dtype, samples=8, side=self.size.resolution)

    def train(self, steps: int) -> list[float]:
        training = CompiledTraining(self.program(self.batch()), SGD, BETA)
        curve: list[float] = run_training(training, steps, NO_BOUNDS, lambda _: None)["curve"]
        return curve


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> _Case:
    return _Case(request.param)


def test_loss_and_gradient_are_those_of_float64(case: _Case) -> None:
    # A number that is rectified on the other side of zero changes a gradient, in some batches.
    errors = [_errors(case, seed) for seed in range(2)]
    assert max(max(errors, key=max)) < 0.05
    assert max(min(errors, key=max)) < 1e-4


def _errors(case: _Case, seed: int) -> list[float]:
    """The errors of the gradients for a batch."""
    program = case.program(case.batch(seed))
    return errors_of_gradients(program, case.network().double(), case.batch(seed, torch.float64))


def test_initial_parameters_are_those_of_the_modules_to_the_last_bit(case: _Case) -> None:
    """The next draw of the generator too."""
    program = case.program(case.batch())
    drawn_next = torch.rand(1)
    network = case.network()
    assert torch.equal(torch.rand(1), drawn_next)
    theirs = as_compiled(network, lambda it: it.detach())
    for ours, expected in zip(pieces(program, program.parameters), theirs, strict=True):
        assert torch.equal(ours[: len(expected)], expected)
        assert not ours[len(expected) :].any()


def test_steps_are_as_close_to_plain_as_fast_ones(case: _Case) -> None:
    """Or within what the plain loop makes of a change of its weights by one rounding, where that is more."""
    steps, batch = 6, case.batch()

    def curve(prepare: Callable[[nn.Module], nn.Module]) -> list[float]:
        losses: list[float] = train_on_batch(prepare(case.network()), batch, SGD, steps, BETA)["curve"]
        return losses

    plain, chaos = plain_and_chaos(curve)
    compiled = case.train(steps)
    assert compiled[0] == pytest.approx(plain[0], rel=1e-6)
    assert compiled[1] == pytest.approx(plain[1], rel=2e-3)
    assert largest_difference(compiled, plain) < max(1e-3, 10 * chaos), chaos


def test_threads_change_no_bit(case: _Case) -> None:
    curves = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        curves.append(case.train(2))
    assert curves[1] == curves[0]


GOLDEN = [trace for trace in read_traces() if can_compile(trace.space, trace.size, trace.samples)]


@pytest.mark.parametrize("trace", GOLDEN, ids=lambda trace: trace.genotype)
def test_a_step_from_golden_weights_leads_to_the_golden_losses(trace: Trace) -> None:
    """Within the tolerances that hold for torch's float32."""
    compiler = compiler_for(trace.space, trace.size.channels)
    program = compile_network(compiler, trace.genotype, trace.size, trace.batch(torch.float32))
    golden = as_compiled(trace.build(), lambda parameter: parameter.detach())
    for ours, weights in zip(pieces(program, program.parameters), golden, strict=True):
        ours[: len(weights)].copy_(weights)
    training = CompiledTraining(program, trace.optimizer, trace.beta)
    curve = run_training(training, 2, NO_BOUNDS, lambda _: None)["curve"]
    assert curve[0] == pytest.approx(trace.losses[0], rel=1e-5)
    assert curve[1] == pytest.approx(trace.losses[1], rel=2e-3)


def test_each_operation_of_the_space_is_compiled() -> None:
    compiler = compiler_for("darts", 16)
    cell = [(name, 0) for name in OPERATIONS]
    edges = [*cell, *cell[:1]]
    assert compiler.knows(_genotype(edges))
    assert not compiler.knows(_genotype([*cell, ("conv_7x1_1x7", 0)]))


def _genotype(edges: list[tuple[str, int]]) -> str:
    """Of cells with these edges, the second of each node from another source."""
    cell = [(name, source + position % 2) for position, (name, source) in enumerate(edges)]
    return f"Genotype(normal={cell}, normal_concat=[2, 3, 4, 5], reduce={cell}, reduce_concat=[2, 3, 4, 5])"


def test_unknown_operations_are_trained_by_torch(specification: Build) -> None:
    compiler_for("darts", 8)
    network = {"channels": 8, "cells": 3, "resolution": 16}
    body = specification(space="darts", arithmetic="compiled", network=network)
    found = CompiledNetworks.find(Specification.from_dict(body), draw_batch(), torch.device("cpu"))
    assert found is not None
    assert found.begin(SPACES["darts"].example, 0) is not None
    assert found.begin(_genotype([("sep_conv_7x7", 0), ("conv_7x1_1x7", 0)] * 4), 0) is None
    assert not found.measures_synaptic_flow


@pytest.mark.parametrize("name", ["darts", "nas-bench-macro", "proxyless"])
def test_programs_take_no_more_memory_than_what_torch_keeps_for_the_gradient(name: str) -> None:
    case = _Case(name)
    kept = 0

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        nonlocal kept
        kept += tensor.numel()
        return tensor

    network, batch = accelerate(case.network()), case.batch()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        observe(network, batch, BETA)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    assert case.program(batch).floats < kept + 4 * parameters
