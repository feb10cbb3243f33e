"""Compiled networks and operations beside those of torch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.kernels import find_kernels, find_machine
from rminas_sidecar.networks.darts_operations import FactorizedReduce
from rminas_sidecar.objective.observation import TrainingBatch, observe
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.programs import Compiler, Material, Program, find_compiler
from rminas_sidecar.programs.buffers import Buffer
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.operations import Shape, make_table
from rminas_sidecar.programs.parameters import Parameters
from rminas_sidecar.programs.tape import Image, Total
from rminas_sidecar.specification import NetworkSpecification
from support.kernels import require

BETA = 0.8


def compiler_for(space: str, channels: int) -> Compiler:
    """The compiler of a space; see :func:`support.kernels.require`."""
    return require(find_compiler(space, channels))


def draw_batch(seed: int = 0, dtype: torch.dtype = torch.float32, samples: int = 6, side: int = 16) -> TrainingBatch:
    """Random images of five classes, and features of a teacher."""
    generator = torch.Generator().manual_seed(seed)
    teacher = [torch.randn(samples, 40, generator=generator).relu().to(dtype) for _ in range(3)]
    images = torch.randn(samples, 3, side, side, generator=generator).to(dtype)
    labels = torch.randint(5, (samples,), generator=generator)
    return TrainingBatch(images, labels, RepresentationLoss(teacher))


def compile_network(
    compiler: Compiler, genotype: str, size: NetworkSpecification, batch: TrainingBatch, seed: int = 3
) -> Program:
    """A program with the initial parameters of a seed."""
    assert isinstance(batch.representation, RepresentationLoss)
    torch.manual_seed(seed)
    material = Material.of(batch.images, batch.labels, batch.representation.references)
    return compiler.compile(genotype, size, material, BETA)


def as_compiled(network: nn.Module, of: Callable[[nn.Parameter], Tensor | None]) -> Iterator[Tensor]:
    """Tensors of the parameters in the order and the layout of a program. Parameters without a tensor are left out."""
    inner: set[nn.Module] = set()
    for module in network.modules():
        if isinstance(module, FactorizedReduce):
            inner |= set(module.children())
            yield from _halves(module, of)
        if module in inner:
            continue
        own = [of(parameter) for parameter in module.parameters(recurse=False)]
        tensors = [tensor for tensor in own if tensor is not None]
        if isinstance(module, nn.BatchNorm2d) and tensors:
            yield torch.cat(tensors)
        elif not isinstance(module, nn.BatchNorm2d):
            yield from ((it.permute(2, 3, 1, 0) if it.ndim == 4 else it).flatten() for it in tensors)


def _halves(module: FactorizedReduce, of: Callable[[nn.Parameter], Tensor | None]) -> Iterator[Tensor]:
    """The two convolutions of a program, each with its part of the normalisation."""
    first = 0
    for convolution in (module.conv1, module.conv2):
        last = first + convolution.out_channels
        weight, scale, shift = of(convolution.weight), of(module.bn.weight), of(module.bn.bias)
        if weight is not None and scale is not None and shift is not None:
            yield weight.permute(2, 3, 1, 0).flatten()
            yield torch.cat([scale[first:last], shift[first:last]])
        first = last


def pieces(program: Program, of: Tensor) -> list[Tensor]:
    """The parts of `of` that belong to each parameter."""
    return [of[it.place : it.place + it.floats] for it in program.layout]


def errors_of_gradients(program: Program, network: nn.Module, batch: TrainingBatch) -> list[float]:
    """The relative error of the gradient of each parameter of a program.

    Args:
        program: its cross entropy and CKA are compared too.
        network: the same by torch's modules, in float64.
        batch: that of the program, in float64.
    """
    observed = observe(network, batch, BETA)
    parameters = list(network.parameters())
    gradients = torch.autograd.grad(observed.loss, parameters, allow_unused=True)
    theirs = list(as_compiled(network, dict(zip(parameters, gradients, strict=True)).__getitem__))
    cross_entropy, *cka = program.observe()
    assert float(cross_entropy) == pytest.approx(observed.cross_entropy.item(), rel=1e-6)
    assert [float(value) for value in cka] == pytest.approx(observed.cka.tolist(), rel=1e-6)
    program.differentiate()
    # Gradients of convolutions of zeros, and of what a later normalisation takes away, are zeros but for rounding.
    least = 1e-3 * torch.cat(theirs).norm()
    return [
        float((one[: len(other)] - other).norm() / (other.norm() + least))
        for one, other in zip(pieces(program, program.gradients), theirs, strict=True)
    ]


@dataclass(frozen=True)
class Answer:
    """Results of operations, in float64 and torch's layout.

    Args:
        y: the images.
        x_gradient: of the images that were given.
        parameters: weights and norms, flat, in the layout of programs.
        gradients: of the parameters.
    """

    y: Tensor
    x_gradient: Tensor
    parameters: Sequence[Tensor]
    gradients: Sequence[Tensor]


Build = Callable[[Graph, Parameters, Image], Image]


def run_operations(build: Build, x: Tensor, upstream: Callable[[tuple[int, ...]], Tensor]) -> Answer:
    """Runs operations and those of their gradients, each buffer in a place of its own.

    Args:
        build: appends the operations; an answer that is not yet normalised is normalised.
        x: batch × channels × height × width.
        upstream: draws the gradient of y, of its shape in torch's layout.
    """
    machine, kernels = require(find_machine(8)), require(find_kernels())
    graph, parameters = Graph(kernels.normalisation.lanes), Parameters()
    batch, channels, height, width = x.shape
    image = Image(Shape(batch, height, width, channels), Buffer(x.numel()))
    arrived: list[Total] = []
    graph.on_gradient(image, arrived.append)
    y = build(graph, parameters, image)
    y = y if y.statistics is None else graph.normalised(y)
    arriving = Buffer(y.shape.floats)
    y.terms.append(Total(arriving, owned=True))
    forward = len(graph.operations)
    graph.differentiate()
    arena = parameters.place()
    parameters.place_gradients(arena)
    for operation in graph.operations:
        for buffer in operation.buffers():
            arena.give_once(buffer)
    table = make_table(graph.operations)
    memory, scratch = machine.memory.take(arena.floats, machine.scratch_size(table))
    memory.zero_()
    parameters.draw(memory)
    for parameter in parameters.used:
        _at(memory, parameter).add_(0.3 * torch.randn(parameter.floats))
    _at(memory, image.buffer).copy_(x.permute(0, 2, 3, 1).flatten())
    shape = (y.shape.batch, y.shape.channels, y.shape.height, y.shape.width)
    _at(memory, arriving).copy_(upstream(shape).permute(0, 2, 3, 1).flatten())
    # Scratch memory holds anything.
    scratch.fill_(float("nan"))
    machine.run(table[:forward], memory, scratch)
    answer = _as_torch(memory, y)
    machine.run(table[forward:], memory, scratch)
    return Answer(
        answer,
        _as_torch(memory, Image(image.shape, arrived[0].buffer)),
        [_at(memory, it).double() for it in parameters.used],
        [_at(memory, it.gradient).double() for it in parameters.used],
    )


def _at(memory: Tensor, buffer: Buffer) -> Tensor:
    return memory[buffer.place : buffer.place + buffer.floats]


def _as_torch(memory: Tensor, image: Image) -> Tensor:
    return _at(memory, image.buffer).view(image.shape).permute(0, 3, 1, 2).double()
