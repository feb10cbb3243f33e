"""The supernet of NAS-Bench-201 (Dong and Yang, ICLR 2020, section 4).

The same network as that of the architectures, with all operations on each of the six edges of a cell. All cells share
the mixture. Normalisations in cells learn no factors.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rminas_sidecar.networks.nas_bench_201 import OPERATIONS as OPERATIONS
from rminas_sidecar.networks.nas_bench_201 import Reduction, ReluConvNorm, Skip, check_resolution
from rminas_sidecar.specification import NetworkSpecification
from rminas_sidecar.supernets.edge import NONE, MixedEdge, normalise_by_batch
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.node import Node
from rminas_sidecar.supernets.supernet import Supernet

_SOURCES = ((0,), (0, 1), (0, 1, 2))
"""The nodes that each node reads; node 0 is the cell's input."""


def _build_operation(name: str, channels: int) -> nn.Module:
    match name:
        case "nor_conv_1x1":
            return normalise_by_batch(ReluConvNorm(channels, channels, 1), affine=False)
        case "nor_conv_3x3":
            return normalise_by_batch(ReluConvNorm(channels, channels, 3), affine=False)
        case "avg_pool_3x3":
            return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
        case _:
            return Skip()


TARGETS = tuple(target for target, sources in enumerate(_SOURCES, 1) for _ in sources)
"""The node that each edge leads to."""


class SearchCell(nn.Module):
    """A cell of four nodes; each is the sum of its edges. Shapes do not change."""

    def __init__(self, names: Sequence[str], channels: int, share: int) -> None:
        super().__init__()
        self.channels, self.share = channels, share
        self.edges = nn.ModuleList(
            MixedEdge(names, [_build_operation(name, channels // share) for name in names], share=share)
            for sources in _SOURCES
            for _ in sources
        )

    def placed_edges(self) -> list[tuple[int, int, MixedEdge]]:
        """Each edge with the nodes that it connects, in the order of the mixture's rows."""
        sources = [source for each in _SOURCES for source in each]
        return list(zip(sources, TARGETS, self.edges, strict=True))  # type: ignore[arg-type]

    def forward(self, x: Tensor, mixture: Mixture) -> Tensor:
        nodes = [Node(x)]
        row = 0
        for sources in _SOURCES:
            terms = [self.edges[row + source](nodes[source], mixture, row + source) for source in sources]
            nodes.append(Node(sum(terms[1:], start=terms[0])))
            row += len(sources)
        return nodes[-1].images


class NasBench201Supernet(Supernet):
    """See the module.

    Args:
        size: of the network; `cells` counts those of a stage.
        operations: candidates of each edge.
        share: see :class:`rminas_sidecar.supernets.edge.MixedEdge`.

    Raises:
        SidecarError: `unsuitable-data` for a resolution that two reductions cannot halve.
    """

    nodes = ((0,), (1, 2), (3, 4, 5))

    def __init__(self, size: NetworkSpecification, operations: Sequence[str] = OPERATIONS, share: int = 1) -> None:
        super().__init__()
        check_resolution(size.resolution)
        self.operations = tuple(operations)
        channels = size.channels
        self.stem = nn.Sequential(nn.Conv2d(3, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.cells = nn.ModuleList()
        for width in (channels, 2 * channels, 4 * channels):
            if width != channels:
                self.cells.append(normalise_by_batch(Reduction(width // 2, width), affine=True))
            self.cells.extend(SearchCell(operations, width, share) for _ in range(size.cells))
        self.lastact = nn.Sequential(nn.BatchNorm2d(4 * channels), nn.ReLU())
        self.classifier = nn.Linear(4 * channels, size.classes)
        normalise_by_batch(self.stem, affine=True)
        normalise_by_batch(self.lastact, affine=True)
        self._count_all(size)

    def _count_all(self, size: NetworkSpecification) -> None:
        side = size.resolution
        edges: list[tuple[int, MixedEdge, int]] = []
        layers: list[tuple[nn.Module, int]] = [(self.stem, side)]
        for cell in self.cells:
            if isinstance(cell, SearchCell):
                edges.extend((row, edge, side) for row, edge in enumerate(cell.edges) if isinstance(edge, MixedEdge))
            else:
                side //= 2
                layers.append((cell, side))
        self._count(edges, [*layers, (self.classifier, 1)])

    def _logits(self, images: Tensor, mixture: Mixture) -> Tensor:
        x: Tensor = self.stem(images)
        for cell in self.cells:
            x = cell(x) if isinstance(cell, Reduction) else cell(x, mixture)
        # The mean and not adaptive pooling, whose gradient is not deterministic on CUDA.
        logits: Tensor = self.classifier(self.lastact(x).mean((2, 3)))
        return logits

    def read(self, weights: Tensor, threshold: float | None = None) -> str:
        """The largest weight of each edge, `none` included. An edge below the threshold becomes `none`."""
        largest, path = torch.max(weights.detach(), dim=1)
        names = [self.operations[index] for index in path.tolist()]
        if threshold is not None:
            names = [name if value >= threshold else NONE for name, value in zip(names, largest.tolist(), strict=True)]
        return _join(names)

    def text(self, path: Sequence[int]) -> str:
        """See :class:`Supernet`."""
        return _join([self.operations[index] for index in path])


def _join(names: Sequence[str]) -> str:
    parts = iter(names)
    return "+".join("|" + "".join(f"{next(parts)}~{source}|" for source in sources) for sources in _SOURCES)
