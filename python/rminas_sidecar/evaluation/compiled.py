"""Compiled networks: their trainings and measurements."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rminas_sidecar.evaluation.determinism import seeded
from rminas_sidecar.evaluation.sgd import learning_rate
from rminas_sidecar.kernels.program import Sgd
from rminas_sidecar.objective.observation import Observation, TrainingBatch
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.programs import Compiler, Material, Program, can_compile, find_compiler
from rminas_sidecar.programs.flow import SynapticFlow
from rminas_sidecar.proxies.context import Samples, WeightGradients
from rminas_sidecar.specification import OptimizerSpecification, Specification


class CompiledTraining:
    """A training by a program; see :class:`rminas_sidecar.evaluation.training.Training`.

    Args:
        program: with the initial parameters.
        optimizer: with its gradient norm and cosine.
        beta: weight of the representation loss, 0 to 1.
    """

    def __init__(self, program: Program, optimizer: OptimizerSpecification, beta: float) -> None:
        self._program = program
        self._optimizer = optimizer
        self._beta = beta
        self._updates = 0

    def observe(self) -> Observation:
        values: Tensor = self._program.observe()
        cross_entropy, cka = values[0], values[1:]
        rmi = len(cka) - cka.sum()
        return Observation(self._beta * rmi + (1 - self._beta) * cross_entropy, cross_entropy, cka)

    def update(self) -> None:
        optimizer = self._optimizer
        # Without momentum there is no dampening, and the first gradient is not dampened, as in torch.
        dampened = optimizer.momentum and self._updates
        self._program.differentiate()
        self._program.update(
            Sgd(
                learning_rate=learning_rate(optimizer, self._updates),
                momentum=optimizer.momentum,
                gradient_share=1 - optimizer.dampening if dampened else 1,
                nesterov=optimizer.nesterov,
                weight_decay=optimizer.weight_decay,
                gradient_norm=math.inf if optimizer.gradient_norm is None else optimizer.gradient_norm,
            )
        )
        self._updates += 1


@dataclass(frozen=True)
class CompiledNetworks:
    """Compiles the networks of a specification; trains and measures them in one thread."""

    _specification: Specification
    _compiler: Compiler
    _material: Material
    _flow: SynapticFlow | None

    @classmethod
    def find(
        cls, specification: Specification, batch: TrainingBatch, device: torch.device
    ) -> "CompiledNetworks | None":
        """None where the arithmetic is another one, or the networks cannot be compiled.

        Args:
            specification: of the evaluations.
            batch: of the specification.
            device: where candidates are trained.
        """
        wanted = specification.arithmetic == "compiled" and specification.precision != "bf16"
        known = specification.backend == "native" and device.type == "cpu"
        if not wanted or not known or not isinstance(batch.representation, RepresentationLoss):
            return None
        size = specification.network
        space = specification.space
        compiler = find_compiler(space, size.channels) if can_compile(space, size, len(batch.images)) else None
        if compiler is None:
            return None
        material = Material.of(batch.images, batch.labels, batch.representation.references)
        return cls(specification, compiler, material, compiler.synaptic_flow(size))

    def begin(self, genotype: str, seed: int) -> CompiledTraining | None:
        """A training with the initial weights of the seed; None for a network that cannot be compiled.

        Raises:
            SidecarError: `invalid-genotype`.
        """
        spec = self._specification
        if not self._compiler.knows(genotype):
            return None
        with seeded(seed):
            program = self._compiler.compile(genotype, spec.network, self._material, spec.beta)
        return CompiledTraining(program, spec.optimizer, spec.beta)

    def loss_gradients(self, genotype: str, seed: int, batches: Sequence[Samples]) -> list[WeightGradients] | None:
        """The gradients of the mean cross entropy in a network with the initial weights of the seed.

        Args:
            genotype: in the space's notation.
            seed: of the initial weights.
            batches: images (samples × 3 × height × width) and labels, each passed through the network by itself.

        Returns:
            For each batch, the weights of convolutions and linear layers with their gradients. None for a network that
            cannot be compiled.

        Raises:
            SidecarError: `invalid-genotype`.
        """
        space, size = self._specification.space, self._specification.network
        suited = all(can_compile(space, size, len(images)) for images, _ in batches)
        if not suited or not self._compiler.knows(genotype):
            return None
        programs: dict[int, Program] = {}
        gradients = []
        for images, labels in batches:
            material = Material.of(images, labels, [])
            program = programs.get(len(images))
            if program is None:
                with seeded(seed):
                    program = programs[len(images)] = self._compiler.compile(genotype, size, material, beta=0)
            else:
                # Memory that was used before: the system takes as long to give new one as a forward pass.
                program.load(material)
            program.observe()
            program.differentiate()
            gradients.append(program.weight_gradients())
        return gradients

    @property
    def measures_synaptic_flow(self) -> bool:
        """Whether :meth:`synaptic_flow` can be used."""
        return self._flow is not None

    def synaptic_flow(self, genotype: str, seed: int) -> float:
        """The synaptic flow of a network with the initial weights of the seed.

        Raises:
            SidecarError: `invalid-genotype`.
        """
        assert self._flow is not None
        with seeded(seed):
            return self._flow.measure(genotype)
