"""The costs of networks: parameters, FLOPs and latency."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import nn

from rminas_sidecar.backends import BACKENDS
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.determinism import seeded
from rminas_sidecar.evaluation.latency import measure_latency
from rminas_sidecar.networks.counting import Counter, Counts, count
from rminas_sidecar.networks.parts import COMPOSITIONS
from rminas_sidecar.protocol.failures import is_out_of_memory
from rminas_sidecar.specification import NetworkSpecification, Specification

_MANY = 16
"""Networks of which at least one must work."""


def find_costs(
    specification: Specification,
    genotypes: Sequence[str],
    latency: Mapping[str, Any] | None,
    device: torch.device,
) -> list[dict[str, Any]]:
    """The costs of networks with fresh weights.

    Args:
        specification: its space, size and backend decide how the networks are built.
        genotypes: in the space's notation.
        latency: the number of images in a `batch`; None when no latency is measured.
        device: where latencies are measured.

    Returns:
        The protocol's costs of each network: `params`, `flops` in millions, and `latency` in milliseconds. The
        latency is None when it was not asked for, or when the memory does not suffice. All are None for a network of
        the user's that cannot be built or run.

    Raises:
        SidecarError: `invalid-genotype`, `unknown-name`, `plugin-failed`, `missing-backend`; `architecture-failed` when
            none of many networks can be built or run.
    """
    answers: list[dict[str, Any]] = []
    failures: list[SidecarError] = []
    for genotype in genotypes:
        try:
            answers.append(_find(specification, genotype, latency, device))
        except SidecarError as error:
            if error.code != "architecture-failed":
                raise
            failures.append(error)
            answers.append(dict.fromkeys(("params", "flops", "latency")))
    if len(failures) == len(genotypes) >= _MANY:
        raise failures[0]
    return answers


def _find(
    specification: Specification, genotype: str, latency: Mapping[str, Any] | None, device: torch.device
) -> dict[str, Any]:
    counts = count_network(specification, genotype)
    milliseconds = None if latency is None else _measure(specification, genotype, latency["batch"], device)
    return {"params": counts.params, "flops": counts.multiply_adds / 1e6, "latency": milliseconds}


def can_count_without_building(specification: Specification) -> bool:
    """Whether networks of the specification are counted from parts, of which each is built once."""
    return specification.backend == "native" and specification.space in COMPOSITIONS


def count_network(specification: Specification, genotype: str) -> Counts:
    """The counts of a network with fresh weights; most of those of a built-in space are not built."""
    if can_count_without_building(specification):
        return _counter(specification.space, specification.network).count(genotype)
    return count(_build(specification, genotype), specification.network.resolution)


@lru_cache(maxsize=16)
def _counter(space: str, size: NetworkSpecification) -> Counter:
    return Counter(space, size)


def _build(specification: Specification, genotype: str) -> nn.Module:
    with seeded(0):
        return BACKENDS[specification.backend].build_network(specification, genotype)


def _measure(specification: Specification, genotype: str, batch: int, device: torch.device) -> float | None:
    network = _build(specification, genotype).to(device)
    try:
        return measure_latency(network, specification.network.resolution, batch, device)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        return None
