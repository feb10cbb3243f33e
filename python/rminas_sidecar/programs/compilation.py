"""Compiles a network, its loss and their gradient into a program."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rminas_sidecar.kernels.memory import ALIGNMENT
from rminas_sidecar.kernels.program import Machine, Sgd
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
        references: of each stage, the centred Gram matrix divided by its norm: samples × samples, float32. Empty where
            no stage is compared.
    """

    patches: Tensor
    labels: Tensor
    references: list[Tensor]

    @classmethod
    def of(cls, images: Tensor, labels: Tensor, references: list[Gram]) -> "Material":
        """The material of images (samples × 3 × height × width), labels (samples), and the teacher's Gram matrices."""
        return cls(patches_of(images), labels.to(torch.int32), [gram.centred / gram.norm for gram in references])

    def tensors(self) -> list[Tensor]:
        """The labels, the references and the patches."""
        return [self.labels, *self.references, self.patches]


class Program:
    """A network with its parameters, which :meth:`observe` and :meth:`update` train step by step.

    Args:
        machine: runs the operations.
        forward: operations from the images to the cross entropy and the CKA.
        backward: operations of the gradient.
        arena: with the parameters at its start, then their gradients and momenta.
        scratch: memory for both, see :meth:`Machine.scratch_size`.
        layout: the parameters, in the order of the network's modules.
        weights: those of convolutions and linear layers.
        inputs: where the tensors of the material are, in their order.
        results: where cross entropy and CKA are, each in a buffer of its own.
    """

    def __init__(
        self,
        machine: Machine,
        forward: NDArray[np.void],
        backward: NDArray[np.void],
        arena: Tensor,
        scratch: Tensor,
        layout: Sequence[Parameter],
        weights: Sequence[Parameter],
        inputs: Sequence[Buffer],
        results: Buffer,
    ) -> None:
        self._machine = machine
        self._forward, self._backward = forward, backward
        self._arena, self._scratch = arena, scratch
        self.layout = layout
        self._weights, self._inputs = weights, inputs
        floats = layout[0].gradient.place - layout[0].place
        self.parameters, self.gradients, self._momenta = (
            arena[part * floats : (part + 1) * floats] for part in range(3)
        )
        self._results = arena[results.place : results.place + results.floats : ALIGNMENT]

    @property
    def floats(self) -> int:
        """The memory of the program, in floats."""
        return self._arena.numel() + self._scratch.numel()

    @property
    def tables(self) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """The operations of the loss and those of its gradient."""
        return self._forward, self._backward

    def run(self, operations: NDArray[np.void]) -> None:
        """Runs operations of :attr:`tables`: all of one, or single ones to measure them."""
        self._machine.run(operations, self._arena, self._scratch)

    def load(self, material: Material) -> None:
        """Replaces the samples by others, of the same shapes."""
        for buffer, tensor in zip(self._inputs, material.tensors(), strict=True):
            self._arena[buffer.place : buffer.place + buffer.floats] = tensor.view(torch.float32).flatten()

    def observe(self) -> Tensor:
        """Cross entropy, and the CKA of each stage that is compared: 1 + stages."""
        self.run(self._forward)
        return self._results.clone()

    def differentiate(self) -> None:
        """Computes the gradient of the loss that was observed last."""
        self.run(self._backward)

    def weight_gradients(self) -> list[tuple[Tensor, Tensor]]:
        """The weights of convolutions and linear layers, with their gradients by :meth:`differentiate`.

        Copies, in one dimension each. Zeros follow the weights of the first convolution, and their gradients.
        """
        places = [slice(weight.place, weight.place + weight.floats) for weight in self._weights]
        return [(self.parameters[place].clone(), self.gradients[place].clone()) for place in places]

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
    labels, *references = [Buffer(tensor.numel()) for tensor in (material.labels, *material.references)]
    inputs = [labels, *references, patches.buffer]
    results = Buffer((1 + len(references)) * ALIGNMENT)
    for buffer in (*inputs, results):
        arena.give(buffer)
    _append_loss(graph, network, labels, references, results, beta)
    forward = len(graph.operations)
    graph.differentiate()
    arena.plan([list(operation.buffers()) for operation in graph.operations])
    table = make_table(graph.operations)
    steps = (table[:forward], table[forward:])
    memory, scratch = machine.memory.take(arena.floats, max(map(machine.scratch_size, steps)))
    memory[:trained] = 0
    parameters.draw(memory)
    program = Program(machine, *steps, memory, scratch, parameters.used, parameters.weights, inputs, results)
    program.load(material)
    return program


def _append_loss(
    graph: Graph, network: Network, labels: Buffer, references: list[Buffer], results: Buffer, beta: float
) -> None:
    """Loss: beta × (sum over the stages, if any, of 1 - CKA) + (1 - beta) × cross entropy."""
    result = [Buffer(1, results.place + index * ALIGNMENT) for index in range(1 + len(references))]
    graph.classification(network.last, network.classifier, labels, result[0], 1 - beta)
    for stage, reference, place in zip(network.stages[: len(references)], references, result[1:], strict=True):
        graph.comparison(stage, reference, place, -beta)
