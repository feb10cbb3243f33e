"""NAS-Bench-201 networks in the lanes of a stack."""

from collections.abc import Mapping

import torch
from torch import Tensor

from rminas_sidecar.networks.stacked.kernels import ComputeCell
from rminas_sidecar.networks.stacked.layers import average, convolve, multiply, normalise
from rminas_sidecar.networks.stacked.parameters import ParameterLayout, cell_name
from rminas_sidecar.networks.stacked.table import OperationTable


class StackedNetwork:
    """Computes the networks of all lanes; see :class:`rminas_sidecar.networks.nas_bench_201.NasBench201Network`.

    Args:
        layout: of the parameters.
        table: the operations of the lanes.
        cell: computes a cell.
    """

    def __init__(self, layout: ParameterLayout, table: OperationTable, cell: ComputeCell) -> None:
        self._cells = list(layout.cells())
        self._table = table
        self._cell = cell

    def __call__(self, images: Tensor, parameters: Mapping[str, Tensor]) -> tuple[list[Tensor], Tensor]:
        """Computes the features of the three stages and the logits.

        Args:
            images: batch × height × width × 3, the same for all lanes.
            parameters: by the names of the layout, with the lanes in front.

        Returns:
            Features of shapes lanes × batch × height × width × channels; logits of shape lanes × batch × classes.
        """
        features: list[Tensor] = []
        shared = images.expand(self._table.lanes, *images.shape)
        x = normalise(convolve(shared, parameters["stem.weight"], 3), parameters["stem.norm"])
        for number, (_, is_reduction) in enumerate(self._cells):
            name = cell_name(number)
            if is_reduction:
                features.append(x)
                x = _reduce(x, parameters, name)
            else:
                x = self._cell(x, parameters[f"{name}.weights"], parameters[f"{name}.norms"], self._table)
        x = torch.relu(normalise(x, parameters["last.norm"]))
        features.append(x)
        logits = multiply(x.mean((2, 3)), parameters["classifier.weight"]) + parameters["classifier.bias"][:, None]
        return features, logits


def _reduce(x: Tensor, parameters: Mapping[str, Tensor], name: str) -> Tensor:
    """The residual block of stride 2 between two stages."""
    inner = normalise(convolve(torch.relu(x), parameters[f"{name}.a.weight"], 3, 2), parameters[f"{name}.a.norm"])
    block = normalise(convolve(torch.relu(inner), parameters[f"{name}.b.weight"], 3), parameters[f"{name}.b.norm"])
    return convolve(average(x, 2, 2, 0), parameters[f"{name}.shortcut"], 1) + block
