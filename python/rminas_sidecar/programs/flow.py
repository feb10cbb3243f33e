"""Synaptic flow by a program: weights are drawn without modules, and a network passes through one call."""

import torch

from rminas_sidecar.kernels.program import Machine
from rminas_sidecar.programs import nas_bench_201
from rminas_sidecar.programs.buffers import Buffer
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.images import patches_of
from rminas_sidecar.programs.operations import Shape, make_table
from rminas_sidecar.programs.parameters import Parameters
from rminas_sidecar.programs.tape import Image
from rminas_sidecar.specification import NetworkSpecification

FLOW_SPACE = "nas-bench-201"
"""The space whose networks are measured by programs."""


class SynapticFlow:
    """Measures the synaptic flow of networks of NAS-Bench-201, one after the other, in the same memory.

    Args:
        machine: runs the operations.
        lanes: channels in the vectors of its first library.
        size: of the networks; see :func:`rminas_sidecar.programs.nas_bench_201.suits`.
    """

    def __init__(self, machine: Machine, lanes: int, size: NetworkSpecification) -> None:
        self._machine, self._lanes, self._size = machine, lanes, size
        self._image = patches_of(torch.ones(1, 3, size.resolution, size.resolution))

    def measure(self, genotype: str) -> float:
        """The flow of a network, whose parameters are drawn from torch's global generator.

        Raises:
            SidecarError: `invalid-genotype`.
        """
        graph, parameters = Graph(self._lanes), Parameters()
        image = Image(Shape(*self._image.shape), Buffer(self._image.numel()))
        network = nas_bench_201.build(graph, parameters, image, genotype, self._size)
        graph.classification(network.last, network.classifier, Buffer(1), Buffer(1), factor=0)
        graph.forget_gradient()
        arena = parameters.place()
        drawn = torch.zeros(arena.floats)
        parameters.draw(drawn)
        for operation in graph.operations:
            for buffer in operation.buffers():
                arena.give_once(buffer)
        table = make_table(graph.operations)
        doubles = (arena.floats, arena.floats, self._machine.flow_scratch_size(table))
        memory = self._machine.memory.take(*(2 * count for count in doubles))
        values, gradients, scratch = (piece.view(torch.float64) for piece in memory)
        values[: len(drawn)] = drawn.abs_()
        values[image.buffer.place : image.buffer.place + image.buffer.floats] = self._image.flatten()
        return self._machine.flow(table, values, gradients, scratch)
