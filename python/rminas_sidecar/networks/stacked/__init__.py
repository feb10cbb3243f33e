"""Networks of NAS-Bench-201 that compute side by side: one batched operation serves all of them."""

from rminas_sidecar.networks.stacked.loss import StackedLoss
from rminas_sidecar.networks.stacked.network import StackedNetwork
from rminas_sidecar.networks.stacked.parameters import ParameterLayout
from rminas_sidecar.networks.stacked.table import OperationTable

__all__ = ["OperationTable", "ParameterLayout", "StackedLoss", "StackedNetwork"]
