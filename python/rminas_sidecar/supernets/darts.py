"""The supernet of the DARTS space (Liu et al., ICLR 2019, section 2.2), for images of CIFAR's size.

A stem and cells of two kinds; those at one and two thirds of the depth halve the resolution. A cell has four nodes and
14 edges. The rows of a mixture are the edges of the normal cell, node by node, then those of the reduction cell.
Normalisations in cells learn no factors.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.darts_genotype import EDGES_PER_NODE, INPUTS, NODES
from rminas_sidecar.networks.darts_genotype import OPERATIONS as OPERATIONS_WITHOUT_NONE
from rminas_sidecar.networks.darts_operations import FactorizedReduce, build_operation
from rminas_sidecar.networks.nas_bench_201 import ReluConvNorm
from rminas_sidecar.specification import NetworkSpecification
from rminas_sidecar.supernets.edge import NONE, MixedEdge, normalise_by_batch
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.node import Node
from rminas_sidecar.supernets.supernet import Supernet

OPERATIONS = (NONE, *OPERATIONS_WITHOUT_NONE)
"""In the order of DARTS's `genotypes.py`."""
_STEM_MULTIPLIER = 3
_FEWEST_CELLS = 3
_SHRINKAGE = 4
_EDGES = sum(INPUTS + node for node in range(NODES))


def _cell_nodes(first: int) -> tuple[tuple[int, ...], ...]:
    """For each node of a cell, the rows of its edges; `first` is the first row of the cell."""
    rows = iter(range(first, first + _EDGES))
    return tuple(tuple(next(rows) for _ in range(INPUTS + node)) for node in range(NODES))


def _build_operation(name: str, channels: int, stride: int) -> nn.Module:
    if name == NONE:
        return nn.Identity()
    return normalise_by_batch(build_operation(name, channels, stride), affine=False)


