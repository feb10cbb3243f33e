"""The logits of a ResNet for small images by a program: close to torch's, in a third of the time."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.data.batch import Estimate
from rminas_sidecar.kernels import find_kernels, find_machine
from rminas_sidecar.kernels.program import Machine
from rminas_sidecar.programs.buffers import Arena, Buffer
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.images import PATCH_CHANNELS, convolve_patches, write_patches
from rminas_sidecar.programs.operations import PIXEL, RELU, Operation, Shape, Window, make_table
from rminas_sidecar.programs.parameters import Parameters
from rminas_sidecar.programs.tape import Image
from rminas_sidecar.teachers.cifar_resnet import BasicBlock, CifarResNet

_CHANNELS = 16
_GRANULE = 16
"""Tiles of 4 × 4 pixels have to fill the last stage, of a quarter of the resolution."""
_SAMPLES = 8
"""Images on which the program is compared with torch."""
_ERROR = 3e-5
"""Of a logit, as a share of the largest one: twenty times as much as was ever measured."""
_MEASURED = 5e-6
"""The same on the samples, where a larger one means that the C functions are wrong."""
_STRIDED = Window(side=3, stride=2, rectifies=RELU)


def estimate_logits(teacher: nn.Module, images: Tensor) -> Estimate | None:
    """The teacher's logits by a program that normalises by the statistics of the images, as in training mode.

    Args:
        teacher: any network.
        images: images × 3 × height × width, float32.

    Returns:
        None where the teacher is another network or in evaluation mode, or where the C functions cannot be used, do not
        suit the images, or do not give torch's logits for a few of the images.
    """
    suits = images.device.type == "cpu" and not any(side % _GRANULE for side in images.shape[2:])
    if not isinstance(teacher, CifarResNet) or not teacher.training or not suits or len(images) < _SAMPLES:
        return None
    kernels, machine = find_kernels(_CHANNELS), find_machine(_CHANNELS)
    if kernels is None or machine is None:
        return None
    lanes, samples = kernels.normalisation.lanes, images[:_SAMPLES]
    with torch.no_grad():
        _, expected = teacher(samples)
        difference = (_logits(machine, lanes, teacher, samples) - expected).abs().max()
        if not difference <= _MEASURED * expected.abs().max():
            return None
        logits = _logits(machine, lanes, teacher, images)
    return Estimate(logits, _ERROR * float(logits.abs().max()))


def _logits(machine: Machine, lanes: int, teacher: CifarResNet, images: Tensor) -> Tensor:
    graph, parameters = Graph(lanes), Parameters()
    count, _, height, width = images.shape
    shape = Shape(count, height, width, PATCH_CHANNELS)
    patches = Image(shape, Buffer(shape.floats))
    last = _build(graph, parameters, patches, teacher)
    graph.forget_gradient()
    arena = parameters.place()
    parameter_floats = arena.floats
    _plan(arena, graph.operations, patches.buffer)
    table = make_table(graph.operations)
    memory, scratch = machine.memory.take(arena.floats, machine.scratch_size(table))
    memory[:parameter_floats] = 0
    parameters.load(memory, _weights(teacher), _norms(teacher))
    write_patches(images, _view(memory, patches))
    machine.run(table, memory, scratch)
    return functional.linear(_view(memory, last).mean((1, 2)), teacher.linear.weight, teacher.linear.bias)


def _plan(arena: Arena, operations: Sequence[Operation], patches: Buffer) -> None:
    """Gives places to all buffers, in the memory of three images of the first stage."""
    longest = patches.floats * _CHANNELS // PATCH_CHANNELS
    for operation in operations:
        image = operation.places["y"]
        assert image is not None
        # Buffers of one length can share their places.
        image.floats = longest
    first, *others = [list(operation.buffers()) for operation in operations]
    halves = [Buffer(longest), Buffer(longest)]
    first.remove(patches)
    arena.plan([[*halves, *first], *others])
    patches.place = halves[0].place


def _view(memory: Tensor, image: Image) -> Tensor:
    return memory[image.buffer.place : image.buffer.place + image.shape.floats].view(image.shape)


def _build(graph: Graph, parameters: Parameters, patches: Image, teacher: CifarResNet) -> Image:
    x = graph.rectified(convolve_patches(graph, parameters, patches, _CHANNELS))
    for block in _blocks(teacher):
        inputs, outputs = block.conv1.in_channels, block.conv1.out_channels
        first, second = (parameters.convolution(channels, outputs, 3) for channels in (inputs, outputs))
        if inputs == outputs:
            shortcut, inner = x, graph.convolution("tiled_convolution", x, first)
        else:
            widening = parameters.convolution(inputs, outputs, norm="none")
            shortcut = graph.convolution("pointwise_convolution", graph.sampling(x), widening, PIXEL)
            inner = graph.convolution("strided_convolution", x, first, _STRIDED)
        convolved = graph.convolution("tiled_convolution", graph.normalised(inner), second)
        x = graph.rectified(graph.sum([convolved, shortcut], convolved.shape))
    return x


def _blocks(teacher: CifarResNet) -> Iterator[BasicBlock]:
    for stage in (teacher.layer1, teacher.layer2, teacher.layer3):
        for block in stage:
            assert isinstance(block, BasicBlock)
            yield block


def _weights(teacher: CifarResNet) -> Iterator[Tensor]:
    """The weights of the convolutions, in the order of :func:`_build`."""
    yield teacher.conv1.weight
    for block in _blocks(teacher):
        yield block.conv1.weight
        yield block.conv2.weight
        inputs, outputs = block.conv1.in_channels, block.conv1.out_channels
        if inputs != outputs:
            # The shortcut adds channels of zeros on both sides.
            added = (outputs - inputs) // 2
            yield functional.pad(torch.eye(inputs), (0, 0, added, added))[..., None, None]


def _norms(teacher: CifarResNet) -> Iterator[nn.BatchNorm2d]:
    yield teacher.bn1
    for block in _blocks(teacher):
        yield block.bn1
        yield block.bn2
