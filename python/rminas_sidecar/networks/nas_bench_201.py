"""The networks of NAS-Bench-201 (Dong and Yang, ICLR 2020, section 2).

A stem, three stages of equal cells, and a residual block that halves the resolution between the stages. Parameter
names, their order and their initialisation are those of `TinyNetwork` in NAS-Bench-201, so that its checkpoints load
and a seed gives the same weights.
"""

import re
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.registry import register_space
from rminas_sidecar.specification import NetworkSpecification

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
SIDES = {"nor_conv_1x1": 1, "nor_conv_3x3": 3}
"""Of the kernels of convolutions."""
# These map zeros to zeros; a convolution adds the bias of its normalisation.
_ZERO_TO_ZERO = ("skip_connect", "avg_pool_3x3")
_GENOTYPE = re.compile(r"\|(\w+)~0\|\+\|(\w+)~0\|(\w+)~1\|\+\|(\w+)~0\|(\w+)~1\|(\w+)~2\|")
_NODES = 4
_SHRINKAGE = 4
EXAMPLE = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"


class CellEdge(NamedTuple):
    """An edge of a cell, between nodes 0 (the input) to 3 (the output), and its operation."""

    source: int
    target: int
    operation: str


def parse(genotype: str) -> tuple[CellEdge, ...]:
    """Reads `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|` into the six edges, in the order of the text.

    Raises:
        SidecarError: `invalid-genotype` when the text or an operation's name is not NAS-Bench-201's.
    """
    match = _GENOTYPE.fullmatch(genotype)
    if match is None:
        raise SidecarError(
            "invalid-genotype", f"Not a NAS-Bench-201 genotype: {genotype!r}.", [f"Write it like {EXAMPLE}"]
        )
    for operation in match.groups():
        if operation not in OPERATIONS:
            raise SidecarError(
                "invalid-genotype",
                f"NAS-Bench-201 has no operation {operation!r} (in {genotype!r}).",
                [f"Use one of {', '.join(OPERATIONS)}."],
            )
    ends = [(source, target) for target in range(1, _NODES) for source in range(target)]
    return tuple(CellEdge(*end, operation) for end, operation in zip(ends, match.groups(), strict=True))


def relevant(edges: Sequence[CellEdge]) -> tuple[bool, ...]:
    """Whether the cell's output can depend on each edge, at least through a bias.

    It cannot depend on `none`, on edges that carry only zeros, and on edges to nodes that no edge reads.
    """
    zero: set[int] = set()
    kept: set[int] = set()
    for target in range(1, _NODES):
        terms = {
            index
            for index, edge in enumerate(edges)
            if edge.target == target
            and edge.operation != "none"
            and not (edge.source in zero and edge.operation in _ZERO_TO_ZERO)
        }
        kept |= terms
        if not terms:
            zero.add(target)
    read = {_NODES - 1}
    for target in reversed(range(1, _NODES)):
        if target in read:
            read |= {edges[index].source for index in kept if edges[index].target == target}
    return tuple(index in kept and edge.target in read for index, edge in enumerate(edges))


