"""Prints how far proxies by programs, and by torch in float32, are from those in float64, and how they rank.

The architectures, the size, the batch and the weights are those of `published_proxies.py`.
"""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from functools import partial
from statistics import mean

import torch
from published_proxies import SEED, SIZE, SPECIFICATION, draw_batch, draw_genotype
from rminas_sidecar.evaluation.compiled import CompiledNetworks
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.networks import build_network
from rminas_sidecar.objective.observation import TrainingBatch
from rminas_sidecar.proxies import PROXIES, Context, Shortcuts
from scipy.stats import kendalltau
from torch import nn

COMPARED = ("synflow", "grad-norm", "snip", "zico")
Values = dict[str, float]
"""Of one architecture, by proxy."""


def main() -> None:
    """Prints differences and rank correlations."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--architectures", type=int, default=40)
    count = parser.parse_args().architectures
    torch.set_num_threads(1)
    batch = draw_batch()
    compiled = CompiledNetworks.find(SPECIFICATION, batch, torch.device("cpu"))
    if compiled is None:
        sys.exit("No program is compiled here: install a C compiler.")
    drawn = random.Random(1)
    genotypes = [draw_genotype(drawn) for _ in range(count)]
    programs, others = (
        [measure(genotype, batch, shortcuts_of(compiled, genotype, seed), seed) for genotype in genotypes]
        for seed in (SEED, SEED + 1)
    )
    modules, exact = (
        [measure(genotype, batch, dtype=dtype) for genotype in genotypes] for dtype in (torch.float32, torch.float64)
    )
    for name in COMPARED:
        report(f"{name}, programs beside torch", name, programs, modules)
        for side, found in (("programs", programs), ("torch", modules)):
            report(f"{name}, {side} beside float64", name, found, exact)
    sys.stdout.write(f"zico, programs, two draws of the initial weights: {tau_of('zico', programs, others)}\n")


def measure(
    genotype: str,
    batch: TrainingBatch,
    shortcuts: Shortcuts | None = None,
    seed: int = SEED,
    dtype: torch.dtype = torch.float32,
) -> Values:
    """The proxies of an architecture by programs, or by torch without shortcuts."""
    own = TrainingBatch(batch.images.to(dtype), batch.labels, batch.representation)
    build = partial(draw_network, genotype, seed, dtype)
    with deterministic_algorithms():
        context = Context(build, own, SIZE.resolution, seed, shortcuts or Shortcuts())
        return {name: float(PROXIES[name].measure(context)) for name in COMPARED}


def draw_network(genotype: str, seed: int, dtype: torch.dtype) -> nn.Module:
    """A network with the initial weights of a seed, drawn in float32."""
    with seeded(seed):
        return build_network("nas-bench-201", genotype, SIZE).to(dtype)


def shortcuts_of(compiled: CompiledNetworks, genotype: str, seed: int) -> Shortcuts:
    """The programs of an architecture."""
    flow: Callable[[], float] | None = None
    if compiled.measures_synaptic_flow:
        flow = partial(compiled.synaptic_flow, genotype, seed)
    return Shortcuts(synaptic_flow=flow, loss_gradients=partial(compiled.loss_gradients, genotype, seed))


def report(what: str, name: str, found: Sequence[Values], expected: Sequence[Values]) -> None:
    """Prints the mean and the largest relative difference, and how alike the two sides rank."""
    errors = [difference(one[name], other[name]) for one, other in zip(found, expected, strict=True)]
    sys.stdout.write(
        f"{what}: {mean(errors):.2g} on average, {max(errors):.2g} at most, {tau_of(name, found, expected)} "
        f"({len(errors)} architectures)\n"
    )


def difference(one: float, other: float) -> float:
    """A cell without an edge to its output has values of zero, which are equal."""
    return 0.0 if one == other else abs(one / other - 1)


def tau_of(name: str, one: Sequence[Values], other: Sequence[Values]) -> str:
    """The rank correlation, in words."""
    sides = ([values[name] for values in side] for side in (one, other))
    return f"Kendall's τ {kendalltau(*sides).statistic:.3f}"


if __name__ == "__main__":
    main()
