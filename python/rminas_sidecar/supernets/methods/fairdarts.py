"""FairDARTS (Chu, Zhou, Zhang and Li, ECCV 2020, sections 3.2 and 3.3): independent sigmoids and a zero-one loss.

There is no `none`. A sigmoid weighs each operation, so that operations need not exclude each other. The zero-one loss
drives the weights to 0 or 1, and an edge stays if its largest weight reaches a threshold.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rminas_sidecar.supernets.edge import NONE
from rminas_sidecar.supernets.method import Batch, Method, Options
from rminas_sidecar.supernets.supernet import Supernet
from rminas_sidecar.supernets.updates import Updates


class FairDarts(Method):
    """See the module.

    Options: `zeroOneWeight`: of the zero-one loss; `threshold`: of an edge.
    """

    without = (NONE,)

    def __init__(self, supernet: Supernet, options: Options) -> None:
        super().__init__(supernet, options)
        self.alpha = nn.Parameter(torch.zeros(supernet.edges, len(supernet.operations)))

    def weights(self) -> Tensor:
        """A sigmoid for each operation."""
        assert isinstance(self.alpha, nn.Parameter)
        return self.alpha.sigmoid()

    def zero_one_loss(self) -> Tensor:
        """Equation 6: the mean squared distance from one half, negative."""
        return -(self.weights() - 0.5).square().mean()

    def architecture_gradient(self, training: Batch, validation: Batch, updates: Updates) -> Sequence[Tensor | None]:
        """That of the validation loss with the zero-one loss."""
        loss = self.loss_of_architecture(validation) + float(self.options["zeroOneWeight"]) * self.zero_one_loss()
        return torch.autograd.grad(loss, updates.architecture)

    def read(self) -> str | None:
        """The edges from the threshold up."""
        with torch.no_grad():
            return self.supernet.read(self.weights(), float(self.options["threshold"]))
