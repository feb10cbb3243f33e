"""Synaptic flow by a program: weights are drawn without modules, and a network passes through one call."""

import torch
from torch import Tensor

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
        self._memory = [torch.empty(0, dtype=torch.float64)] * 3

    def measure(self, genotype: str) -> float:
        """The flow of a network, whose parameters are drawn from torch's global generator.

        Raises:
            SidecarError: `invalid-genotype`.
        """
        graph, parameters = Graph(self._lanes), Parameters()
        image = Image(Shape(*self._image.shape), Buffer(self._image.numel()))
        network = nas_bench_201.build(graph, parameters, image, genotype, self._size)
        graph.classification(network.last, network.classifier, Buffer(1), Buffer(1), factor=0)
        arena = parameters.place()
        drawn = torch.zeros(arena.floats)
        parameters.draw(drawn)
        for operation in graph.operations:
            for buffer in operation.buffers():
                arena.give_once(buffer)
        table = make_table(graph.operations)
        values, gradients, scratch = self._take(arena.floats, arena.floats, self._machine.flow_scratch_size(table))
        values[: len(drawn)] = drawn.abs_()
        values[image.buffer.place : image.buffer.place + image.buffer.floats] = self._image.flatten()
        return self._machine.flow(table, values, gradients, scratch)

    def _take(self, *counts: int) -> list[Tensor]:
        """Memory that was used before, where it suffices: fresh memory costs as much as a third of the sums."""
        self._memory = [
            memory if len(memory) >= count else torch.empty(count, dtype=torch.float64)
            for memory, count in zip(self._memory, counts, strict=True)
        ]
        return self._memory
