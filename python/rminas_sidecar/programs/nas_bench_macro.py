"""The networks of NAS-Bench-Macro as operations, with the parameters in the order of `NasBenchMacroNetwork`."""

from itertools import accumulate

from rminas_sidecar.networks.nas_bench_macro import LAST_CHANNELS, STAGES, parse
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.images import convolve_patches
from rminas_sidecar.programs.network import Network
from rminas_sidecar.programs.operations import NARROW, PIXEL, RECTIFIED, RELU, Window
from rminas_sidecar.programs.parameters import Parameters
from rminas_sidecar.programs.tape import Image
from rminas_sidecar.specification import NetworkSpecification

EXAMPLE = "20101012"
_GRANULE = 32
"""The last stage, of an eighth of the resolution, has to have whole blocks of pixels."""
# Kernel size and expansion.
_BOTTLENECKS = {1: (3, 3), 2: (5, 6)}


def suits(size: NetworkSpecification, samples: int) -> bool:
    """Whether there are operations for networks of this size, for any number of samples."""
    return size.channels % NARROW == 0 and size.resolution % _GRANULE == 0


def build(graph: Graph, parameters: Parameters, patches: Image, genotype: str, size: NetworkSpecification) -> Network:
    """See :class:`rminas_sidecar.programs.spaces.Build`."""
    choices = parse(genotype)
    ends = list(accumulate(STAGES))
    # Not yet normalised and rectified: the first block does that while it reads.
    x = convolve_patches(graph, parameters, patches, size.channels, "plain")
    blocks: list[Image] = []
    for layer, choice in enumerate(choices):
        halves = layer in (0, *ends)
        channels = x.shape.channels * (2 if halves else 1)
        x = _block(graph, parameters, x, choice, channels, 2 if halves else 1)
        blocks.append(x)
    mixed = parameters.convolution(x.shape.channels, LAST_CHANNELS, norm="plain")
    last = graph.rectified(graph.convolution("pointwise_convolution", x, mixed, PIXEL))
    first, second, third = (blocks[end - 1] for end in ends)
    return Network((first, second, third), last, parameters.linear(LAST_CHANNELS, size.classes))


def _block(graph: Graph, parameters: Parameters, x: Image, choice: int, outputs: int, stride: int) -> Image:
    if choice:
        return _bottleneck(graph, parameters, x, outputs, stride, *_BOTTLENECKS[choice])
    if stride == 1:
        return x
    layer = parameters.convolution(x.shape.channels, outputs, norm="plain")
    sampled = graph.sampling(x, rectifies=0 if x.statistics is None else RELU)
    return graph.normalised(graph.convolution("pointwise_convolution", sampled, layer, PIXEL))


def _bottleneck(
    graph: Graph, parameters: Parameters, x: Image, outputs: int, stride: int, side: int, expansion: int
) -> Image:
    inputs = x.shape.channels
    expanding = parameters.convolution(inputs, inputs * expansion, norm="plain")
    filtering = parameters.depthwise(inputs * expansion, side, norm="plain")
    projecting = parameters.convolution(inputs * expansion, outputs, norm="plain")
    expanded = graph.convolution("pointwise_convolution", x, expanding, PIXEL if x.statistics is None else RECTIFIED)
    filtered = graph.convolution("depthwise_convolution", expanded, filtering, Window(side, stride, rectifies=RELU))
    projected = graph.convolution("pointwise_convolution", filtered, projecting)
    adds = stride == 1 and inputs == outputs
    return graph.sum([projected, x] if adds else [projected], projected.shape)
