"""Tries some networks of a space of the user, before anything is evaluated."""

import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.arithmetic import Arithmetic
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.networks import SPACES, build_network
from rminas_sidecar.specification import Specification

_MOST_IMAGES = 8
_MOST_SECONDS = 120.0
"""No further network is tried after this time."""
_SEED = 1


def probe_space(specification: Specification, arithmetic: Arithmetic, images: Tensor) -> list[str]:
    """Builds networks of the specification's space until one answers images correctly.

    Args:
        specification: of the evaluations.
        arithmetic: of the evaluations.
        images: of the batch, in the layout of the arithmetic.

    Returns:
        Notes for the user: the shapes of the features, and the failures.

    Raises:
        SidecarError: `plugin-failed` when none of the networks can be used, and when equal seeds give other weights.
    """
    space = SPACES.get(specification.space)
    probes = () if space is None else space.probes
    start = time.monotonic()
    failures: list[SidecarError] = []
    for genotype in probes:
        try:
            with deterministic_algorithms():
                features = _try(specification, arithmetic, genotype, images[:_MOST_IMAGES])
        except SidecarError as error:
            if error.code != "architecture-failed":
                raise
            failures.append(error)
            if time.monotonic() - start > _MOST_SECONDS:
                break
            continue
        shapes = ", ".join(" × ".join(map(str, stage.shape[1:])) for stage in features)
        return [
            f"The stages of {genotype} that are compared with the teacher's have the shapes {shapes}.",
            *(f"Some architectures fail and count as infinite loss: {failure.message}" for failure in failures),
        ]
    if not failures:
        return []
    first = failures[0]
    message = f"None of {len(failures)} networks of the space {specification.space} can be used. {first.message}"
    raise SidecarError("plugin-failed", message, first.next_steps)


def _try(specification: Specification, arithmetic: Arithmetic, genotype: str, images: Tensor) -> Sequence[Tensor]:
    """The features of a network.

    Raises:
        SidecarError: `architecture-failed`, or `plugin-failed` for weights that the seed does not decide.
    """
    network, again = (_build(specification, genotype) for _ in range(2))
    for (name, one), other in zip(network.state_dict().items(), again.state_dict().values(), strict=True):
        if not torch.equal(one, other):
            raise SidecarError(
                "plugin-failed",
                f"The space {specification.space} builds other weights from the same seed ({name} of {genotype}).",
                ["Draw all weights by the functions of torch, without a generator or a seed of your own."],
            )
    with torch.no_grad():
        features, _ = arithmetic.prepare(network.to(arithmetic.device).train())(images)
    return features  # type: ignore[no-any-return]


def _build(specification: Specification, genotype: str) -> nn.Module:
    with seeded(_SEED):
        return build_network(specification.space, genotype, specification.network)
