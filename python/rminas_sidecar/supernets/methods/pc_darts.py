"""PC-DARTS (Xu et al., ICLR 2020, sections 3.1 and 3.2): partial channels and edge normalisation, first order.

The operations see a share of the channels, and the others bypass them. A softmax over the inputs of each node weighs
its edges. In the first epochs only the weights are updated.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.supernets.method import Batch, Method, Options
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.supernet import Supernet
from rminas_sidecar.supernets.updates import Updates


class PcDarts(Method):
    """See the module.

    Options: `share`: the operations see one channel of so many; `frozenEpochs`: without updates of the architecture.
    """

    def __init__(self, supernet: Supernet, options: Options) -> None:
        super().__init__(supernet, options)
        self.beta = nn.Parameter(1e-3 * torch.randn(supernet.edges))
        self._frozen = False

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """The architecture parameters stay as they are in the first epochs."""
        self._frozen = epoch < int(self.options["frozenEpochs"])

    def edge_weights(self) -> Tensor:
        """The weight of each edge: a softmax over the inputs of its node."""
        # The rows of the edges of one node follow each other.
        nodes = torch.split(self.beta, [len(node) for node in self.supernet.nodes])
        return torch.cat([functional.softmax(edges, dim=0) for edges in nodes])

    def relax(self) -> Mixture:
        """The weights of operations and edges."""
        return Mixture(self.weights(), edges=self.edge_weights())

    def architecture_gradient(self, training: Batch, validation: Batch, updates: Updates) -> Sequence[Tensor | None]:
        """None in the first epochs, so that nothing changes."""
        if self._frozen:
            return [None] * len(updates.architecture)
        return super().architecture_gradient(training, validation, updates)

    def read(self) -> str | None:
        """Reads the product of both weights."""
        with torch.no_grad():
            return self.supernet.read(self.weights() * self.edge_weights()[:, None])
