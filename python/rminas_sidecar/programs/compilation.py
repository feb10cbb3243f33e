"""Compiles a network, its loss and their gradient into a program."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rminas_sidecar.kernels.program import ALIGNMENT, Machine, Sgd, aligned_floats
from rminas_sidecar.objective.rmi import Gram
from rminas_sidecar.programs.buffers import Buffer
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.images import patches_of
from rminas_sidecar.programs.network import Network
from rminas_sidecar.programs.operations import Shape, make_table
from rminas_sidecar.programs.parameters import Parameter, Parameters
from rminas_sidecar.programs.spaces import SPACES
from rminas_sidecar.programs.tape import Image
from rminas_sidecar.specification import NetworkSpecification

STAGES = 3


@dataclass(frozen=True)
class Material:
    """The samples of a batch and the teacher's Gram matrices, in the form that programs read.

    Args:
        patches: the 3 × 3 pixels around each pixel: samples × height × width × channels, float32.
        labels: samples, int32.
        references: of each stage, the centred Gram matrix divided by its norm: samples × samples, float32.
    """

    patches: Tensor
    labels: Tensor
    references: list[Tensor]

    @classmethod
    def of(cls, images: Tensor, labels: Tensor, references: list[Gram]) -> "Material":
        """The material of images (samples × 3 × height × width), labels (samples), and the teacher's Gram matrices."""
        return cls(patches_of(images), labels.to(torch.int32), [gram.centred / gram.norm for gram in references])


class Program:
    """A network with its parameters, which :meth:`observe` and :meth:`update` train step by step.

    Args:
        machine: runs the operations.
        forward: operations from the images to the cross entropy and the CKA.
        backward: operations of the gradient.
        arena: with the parameters at its start, then their gradients and momenta.
        layout: the parameters, in the order of the network's modules.
        results: where cross entropy and CKA are, each in a buffer of its own.
    """

    def __init__(
        self,
        machine: Machine,
        forward: NDArray[np.void],
        backward: NDArray[np.void],
        arena: Tensor,
        layout: Sequence[Parameter],
        results: Buffer,
    ) -> None:
        self._machine = machine
        self._forward, self._backward = forward, backward
        self._arena = arena
        scratch = max(machine.scratch_size(operations) for operations in (forward, backward))
        self._scratch = aligned_floats(scratch)
        self.layout = layout
        floats = layout[0].gradient.place - layout[0].place
        self.parameters, self.gradients, self._momenta = (
            arena[part * floats : (part + 1) * floats] for part in range(3)
        )
        self._results = arena[results.place : results.place + results.floats : ALIGNMENT]

    @property
    def floats(self) -> int:
        """The memory of the program, in floats."""
        return self._arena.numel() + self._scratch.numel()

    def observe(self) -> Tensor:
        """Cross entropy, and the CKA of each stage: 1 + stages."""
        self._machine.run(self._forward, self._arena, self._scratch)
        return self._results.clone()

    def differentiate(self) -> None:
        """Computes the gradient of the loss that was observed last."""
        self._machine.run(self._backward, self._arena, self._scratch)

    def update(self, sgd: Sgd) -> None:
        """Updates the parameters by their gradients."""
        self._machine.update(self.parameters, self.gradients, self._momenta, sgd)


def compile_network(
    machine: Machine, lanes: int, space: str, genotype: str, size: NetworkSpecification, material: Material, beta: float
) -> Program:
    """Compiles a network, and draws its parameters from torch's global generator.

    Args:
        machine: runs the program.
        lanes: channels in the vectors of its first library.
        space: one of :data:`rminas_sidecar.programs.spaces.SPACES`.
        genotype: in the space's notation.
        size: of the network; see :func:`rminas_sidecar.programs.spaces.can_compile`.
        material: of the batch.
        beta: weight of the representation loss, 0 to 1.

    Raises:
        SidecarError: `invalid-genotype`.
    """
    graph, parameters = Graph(lanes), Parameters()
    patches = Image(Shape(*material.patches.shape), Buffer(material.patches.numel()))
    network = SPACES[space].build(graph, parameters, patches, genotype, size)
    arena = parameters.place()
    parameters.place_gradients(arena)
    trained = arena.floats
    constants = {Buffer(constant.numel()): constant for constant in (material.labels, *material.references)}
    constants[patches.buffer] = material.patches
    results = Buffer((1 + STAGES) * ALIGNMENT)
    for buffer in (*constants, results):
        arena.give(buffer)
    labels, *references = list(constants)[: 1 + STAGES]
    _append_loss(graph, network, labels, references, results, beta)
    forward = len(graph.operations)
    graph.differentiate()
    arena.plan([list(operation.buffers()) for operation in graph.operations])
    table = make_table(graph.operations)
    memory = aligned_floats(arena.floats)
    memory[:trained] = 0
    for buffer, constant in constants.items():
        place = memory[buffer.place : buffer.place + buffer.floats]
        place.copy_(constant.view(torch.float32).flatten())
    parameters.draw(memory)
    return Program(machine, table[:forward], table[forward:], memory, parameters.used, results)


def _append_loss(
    graph: Graph, network: Network, labels: Buffer, references: list[Buffer], results: Buffer, beta: float
) -> None:
    """Loss: beta × (sum over the stages of 1 - CKA) + (1 - beta) × cross entropy."""
    result = [Buffer(1, results.place + index * ALIGNMENT) for index in range(1 + STAGES)]
    graph.classification(network.last, network.classifier, labels, result[0], 1 - beta)
    for stage, reference, place in zip(network.stages, references, result[1:], strict=True):
        graph.comparison(stage, reference, place, -beta)
