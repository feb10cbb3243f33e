"""The networks of NAS-Bench-201 as operations, with the parameters in the order of `NasBench201Network`."""

from collections.abc import Sequence

from rminas_sidecar.networks.nas_bench_201 import SIDES, CellEdge, parse, relevant
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.images import convolve_patches
from rminas_sidecar.programs.network import Network
from rminas_sidecar.programs.operations import NARROW, PIXEL, RELU, Window
from rminas_sidecar.programs.parameters import Layer, Parameter, Parameters
from rminas_sidecar.programs.tape import Image
from rminas_sidecar.specification import NetworkSpecification

EXAMPLE = "|none~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|avg_pool_3x3~0|nor_conv_3x3~1|skip_connect~2|"
"""A cell with all operations, and a convolution of zeros."""
_STAGES = 3
_STRIDED = Window(side=3, stride=2, rectifies=RELU)
_KINDS = {1: "pointwise_convolution", 3: "tiled_convolution"}
_GRANULE = 16
"""Tiles of 4 × 4 pixels have to fill the last stage, of a quarter of the resolution."""


def suits(size: NetworkSpecification, samples: int) -> bool:
    """Whether there are operations for networks of this size, for any number of samples."""
    return size.channels % NARROW == 0 and size.resolution % _GRANULE == 0


def build(graph: Graph, parameters: Parameters, patches: Image, genotype: str, size: NetworkSpecification) -> Network:
    """See :class:`rminas_sidecar.programs.spaces.Build`."""
    edges = parse(genotype)
    used = relevant(edges)
    x = graph.normalised(convolve_patches(graph, parameters, patches, size.channels))
    stages = []
    for stage in range(_STAGES):
        channels = size.channels << stage
        if stage:
            x = _reduction(graph, parameters, x, channels)
        for _ in range(size.cells):
            x = _cell(graph, parameters, x, edges, used)
        stages.append(x)
    last = graph.activation(x, parameters.norm(x.shape.channels))
    return Network((stages[0], stages[1], last), last, parameters.linear(last.shape.channels, size.classes))


def _reduction(graph: Graph, parameters: Parameters, x: Image, channels: int) -> Image:
    first = parameters.convolution(channels // 2, channels, 3)
    second = parameters.convolution(channels, channels, 3)
    shortcut = parameters.convolution(channels // 2, channels, norm="none")
    inner = graph.normalised(graph.convolution("strided_convolution", x, first, _STRIDED))
    block = graph.convolution("tiled_convolution", inner, second)
    return graph.sum(
        [graph.convolution("pointwise_convolution", graph.halving(x), shortcut, PIXEL), block], block.shape
    )


def _cell(graph: Graph, parameters: Parameters, x: Image, edges: Sequence[CellEdge], used: Sequence[bool]) -> Image:
    channels = x.shape.channels
    layers = {
        index: parameters.convolution(channels, channels, SIDES[edge.operation], used=used[index])
        for index, edge in enumerate(edges)
        if edge.operation in SIDES
    }
    # None stands for zeros.
    nodes: list[Image | None] = [x]
    pooled: dict[int, Image] = {}
    for target in range(1, edges[-1].target + 1):
        terms: list[Image | Parameter] = []
        for index, edge in enumerate(edges):
            if edge.target != target or not used[index]:
                continue
            source = nodes[edge.source]
            if index in layers:
                terms.append(_convolve(graph, source, edge.operation, layers[index]))
            elif source is not None and edge.operation == "skip_connect":
                terms.append(source)
            elif source is not None:
                if edge.source not in pooled:
                    pooled[edge.source] = graph.pooling(source)
                terms.append(pooled[edge.source])
        nodes.append(graph.sum(terms, x.shape) if terms else None)
    output = nodes[-1]
    return graph.sum([], x.shape) if output is None else output


def _convolve(graph: Graph, source: Image | None, operation: str, layer: Layer) -> Image | Parameter:
    """The convolved source; the convolution of zeros is zeros, which the normalisation turns into its bias."""
    if source is not None:
        return graph.convolution(_KINDS[SIDES[operation]], source, layer)
    assert layer.norm is not None
    return layer.norm
