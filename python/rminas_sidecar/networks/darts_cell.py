"""A cell of DARTS, its drop path, and the auxiliary head (Liu et al., ICLR 2019, sections 2.1 and A.3.1).

Parameter names are those of XNAS's `spaces/DARTS/cnn.py`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from rminas_sidecar.networks.darts_genotype import INPUTS, RelaxedCell
from rminas_sidecar.networks.darts_operations import FactorizedReduce, build_operation
from rminas_sidecar.networks.nas_bench_201 import ReluConvNorm


def drop_path(x: Tensor, probability: float) -> Tensor:
    """Zeroes whole samples (of batch × anything) with this probability, and scales the others to keep the mean."""
    keep = 1 - probability
    mask = x.new_empty((len(x), 1, 1, 1)).bernoulli_(keep)
    return x / keep * mask


class DartsCell(nn.Module):
    """Nodes, each the sum of its edges' outputs; the cell's output concatenates those that it names.

    Args:
        cell: its edges, and the nodes of its output.
        before_last: channels of the first input.
        last: channels of the second input.
        channels: of each node.
        reduces: whether the cell halves height and width.
        follows_reduction: whether the first input has twice the height and width of the second.
        normalises_pools: whether a batch normalisation follows each pooling, as in XNAS and unlike in DARTS.
    """

    def __init__(
        self,
        cell: RelaxedCell,
        before_last: int,
        last: int,
        channels: int,
        reduces: bool,
        follows_reduction: bool,
        normalises_pools: bool = True,
    ) -> None:
        super().__init__()
        self.preprocess0 = (
            FactorizedReduce(before_last, channels) if follows_reduction else ReluConvNorm(before_last, channels, 1)
        )
        self.preprocess1 = ReluConvNorm(last, channels, 1)
        self._ops = nn.ModuleList(
            build_operation(edge.operation, channels, 2 if reduces and edge.source < INPUTS else 1, normalises_pools)
            for edge in cell.edges
        )
        self._sources = [edge.source for edge in cell.edges]
        self._edges_of = {
            node: [edge for edge, target in enumerate(cell.targets) if target == node] for node in cell.targets
        }
        self._concat = cell.concat

    def forward(self, before_last: Tensor, last: Tensor, drop_probability: float) -> Tensor:
        states: dict[int, Tensor] = {0: self.preprocess0(before_last), 1: self.preprocess1(last)}
        for node, (first, *others) in self._edges_of.items():
            total = self._carry(first, states, drop_probability)
            for edge in others:
                total = total + self._carry(edge, states, drop_probability)
            states[node] = total
        return torch.cat([states[node] for node in self._concat], dim=1)

    def _carry(self, edge: int, states: Mapping[int, Tensor], drop_probability: float) -> Tensor:
        operation = self._ops[edge]
        carried: Tensor = operation(states[self._sources[edge]])
        if self.training and drop_probability > 0 and not isinstance(operation, nn.Identity):
            return drop_path(carried, drop_probability)
        return carried


class AuxiliaryHead(nn.Module):
    """A second classifier after the last reduction, which strengthens the gradient of the first cells (section A.3.1).

    Args:
        channels: of its input.
        classes: number of logits.
        side: height and width of its input; 7 and 8 are pooled as in DARTS, others by halves that may overlap.
    """

    def __init__(self, channels: int, classes: int, side: int) -> None:
        super().__init__()
        # Either way the next convolution reads 2 × 2.
        pool = nn.AvgPool2d(5, side - 5) if side in (7, 8) else nn.AvgPool2d((side + 1) // 2, side // 2)
        self.features = nn.Sequential(
            nn.ReLU(),
            pool,
            nn.Conv2d(channels, 128, 1, bias=False),
            nn.BatchNorm2d(128),
            nn.ReLU(),
            nn.Conv2d(128, 768, 2, bias=False),
            nn.BatchNorm2d(768),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(768, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).flatten(1))  # type: ignore[no-any-return]
