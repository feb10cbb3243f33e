"""The networks of the space `proxyless` as operations, with the parameters in the order of `ProxylessNetwork`."""

from rminas_sidecar.networks.proxyless import (
    FIRST_BLOCK,
    FIRST_CHANNELS,
    LAST_CHANNELS,
    STAGES,
    STEM_CHANNELS,
    Block,
    parse,
)
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.images import convolve_patches
from rminas_sidecar.programs.network import Network
from rminas_sidecar.programs.operations import PIXEL, RELU6, Window
from rminas_sidecar.programs.parameters import Parameters
from rminas_sidecar.programs.tape import Image
from rminas_sidecar.specification import NetworkSpecification

EXAMPLE = "211121" + "750030005000300057003" + "360060003000600036006"
_GRANULE = 32
_BLOCK_OF_SAMPLES = 8
"""The last stage has one pixel for each sample, and products take blocks of pixels."""


def suits(size: NetworkSpecification, samples: int) -> bool:
    """Whether there are operations for networks of this size and so many samples. Their widths are fixed."""
    return size.resolution % _GRANULE == 0 and samples % _BLOCK_OF_SAMPLES == 0


def build(graph: Graph, parameters: Parameters, patches: Image, genotype: str, size: NetworkSpecification) -> Network:
    """See :class:`rminas_sidecar.programs.spaces.Build`."""
    stages = parse(genotype)
    # Not yet normalised and rectified: the first block does that while it reads.
    stem = convolve_patches(graph, parameters, patches, STEM_CHANNELS, stride=2)
    x = _block(graph, parameters, stem, FIRST_CHANNELS, 1, FIRST_BLOCK)
    outputs = [x]
    for stage, (width, stride) in zip(stages, STAGES, strict=True):
        for place, block in enumerate(stage):
            outputs.append(_block(graph, parameters, outputs[-1], width, stride if place == 0 else 1, block))
    mixed = parameters.convolution(outputs[-1].shape.channels, LAST_CHANNELS)
    last = graph.rectified(graph.convolution("pointwise_convolution", outputs[-1], mixed, PIXEL), RELU6)
    # As in `ProxylessNetwork`, features are those before a block.
    first, second = (outputs[sum(map(len, stages[:end])) - 1] for end in (2, 4))
    return Network((first, second, last), last, parameters.linear(LAST_CHANNELS, size.classes))


def _block(graph: Graph, parameters: Parameters, x: Image, outputs: int, stride: int, block: Block) -> Image:
    inputs = x.shape.channels
    hidden = inputs * block.expansion
    expanding = None if block.expansion == 1 else parameters.convolution(inputs, hidden)
    filtering = parameters.depthwise(hidden, block.kernel, norm="affine")
    projecting = parameters.convolution(hidden, outputs)
    expanded = x if expanding is None else graph.convolution("pointwise_convolution", x, expanding, PIXEL)
    window = Window(block.kernel, stride, rectifies=RELU6)
    filtered = graph.convolution("depthwise_convolution", expanded, filtering, window)
    projected = graph.convolution("pointwise_convolution", filtered, projecting, Window(rectifies=RELU6))
    adds = stride == 1 and inputs == outputs
    return graph.sum([projected, x] if adds else [projected], projected.shape)
