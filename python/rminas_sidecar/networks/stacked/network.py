"""NAS-Bench-201 networks in the lanes of a stack."""

from collections.abc import Mapping

import torch
from torch import Tensor

from rminas_sidecar.networks.stacked.kernels import StackedLayers
from rminas_sidecar.networks.stacked.layers import average, convolve, multiply
from rminas_sidecar.networks.stacked.parameters import ParameterLayout, cell_name
from rminas_sidecar.networks.stacked.table import OperationTable


class StackedNetwork:
    """Computes the networks of all lanes; see :class:`rminas_sidecar.networks.nas_bench_201.NasBench201Network`.

    Args:
        layout: of the parameters.
        table: the operations of the lanes.
        layers: that the device has.
    """

    def __init__(self, layout: ParameterLayout, table: OperationTable, layers: StackedLayers) -> None:
        self._cells = list(layout.cells())
        self._table = table
        self._layers = layers

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
        layers = self._layers
        x = layers.convolve_and_normalise(shared, parameters["stem.weight"], parameters["stem.norm"], rectified=False)
        for number, (_, is_reduction) in enumerate(self._cells):
            name = cell_name(number)
            if is_reduction:
                features.append(x)
                x = self._reduce(x, parameters, name)
            else:
                x = layers.compute_cell(x, parameters[f"{name}.weights"], parameters[f"{name}.norms"], self._table)
        x = torch.relu(layers.normalise(x, parameters["last.norm"]))
        features.append(x)
        logits = multiply(x.mean((2, 3)), parameters["classifier.weight"]) + parameters["classifier.bias"][:, None]
        return features, logits

    def _reduce(self, x: Tensor, parameters: Mapping[str, Tensor], name: str) -> Tensor:
        """The residual block of stride 2 between two stages."""
        block = x
        for part, stride in (("a", 2), ("b", 1)):
            weight, norm = parameters[f"{name}.{part}.weight"], parameters[f"{name}.{part}.norm"]
            block = self._layers.convolve_and_normalise(block, weight, norm, stride, rectified=True)
        return convolve(average(x, 2, 2, 0), parameters[f"{name}.shortcut"], 1) + block