class ReluConvNorm(nn.Module):
    """Rectifier, convolution without bias, batch normalisation: `ReLUConvBN` of NAS-Bench-201."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.op = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.op(x)  # type: ignore[no-any-return]


class Skip(nn.Module):
    """Returns its input as a separate node of the autograd graph.

    Without it, two nodes could be the same tensor, whose gradients would be added in a different order than in the
    original. Within eight steps, that rounding difference grows to visible size.
    """

    def forward(self, x: Tensor) -> Tensor:
        return x.view_as(x)


def _operation(name: str, channels: int) -> nn.Module:
    if name == "nor_conv_1x1":
        return ReluConvNorm(channels, channels, 1)
    if name == "nor_conv_3x3":
        return ReluConvNorm(channels, channels, 3)
    if name == "avg_pool_3x3":
        return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    if name == "skip_connect":
        return Skip()
    # `none` is a placeholder that keeps the numbers of the other layers; it is never called.
    return nn.Identity()


class Cell(nn.Module):
    """A cell of four nodes; each node is the sum of its edges' outputs. Shapes do not change."""

    def __init__(self, edges: Sequence[CellEdge], channels: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_operation(edge.operation, channels) for edge in edges)
        used = [(index, edge) for index, edge in enumerate(edges) if relevant(edges)[index]]
        # For each node after the input: the layers that end there, with the nodes where they start.
        self.terms = [
            [(index, edge.source) for index, edge in used if edge.target == target] for target in range(1, _NODES)
        ]

    def forward(self, x: Tensor) -> Tensor:
        nodes = [x]
        for terms in self.terms:
            values = [self.layers[index](nodes[source]) for index, source in terms]
            nodes.append(reduce(add, values) if values else torch.zeros_like(x))
        return nodes[-1]


class Reduction(nn.Module):
    """The residual block of stride 2 between two stages: `ResNetBasicblock` of NAS-Bench-201."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv_a = ReluConvNorm(inputs, outputs, 3, stride=2)
        self.conv_b = ReluConvNorm(outputs, outputs, 3)
        self.downsample = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        block: Tensor = self.conv_b(self.conv_a(x))
        residual: Tensor = self.downsample(x)
        return residual + block


def check_resolution(resolution: int) -> None:
    """Checks that the two reductions can halve this resolution (pixels a side).

    Raises:
        SidecarError: `unsuitable-data` when they cannot.
    """
    if resolution % _SHRINKAGE:
        raise SidecarError(
            "unsuitable-data",
            f"A NAS-Bench-201 network needs a resolution that {_SHRINKAGE} divides, not {resolution}.",
            [f"Set SEARCH.IM_SIZE to a multiple of {_SHRINKAGE}."],
        )


class NasBench201Network(nn.Module):
    """`TinyNetwork` of NAS-Bench-201, which also answers the features of each stage.

    Args:
        genotype: the cell, as :func:`parse` reads it.
        channels: of the stem; each reduction doubles them.
        cells: in each of the three stages.
        classes: number of logits.
    """

    def __init__(self, genotype: str, channels: int, cells: int, classes: int) -> None:
        super().__init__()
        edges = parse(genotype)
        self.stem = nn.Sequential(nn.Conv2d(3, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.cells = nn.ModuleList()
        for width in (channels, 2 * channels, 4 * channels):
            if width != channels:
                self.cells.append(Reduction(width // 2, width))
            self.cells.extend(Cell(edges, width) for _ in range(cells))
        self.lastact = nn.Sequential(nn.BatchNorm2d(4 * channels), nn.ReLU(inplace=True))
        self.classifier = nn.Linear(4 * channels, classes)
        self._tapped = (cells - 1, 2 * cells)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features of the three stages and the logits.

        Args:
            images: batch × 3 × height × width.

        Returns:
            Features after the last cell of stages 1 and 2 and after the last activation, of shapes batch × C × H × W,
            batch × 2C × H/2 × W/2 and batch × 4C × H/4 × W/4; logits of shape batch × classes.
        """
        features: list[Tensor] = []
        x: Tensor = self.stem(images)
        for index, cell in enumerate(self.cells):
            x = cell(x)
            if index in self._tapped:
                features.append(x)
        x = self.lastact(x)
        features.append(x)
        # The mean and not adaptive pooling, whose gradient is not deterministic on CUDA.
        return features, self.classifier(x.mean((2, 3)))


@register_space("nas-bench-201")
def build_nas_bench_201(genotype: str, size: NetworkSpecification) -> nn.Module:
    """See :func:`rminas_sidecar.networks.registry.build_network`."""
    check_resolution(size.resolution)
    return NasBench201Network(genotype, size.channels, size.cells, size.classes)