class SearchCell(nn.Module):
    """A cell; its output concatenates its four nodes.

    Args:
        names: of the candidate operations.
        before_last: channels of the first input.
        last: channels of the second input.
        channels: of each node.
        reduces: whether the cell halves height and width.
        follows_reduction: whether the first input has twice the height and width of the second.
        share: see :class:`rminas_sidecar.supernets.edge.MixedEdge`.
    """

    def __init__(
        self,
        names: Sequence[str],
        before_last: int,
        last: int,
        channels: int,
        reduces: bool,
        follows_reduction: bool,
        share: int,
    ) -> None:
        super().__init__()
        self.reduces = reduces
        self.preprocess0 = normalise_by_batch(
            FactorizedReduce(before_last, channels) if follows_reduction else ReluConvNorm(before_last, channels, 1),
            affine=False,
        )
        self.preprocess1 = normalise_by_batch(ReluConvNorm(last, channels, 1), affine=False)
        strides = [2 if reduces and source < INPUTS else 1 for node in range(NODES) for source in range(INPUTS + node)]
        self.edges = nn.ModuleList(
            MixedEdge(names, [_build_operation(name, channels // share, stride) for name in names], stride, share)
            for stride in strides
        )
        self.nodes = _cell_nodes(_EDGES if reduces else 0)

    def forward(self, before_last: Tensor, last: Tensor, mixture: Mixture) -> Tensor:
        nodes = [Node(self.preprocess0(before_last)), Node(self.preprocess1(last))]
        edges = iter(self.edges)
        for rows in self.nodes:
            terms = [edge(node, mixture, row) for row, node, edge in zip(rows, nodes, edges, strict=False)]
            nodes.append(Node(sum(terms[1:], start=terms[0])))
        return torch.cat([node.images for node in nodes[INPUTS:]], dim=1)


class DartsSupernet(Supernet):
    """See the module.

    Args:
        size: of the network; `cells` counts all cells.
        operations: candidates of each edge.
        share: see :class:`rminas_sidecar.supernets.edge.MixedEdge`.

    Raises:
        SidecarError: `unsuitable-data` for fewer than three cells, or a resolution that 4 does not divide.
    """

    nodes = (*_cell_nodes(0), *_cell_nodes(_EDGES))

    def __init__(self, size: NetworkSpecification, operations: Sequence[str] = OPERATIONS, share: int = 1) -> None:
        super().__init__()
        _check_size(size)
        self.operations = tuple(operations)
        before_last = last = _STEM_MULTIPLIER * size.channels
        self.stem = nn.Sequential(nn.Conv2d(3, last, 3, padding=1, bias=False), nn.BatchNorm2d(last))
        normalise_by_batch(self.stem, affine=True)
        self.cells = nn.ModuleList()
        width, follows_reduction = size.channels, False
        for index in range(size.cells):
            reduces = index in (size.cells // 3, 2 * size.cells // 3)
            width *= 2 if reduces else 1
            self.cells.append(SearchCell(operations, before_last, last, width, reduces, follows_reduction, share))
            before_last, last, follows_reduction = last, NODES * width, reduces
        self.classifier = nn.Linear(last, size.classes)
        self._count_all(size.resolution)

    def _count_all(self, side: int) -> None:
        edges: list[tuple[int, MixedEdge, int]] = []
        layers: list[tuple[nn.Module, int]] = [(self.stem, side)]
        for cell in self.cells:
            assert isinstance(cell, SearchCell)
            layers += [(cell.preprocess0, side), (cell.preprocess1, side)]
            inside = side // 2 if cell.reduces else side
            rows = [(row, source) for node in cell.nodes for source, row in enumerate(node)]
            for (row, source), edge in zip(rows, cell.edges, strict=True):
                assert isinstance(edge, MixedEdge)
                edges.append((row, edge, side if source < INPUTS else inside))
            side = inside
        self._count(edges, [*layers, (self.classifier, 1)])

    def _logits(self, images: Tensor, mixture: Mixture) -> Tensor:
        before_last = last = self.stem(images)
        for cell in self.cells:
            before_last, last = last, cell(before_last, last, mixture)
        logits: Tensor = self.classifier(last.mean((2, 3)))
        return logits

    def draw(self) -> tuple[int, ...]:
        """Draws two edges of each node and an operation for each; the other edges have `none`."""
        candidates = self._candidates()
        path = [self.operations.index(NONE)] * self.edges
        for node in self.nodes:
            for place in torch.randperm(len(node)).tolist()[:EDGES_PER_NODE]:
                path[node[place]] = candidates[int(torch.randint(len(candidates), ()))]
        return tuple(path)

    def text(self, path: Sequence[int]) -> str:
        """See :class:`Supernet`."""
        return self.read(functional.one_hot(torch.tensor(path), len(self.operations)))

    def _candidates(self) -> list[int]:
        """The numbers of the operations that an edge of a genotype can have."""
        return [index for index, operation in enumerate(self.operations) if operation != NONE]

    def read(self, weights: Tensor, threshold: float | None = None) -> str:
        """Of each node the two edges whose largest weight of an operation other than `none` is largest.

        With a threshold, edges below it are left out, and so are those that come from a node without edges. A cell of
        which nothing is left keeps its strongest edge from an input.
        """
        rows: list[list[float]] = weights.detach().double().tolist()
        fields = [
            field
            for name, first in (("normal", 0), ("reduce", _EDGES))
            for field in self._read_cell(name, _cell_nodes(first), rows, threshold)
        ]
        return f"Genotype({', '.join(fields)})"

    def _read_cell(
        self, name: str, nodes: Sequence[Sequence[int]], rows: Sequence[Sequence[float]], threshold: float | None
    ) -> list[str]:
        candidates = self._candidates()
        # For each edge its best operation. Of equal weights the first one counts, as in DARTS's `genotype`.
        best = {row: max(candidates, key=lambda index, row=row: rows[row][index]) for node in nodes for row in node}  # type: ignore[misc]

        def strength(row: int) -> float:
            return rows[row][best[row]]

        edges: list[tuple[str, int, int]] = []
        reached = set(range(INPUTS))
        for node, sources in enumerate(nodes, start=INPUTS):
            strongest = sorted(range(len(sources)), key=lambda source: -strength(sources[source]))[:EDGES_PER_NODE]
            for source in strongest:
                row = sources[source]
                if source in reached and (threshold is None or strength(row) >= threshold):
                    edges.append((self.operations[best[row]], node, source))
                    reached.add(node)
        if not edges:
            source = max(range(INPUTS), key=lambda source: strength(nodes[0][source]))
            edges = [(self.operations[best[nodes[0][source]]], INPUTS, source)]
        concat = sorted({node for _, node, _ in edges})
        shown = [(operation, source) for operation, _, source in edges] if threshold is None else edges
        return [f"{name}={shown!r}", f"{name}_concat={concat!r}"]


def _check_size(size: NetworkSpecification) -> None:
    if size.cells < _FEWEST_CELLS:
        raise SidecarError(
            "unsuitable-data",
            f"The DARTS supernet reduces twice and needs at least {_FEWEST_CELLS} cells, not {size.cells}.",
            [f"Set RMINAS.CELLS to {_FEWEST_CELLS} or more."],
        )
    if size.resolution % _SHRINKAGE:
        raise SidecarError(
            "unsuitable-data",
            f"The DARTS supernet needs a resolution that {_SHRINKAGE} divides, not {size.resolution}.",
            [f"Choose images whose side is a multiple of {_SHRINKAGE}."],
        )
