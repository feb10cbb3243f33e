"""Parameters and multiply-adds of networks."""

from dataclasses import dataclass

import torch
from torch import nn

from rminas_sidecar.networks.flops import count_multiply_adds
from rminas_sidecar.networks.parts import COMPOSITIONS, Part
from rminas_sidecar.networks.registry import build_network
from rminas_sidecar.specification import NetworkSpecification


@dataclass(frozen=True)
class Counts:
    """The counted costs of a network.

    Args:
        params: trainable parameters, those on edges that lead nowhere included.
        multiply_adds: see :func:`rminas_sidecar.networks.flops.count_multiply_adds`.
    """

    params: int
    multiply_adds: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.params + other.params, self.multiply_adds + other.multiply_adds)

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(self.params - other.params, self.multiply_adds - other.multiply_adds)


def count(network: nn.Module, resolution: int) -> Counts:
    """Counts a network that has been built.

    Args:
        network: answers images of shape batch × 3 × height × width.
        resolution: height and width of an image, in pixels.
    """
    params = sum(parameter.numel() for parameter in network.parameters())
    return Counts(params, count_multiply_adds(network, resolution))


class Counter:
    """Counts the networks of a built-in space. Each part of a network is built once, so that most need no building.

    Args:
        space: a name in `COMPOSITIONS`.
        size: of the networks.
    """

    def __init__(self, space: str, size: NetworkSpecification) -> None:
        self._space = space
        self._size = size
        self._composition = COMPOSITIONS[space]
        self._known: dict[Part, Counts] = {}
        self._base = self._build(self._composition.base)

    def count(self, genotype: str) -> Counts:
        """The counts of the network, equal to those of :func:`count`.

        Raises:
            SidecarError: `invalid-genotype`.
        """
        return sum((self._part(part) for part in self._composition.parts(genotype)), start=self._base)

    def _part(self, part: Part) -> Counts:
        known = self._known.get(part)
        if known is None:
            known = self._known[part] = self._build(self._composition.example(part)) - self._base
        return known

    def _build(self, genotype: str) -> Counts:
        # The numbers in the weights do not matter, so none are drawn.
        with torch.device("meta"):
            network = build_network(self._space, genotype, self._size)
        return count(_on_cpu(network), self._size.resolution)


def _on_cpu(network: nn.Module) -> nn.Module:
    """The network with memory that is not initialised. `to_empty` would make torch import a library for symbols."""
    for module in network.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            setattr(module, name, nn.Parameter(torch.empty(parameter.shape, dtype=parameter.dtype)))
        for name, buffer in list(module.named_buffers(recurse=False)):
            setattr(module, name, torch.empty(buffer.shape, dtype=buffer.dtype))
    return network
