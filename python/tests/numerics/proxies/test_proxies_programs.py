"""Proxies of gradients that programs compute, beside those of torch's modules."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.evaluation.compiled import CompiledNetworks
from rminas_sidecar.evaluation.determinism import seeded
from rminas_sidecar.networks import build_network
from rminas_sidecar.objective.observation import TrainingBatch
from rminas_sidecar.programs.spaces import SPACES
from rminas_sidecar.proxies import PROXIES, Context, Shortcuts
from rminas_sidecar.proxies.gradients import loss_gradients
from rminas_sidecar.proxies.proxy import StaticProxy
from rminas_sidecar.specification import NetworkSpecification, Specification
from support.kernels import require
from support.programs import draw_batch

Build = Callable[..., dict[str, Any]]
SEED = 7
DISCONNECTED = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
CASES = {
    "nas-bench-201": NetworkSpecification(channels=8, cells=1, classes=5, resolution=16),
    "nas-bench-macro": NetworkSpecification(channels=8, cells=8, classes=5, resolution=32),
    "darts": NetworkSpecification(channels=8, cells=3, classes=5, resolution=16),
    "proxyless": NetworkSpecification(channels=32, cells=1, classes=5, resolution=32),
}


class _Sides:
    """Contexts of one network: by modules, and by a program."""

    def __init__(self, space: str, specification: Build, genotype: str | None = None, samples: int = 16) -> None:
        self.space, self.size, self.genotype = space, CASES[space], genotype or SPACES[space].example
        self.batch = draw_batch(samples=samples, side=self.size.resolution)
        network = {name: getattr(self.size, name) for name in ("channels", "cells", "classes", "resolution")}
        body = specification(space=space, arithmetic="compiled", network=network)
        found = CompiledNetworks.find(Specification.from_dict(body), self.batch, torch.device("cpu"))
        self._compiled = require(found)

    def context(self, dtype: torch.dtype = torch.float32, shortcuts: Shortcuts | None = None) -> Context:
        def build() -> nn.Module:
            with seeded(SEED):
                return build_network(self.space, self.genotype, self.size).to(dtype)

        batch = TrainingBatch(self.batch.images.to(dtype), self.batch.labels, self.batch.representation)
        return Context(build, batch, self.size.resolution, SEED, shortcuts or Shortcuts())

    def compiled(self) -> Context:
        gradients = partial(self._compiled.loss_gradients, self.genotype, SEED)
        return self.context(shortcuts=Shortcuts(loss_gradients=gradients))


def _value(name: str, context: Context) -> float:
    proxy = PROXIES[name]
    assert isinstance(proxy, StaticProxy)
    return proxy.measure(context)


def _error(ours: tuple[Tensor, Tensor], exact: tuple[Tensor, Tensor], least: float) -> float:
    """The relative error of a gradient; both are sorted, since a program has them in another order."""
    length = exact[1].numel()
    one, other = (gradient.flatten().double().abs().sort().values[-length:] for _, gradient in (ours, exact))
    return float((one - other).norm() / (other.norm() + least))


@pytest.mark.parametrize("space", ["nas-bench-201", "darts"])
def test_gradients_of_both_halves_are_those_of_float64(space: str, specification: Build) -> None:
    sides = _Sides(space, specification)
    halves = loss_gradients(sides.compiled(), 2)
    exact = loss_gradients(sides.context(torch.float64), 2)
    for ours, theirs in zip(halves, exact, strict=True):
        least = 1e-3 * max(float(gradient.norm()) for _, gradient in theirs)
        reached = [pair for pair in ours if pair[1].any()]
        expected = [pair for pair in theirs if pair[1].any()]
        assert max(_error(*pair, least) for pair in zip(reached, expected, strict=True)) < 1e-3


@pytest.mark.parametrize("space", CASES)
def test_proxies_are_those_of_the_modules(space: str, specification: Build) -> None:
    sides = _Sides(space, specification)
    ours, theirs = sides.compiled(), sides.context()
    for name in ("grad-norm", "snip"):
        assert _value(name, ours) == pytest.approx(_value(name, theirs), rel=1e-4), name
    # Its ratios have no bound where two gradients nearly agree, so that it shows every rounding.
    assert _value("zico", ours) == pytest.approx(_value("zico", theirs), rel=0.05)


def test_halves_of_an_odd_batch_pass_through_programs_of_their_own(specification: Build) -> None:
    sides = _Sides("nas-bench-201", specification, samples=7)
    assert _value("zico", sides.compiled()) == pytest.approx(_value("zico", sides.context()), rel=0.05)


def test_a_disconnected_cell_has_the_same_values(specification: Build) -> None:
    sides = _Sides("nas-bench-201", specification, DISCONNECTED)
    for name in ("grad-norm", "snip", "plain", "zico"):
        expected = pytest.approx(_value(name, sides.context()), rel=1e-4, abs=1e-6)
        assert _value(name, sides.compiled()) == expected, name


def test_batches_that_no_program_takes_pass_through_the_modules(specification: Build) -> None:
    """Programs of this space take blocks of eight samples: the whole batch, but not its halves."""
    sides = _Sides("proxyless", specification, samples=8)
    assert _value("zico", sides.compiled()) == _value("zico", sides.context())
