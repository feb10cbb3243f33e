"""The networks of DARTS as operations, with the parameters in the order of `CifarDartsNetwork`."""

from collections.abc import Callable

from rminas_sidecar.networks.darts import IMAGENET_RESOLUTION
from rminas_sidecar.networks.darts_genotype import INPUTS, RelaxedCell, parse_relaxed
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.images import convolve_patches
from rminas_sidecar.programs.network import Network
from rminas_sidecar.programs.operations import NARROW, PIXEL, RELU, Window
from rminas_sidecar.programs.parameters import Parameters
from rminas_sidecar.programs.tape import Image
from rminas_sidecar.specification import NetworkSpecification

_CELL = (
    "[('sep_conv_3x3', 0), ('max_pool_3x3', 1), ('avg_pool_3x3', 0), ('skip_connect', 1), "
    "('skip_connect', 2), ('dil_conv_5x5', 0), ('dil_conv_3x3', 1), ('sep_conv_5x5', 2)]"
)
EXAMPLE = f"Genotype(normal={_CELL}, normal_concat=[2, 3, 4, 5], reduce={_CELL}, reduce_concat=[2, 3, 4, 5])"
_GRANULE = 16
"""The last cells, of a quarter of the resolution, have to have whole blocks of pixels."""
_FEWEST_CELLS = 3
_STEM_FACTOR = 3


def suits(size: NetworkSpecification, samples: int) -> bool:
    """Whether there are operations for networks of this size, for any number of samples."""
    small = size.resolution % _GRANULE == 0 and size.resolution < IMAGENET_RESOLUTION
    return size.channels % NARROW == 0 and small and size.cells >= _FEWEST_CELLS


def knows(genotype: str) -> bool:
    """Whether there are operations for all edges of a genotype.

    Raises:
        SidecarError: `invalid-genotype`.
    """
    kinds = parse_relaxed(genotype)
    return all(edge.operation in _OPERATIONS for kind in kinds for edge in kind.edges)


def build(graph: Graph, parameters: Parameters, patches: Image, genotype: str, size: NetworkSpecification) -> Network:
    """See :class:`rminas_sidecar.programs.spaces.Build`."""
    kinds = parse_relaxed(genotype)
    reductions = (size.cells // 3, 2 * size.cells // 3)
    stem = graph.normalised(convolve_patches(graph, parameters, patches, _STEM_FACTOR * size.channels))
    outputs, channels = [stem, stem], size.channels
    for index in range(size.cells):
        reduces = index in reductions
        channels *= 2 if reduces else 1
        kind = kinds.reduce if reduces else kinds.normal
        inputs = _inputs(graph, parameters, outputs[-2], outputs[-1], channels)
        outputs.append(_cell(graph, parameters, kind, inputs, 2 if reduces else 1))
    cells = outputs[INPUTS:]
    first, second = (cells[reduction - 1] for reduction in reductions)
    return Network((first, second, cells[-1]), cells[-1], parameters.linear(cells[-1].shape.channels, size.classes))


def _inputs(
    graph: Graph, parameters: Parameters, before_last: Image, last: Image, channels: int
) -> tuple[Image, Image]:
    """The preprocessed outputs of the two cells before."""
    halves = before_last.shape.height > last.shape.height
    first = (_factorized_reduction if halves else _preprocessed)(graph, parameters, before_last, channels)
    return first, _preprocessed(graph, parameters, last, channels)


def _preprocessed(graph: Graph, parameters: Parameters, x: Image, channels: int) -> Image:
    layer = parameters.convolution(x.shape.channels, channels)
    return graph.normalised(graph.convolution("pointwise_convolution", x, layer))


def _cell(graph: Graph, parameters: Parameters, cell: RelaxedCell, inputs: tuple[Image, Image], stride: int) -> Image:
    states = dict(enumerate(inputs))
    terms: dict[int, list[Image]] = {}
    for edge, target in zip(cell.edges, cell.targets, strict=True):
        before = [node for node in terms if node < target and node not in states]
        states |= {node: graph.sum(terms[node], terms[node][0].shape) for node in before}
        strides = stride if edge.source < INPUTS else 1
        term = _OPERATIONS[edge.operation](graph, parameters, states[edge.source], strides)
        terms.setdefault(target, []).append(term)
    states |= {node: graph.sum(its, its[0].shape) for node, its in terms.items() if node not in states}
    return graph.concatenation([states[node] for node in cell.concat])


_Operation = Callable[[Graph, Parameters, Image, int], Image]


def _separable(side: int) -> _Operation:
    def build(graph: Graph, parameters: Parameters, x: Image, stride: int) -> Image:
        once = _filtered(graph, parameters, x, Window(side, stride, rectifies=RELU))
        return _filtered(graph, parameters, once, Window(side, rectifies=RELU))

    return build


def _dilated(side: int) -> _Operation:
    def build(graph: Graph, parameters: Parameters, x: Image, stride: int) -> Image:
        return _filtered(graph, parameters, x, Window(side, stride, dilation=2, rectifies=RELU))

    return build


def _filtered(graph: Graph, parameters: Parameters, x: Image, window: Window) -> Image:
    """A depthwise and a 1 × 1 convolution."""
    channels = x.shape.channels
    depthwise, pointwise = parameters.depthwise(channels, window.side), parameters.convolution(channels, channels)
    filtered = graph.convolution("depthwise_convolution", x, depthwise, window)
    return graph.convolution("pointwise_convolution", filtered, pointwise, PIXEL)


def _factorized_reduction(graph: Graph, parameters: Parameters, x: Image, channels: int) -> Image:
    """Two 1 × 1 convolutions of different pixels side by side. Each half is normalised like any convolution."""
    half = channels // 2
    layers = [parameters.convolution(x.shape.channels, half) for _ in range(2)]
    return graph.concatenation(
        [
            graph.convolution("pointwise_convolution", graph.sampling(x, first), layer)
            for first, layer in enumerate(layers)
        ]
    )


def _skipped(graph: Graph, parameters: Parameters, x: Image, stride: int) -> Image:
    return x if stride == 1 else _factorized_reduction(graph, parameters, x, x.shape.channels)


def _maximum(graph: Graph, parameters: Parameters, x: Image, stride: int) -> Image:
    return graph.normalisation(graph.maximum(x, stride), parameters.norm(x.shape.channels))


def _average(graph: Graph, parameters: Parameters, x: Image, stride: int) -> Image:
    return graph.normalisation(graph.pooling(x, stride), parameters.norm(x.shape.channels))


_OPERATIONS: dict[str, _Operation] = {
    "max_pool_3x3": _maximum,
    "avg_pool_3x3": _average,
    "skip_connect": _skipped,
    "sep_conv_3x3": _separable(3),
    "sep_conv_5x5": _separable(5),
    "sep_conv_7x7": _separable(7),
    "dil_conv_3x3": _dilated(3),
    "dil_conv_5x5": _dilated(5),
}
