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
Values = dict[str, list[float]]


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
    programs = [shortcuts_of(compiled, genotype, SEED) for genotype in genotypes]
    values: Values = {name: [] for name in COMPARED}
    torchs: Values = {name: [] for name in COMPARED}
    for genotype, shortcuts in zip(genotypes, programs, strict=True):
        for name in COMPARED:
            values[name].append(measure(name, genotype, batch, shortcuts))
            torchs[name].append(measure(name, genotype, batch))
    for name in COMPARED:
        report(f"{name}, programs beside torch", differences(values[name], torchs[name]))
    exact = [measure("zico", genotype, batch, dtype=torch.float64) for genotype in genotypes]
    others = [
        measure("zico", genotype, batch, shortcuts_of(compiled, genotype, SEED + 1), SEED + 1) for genotype in genotypes
    ]
    for side, found in (("programs", values["zico"]), ("torch", torchs["zico"])):
        report(f"zico, {side} beside float64", differences(found, exact))
        sys.stdout.write(f"  Kendall's τ with the ranks of float64: {kendalltau(found, exact).statistic:.3f}\n")
    tau = kendalltau(values["zico"], others).statistic
    sys.stdout.write(f"zico, programs, two draws of the initial weights: Kendall's τ {tau:.3f}\n")


def measure(
    name: str,
    genotype: str,
    batch: TrainingBatch,
    shortcuts: Shortcuts | None = None,
    seed: int = SEED,
    dtype: torch.dtype = torch.float32,
) -> float:
    """The value of a proxy by programs, or by torch without shortcuts."""
    own = TrainingBatch(batch.images.to(dtype), batch.labels, batch.representation)
    build = partial(draw_network, genotype, seed, dtype)
    with deterministic_algorithms():
        context = Context(build, own, SIZE.resolution, seed, shortcuts or Shortcuts())
        return float(PROXIES[name].measure(context))


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


def differences(found: Sequence[float], expected: Sequence[float]) -> list[float]:
    """Relative differences. A cell without an edge to its output has values of zero, which are equal."""
    return [0.0 if one == other else abs(one / other - 1) for one, other in zip(found, expected, strict=True)]


def report(what: str, errors: Sequence[float]) -> None:
    """Prints the mean and the largest difference."""
    sys.stdout.write(
        f"{what}: {mean(errors):.2g} on average, {max(errors):.2g} at most ({len(errors)} architectures)\n"
    )


if __name__ == "__main__":
    main()
