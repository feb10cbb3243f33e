"""The parameters of a lane: their places in one row of numbers, and their initial values."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rminas_sidecar.networks.nas_bench_201 import SIDES, CellEdge
from rminas_sidecar.networks.stacked.table import EDGES, TAPS
from rminas_sidecar.specification import NetworkSpecification

_IMAGE_CHANNELS = 3
_ALIGNMENT = 16
"""Each lane begins at a multiple of 64 bytes, so that kernels load several weights at a time."""


class _Place(NamedTuple):
    start: int
    shape: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.start + math.prod(self.shape)


class ParameterLayout:
    """Where the parameters of a lane are. All networks of a size have the same layout.

    A convolution's weight has the shape (side · side · inputs, outputs). An edge of a cell has room for one of 3 × 3
    and a normalisation, whatever its operation is. A 1 × 1 convolution takes the first rows of that room. The rest
    stays zero. A normalisation has the shape (2, channels): weight and bias.

    Args:
        size: of the networks.
    """

    def __init__(self, size: NetworkSpecification) -> None:
        self._size = size
        self._places: dict[str, _Place] = {}
        self.floats = 0
        """Numbers of a lane."""
        channels = size.channels
        self.widest = channels << 2
        """Channels of the last stage."""
        self._convolution_and_norm("stem", _IMAGE_CHANNELS, channels)
        for number, (width, is_reduction) in enumerate(self.cells()):
            name = cell_name(number)
            if is_reduction:
                self._convolution_and_norm(f"{name}.a", width // 2, width)
                self._convolution_and_norm(f"{name}.b", width, width)
                self._add(f"{name}.shortcut", width // 2, width)
            else:
                self._add(f"{name}.weights", EDGES, TAPS * width, width)
                self._add(f"{name}.norms", EDGES, 2, width)
        self._add("last.norm", 2, self.widest)
        self._add("classifier.weight", self.widest, size.classes)
        self._add("classifier.bias", size.classes)
        self.floats = -(-self.floats // _ALIGNMENT) * _ALIGNMENT

    def cells(self) -> Iterator[tuple[int, bool]]:
        """The channels of each cell, and whether it is a reduction, in the order of the network."""
        for stage in range(3):
            width = self._size.channels << stage
            if stage:
                yield width, True
            for _ in range(self._size.cells):
                yield width, False

    def views(self, parameters: Tensor) -> dict[str, Tensor]:
        """The parameters by name.

        Args:
            parameters: anything × floats; the views share its memory.
        """
        return {
            name: parameters[..., place.start : place.end].view(*parameters.shape[:-1], *place.shape)
            for name, place in self._places.items()
        }

    def draw(self, edges: Sequence[CellEdge]) -> Tensor:
        """The initial parameters of a network, in float32 on the CPU.

        They come from torch's global generator, in the order of `NasBench201Network`, so that a seed gives the same.
        """
        row = torch.zeros(self.floats)
        views = self.views(row)
        _draw_convolution_and_norm(views, "stem", 3)
        for number, (_, is_reduction) in enumerate(self.cells()):
            name = cell_name(number)
            if is_reduction:
                _draw_convolution_and_norm(views, f"{name}.a", 3)
                _draw_convolution_and_norm(views, f"{name}.b", 3)
                _draw_convolution(views[f"{name}.shortcut"], 1)
            else:
                _draw_cell(views[f"{name}.weights"], views[f"{name}.norms"], edges)
        views["last.norm"][0] = 1
        _draw_classifier(views["classifier.weight"], views["classifier.bias"])
        return row

    def _convolution_and_norm(self, name: str, inputs: int, outputs: int) -> None:
        self._add(f"{name}.weight", TAPS * inputs, outputs)
        self._add(f"{name}.norm", 2, outputs)

    def _add(self, name: str, *shape: int) -> None:
        self._places[name] = place = _Place(self.floats, shape)
        self.floats = place.end


def cell_name(number: int) -> str:
    """The beginning of the names of a cell's parameters."""
    return f"cell{number}"


def _draw_cell(weights: Tensor, norms: Tensor, edges: Sequence[CellEdge]) -> None:
    inputs = weights.shape[-1]
    for number, edge in enumerate(edges):
        side = SIDES.get(edge.operation)
        if side is not None:
            _draw_convolution(weights[number, : side * side * inputs], side)
            norms[number, 0] = 1


def _draw_convolution_and_norm(views: Mapping[str, Tensor], name: str, side: int) -> None:
    _draw_convolution(views[f"{name}.weight"], side)
    views[f"{name}.norm"][0] = 1


def _draw_convolution(into: Tensor, side: int) -> None:
    """Draws as `nn.Conv2d` does. `into` has the shape (side · side · inputs, outputs)."""
    rows, outputs = into.shape
    weight = torch.empty(outputs, rows // (side * side), side, side)
    nn.init.kaiming_uniform_(weight, a=math.sqrt(5))
    into.copy_(weight.permute(2, 3, 1, 0).reshape(rows, outputs))


def _draw_classifier(weight: Tensor, bias: Tensor) -> None:
    """Draws as `nn.Linear` does. `weight` has the shape (inputs, classes)."""
    inputs, classes = weight.shape
    drawn = torch.empty(classes, inputs)
    nn.init.kaiming_uniform_(drawn, a=math.sqrt(5))
    weight.copy_(drawn.T)
    nn.init.uniform_(bias, -1 / math.sqrt(inputs), 1 / math.sqrt(inputs))
