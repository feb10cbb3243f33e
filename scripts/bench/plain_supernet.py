"""The supernets in plain PyTorch: every edge computes each of its operations by itself, as the methods' own codes do."""

from typing import Any

import torch
from rminas_sidecar.supernets import darts, nas_bench_201
from rminas_sidecar.supernets.edge import NONE, MixedEdge
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.supernet import Supernet
from torch import Tensor, nn
from torch.nn import functional

_INPUTS = 2
"""Of a cell of DARTS."""


class PlainEdge(nn.Module):
    """An edge with all operations of another edge, `none` included."""

    def __init__(self, names: tuple[str, ...], edge: MixedEdge, stride: int) -> None:
        super().__init__()
        self.operations = edge.operations
        self._names, self._stride, self._share = names, stride, edge.share

    def forward(self, x: Tensor, mixture: Mixture, row: int) -> Tensor:
        if self._share == 1:
            mixed = self._mix(x, mixture, row)
        else:
            seen = x.shape[1] // self._share
            bypass = x[:, seen:]
            if self._stride > 1:
                bypass = functional.max_pool2d(bypass, self._stride)
            joined = torch.cat([self._mix(x[:, :seen], mixture, row), bypass], dim=1)
            groups = joined.view(len(x), self._share, -1, *joined.shape[2:])
            mixed = groups.transpose(1, 2).reshape(joined.shape)
        return mixed if mixture.edges is None else mixture.edges[row] * mixed

    def _mix(self, x: Tensor, mixture: Mixture, row: int) -> Tensor:
        if mixture.weights is None:
            assert mixture.chosen is not None
            return self._run(mixture.chosen[row], x, mixture)
        weights = mixture.weights[row]
        terms: list[Any] = []
        for index in range(len(self._names)):
            if mixture.chosen is None or mixture.chosen[row] == index:
                terms.append(weights[index] * self._run(index, x, mixture))
            elif mixture.adds_others:
                terms.append(weights[index])
        return sum(terms[1:], start=terms[0])

    def _run(self, index: int, x: Tensor, mixture: Mixture) -> Tensor:
        if self._names[index] == NONE:
            return x[:, :, :: self._stride, :: self._stride].mul(0.0)
        output: Tensor = self.operations[index](x)
        if (
            self.training
            and mixture.drop_path > 0
            and not isinstance(self.operations[index], nn.Identity)
        ):
            keep = 1 - mixture.drop_path
            output = output.div(keep) * output.new_empty(
                len(output), 1, 1, 1
            ).bernoulli_(keep)
        return output


class _PlainCell(nn.Module):
    """A cell of NAS-Bench-201 with plain edges."""

    def __init__(self, names: tuple[str, ...], cell: nas_bench_201.SearchCell) -> None:
        super().__init__()
        self._placed = [(source, target) for source, target, _ in cell.placed_edges()]
        self.edges = nn.ModuleList(
            PlainEdge(names, edge, 1) for _, _, edge in cell.placed_edges()
        )

    def forward(self, x: Tensor, mixture: Mixture) -> Tensor:
        nodes: list[Any] = [x, 0, 0, 0]
        for row, ((source, target), edge) in enumerate(
            zip(self._placed, self.edges, strict=True)
        ):
            nodes[target] = nodes[target] + edge(nodes[source], mixture, row)
        return nodes[-1]  # type: ignore[no-any-return]


class _PlainDartsCell(nn.Module):
    """A cell of the DARTS space with plain edges."""

    def __init__(self, names: tuple[str, ...], cell: darts.SearchCell) -> None:
        super().__init__()
        self.preprocess0, self.preprocess1 = cell.preprocess0, cell.preprocess1
        self.reduces, self._nodes = cell.reduces, cell.nodes
        sources = [source for rows in cell.nodes for source in range(len(rows))]
        self.edges = nn.ModuleList(
            PlainEdge(names, edge, 2 if cell.reduces and source < _INPUTS else 1)  # type: ignore[arg-type]
            for source, edge in zip(sources, cell.edges, strict=True)
        )

    def forward(self, before_last: Tensor, last: Tensor, mixture: Mixture) -> Tensor:
        states = [self.preprocess0(before_last), self.preprocess1(last)]
        edges = iter(self.edges)
        for rows in self._nodes:
            terms = [
                next(edges)(state, mixture, row)
                for row, state in zip(rows, list(states), strict=True)
            ]
            states.append(sum(terms[1:], start=terms[0]))
        return torch.cat(states[_INPUTS:], dim=1)


def make_plain(supernet: Supernet) -> Supernet:
    """Gives a supernet plain cells with its own layers, in place; answers it."""
    cells: Any = supernet.cells
    for at, cell in enumerate(cells):
        if isinstance(cell, nas_bench_201.SearchCell):
            cells[at] = _PlainCell(supernet.operations, cell)
        elif isinstance(cell, darts.SearchCell):
            cells[at] = _PlainDartsCell(supernet.operations, cell)
    return supernet
