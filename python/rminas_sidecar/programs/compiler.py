"""Finds out whether programs can be run on this machine, and compiles them."""

import functools
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.kernels import find_kernels, find_machine
from rminas_sidecar.kernels.program import Machine, Sgd
from rminas_sidecar.networks import build_network
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.programs.compilation import STAGES, Material, Program, compile_network
from rminas_sidecar.programs.flow import FLOW_SPACE, SynapticFlow
from rminas_sidecar.programs.spaces import SPACES
from rminas_sidecar.specification import NetworkSpecification

_SAMPLES = 8
_BETA, _RATE, _TOLERANCE = 0.5, 0.01, 1e-3


@dataclass(frozen=True)
class Compiler:
    """Compiles networks of a space for the functions of this machine; see :func:`find_compiler`."""

    space: str
    _machine: Machine
    _lanes: int

    def knows(self, genotype: str) -> bool:
        """Whether there are operations for a genotype.

        Raises:
            SidecarError: `invalid-genotype`.
        """
        return SPACES[self.space].knows(genotype)

    def compile(self, genotype: str, size: NetworkSpecification, material: Material, beta: float) -> Program:
        """See :func:`rminas_sidecar.programs.compilation.compile_network`."""
        return compile_network(self._machine, self._lanes, self.space, genotype, size, material, beta)

    def synaptic_flow(self, size: NetworkSpecification) -> SynapticFlow | None:
        """Measures the synaptic flow of networks of this size; None for other spaces than NAS-Bench-201."""
        return SynapticFlow(self._machine, self._lanes, size) if self.space == FLOW_SPACE else None


@functools.cache
def find_compiler(space: str, channels: int) -> Compiler | None:
    """The compiler, or None where the C functions cannot be used or do not give the results of torch.

    Args:
        space: of the networks, see :func:`rminas_sidecar.programs.spaces.can_compile`.
        channels: of the networks' stems.
    """
    channels = SPACES[space].narrowest or channels
    kernels, machine = find_kernels(channels), find_machine(channels)
    widest = find_kernels()
    if kernels is None or machine is None or widest is None:
        return None
    compiler = Compiler(space, machine, widest.normalisation.lanes)
    return compiler if _is_right(compiler, kernels.normalisation.lanes) else None


def _is_right(compiler: Compiler, channels: int) -> bool:
    """Compares the losses before and after an update with those of torch."""
    space = SPACES[compiler.space]
    size = NetworkSpecification(channels=channels, cells=space.cells, classes=3, resolution=space.resolution)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        images, labels = (
            torch.randn(_SAMPLES, 3, size.resolution, size.resolution),
            torch.arange(_SAMPLES) % size.classes,
        )
        loss = RepresentationLoss([torch.randn(_SAMPLES, 8) for _ in range(STAGES)])
        torch.default_generator.manual_seed(1)
        network = build_network(compiler.space, space.example, size).train()
        torch.default_generator.manual_seed(1)
        program = compiler.compile(space.example, size, Material.of(images, labels, loss.references), _BETA)
    return all(
        bool((ours - theirs).abs() < _TOLERANCE * theirs.abs())
        for ours, theirs in zip(_losses(program), _losses_of_torch(network, images, labels, loss), strict=True)
    )


def _losses(program: Program) -> list[Tensor]:
    before = program.observe()
    program.differentiate()
    program.update(Sgd(_RATE, 0.0, 1.0, 0.0, 0.0, float("inf")))
    return [
        _BETA * (STAGES - cka.sum()) + (1 - _BETA) * cross_entropy
        for cross_entropy, cka in ((values[0], values[1:]) for values in (before, program.observe()))
    ]


def _losses_of_torch(network: nn.Module, images: Tensor, labels: Tensor, loss: RepresentationLoss) -> list[Tensor]:
    def observe() -> Tensor:
        features, logits = network(images)
        return _BETA * loss(features)[0] + (1 - _BETA) * functional.cross_entropy(logits, labels)

    before, parameters = observe(), list(network.parameters())
    gradients = torch.autograd.grad(before, parameters, allow_unused=True, materialize_grads=True)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.sub_(gradient, alpha=_RATE)
        return [before, observe()]
