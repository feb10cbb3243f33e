"""SNAS (Xie, Zheng, Liu and Lin, ICLR 2019, sections 2.2 and 2.3): soft Gumbel-softmax weights, one loss for both.

One batch and one loss update weights and architecture parameters together. The loss has a penalty on the logarithm of
the expected multiply-adds. The temperature falls linearly, and drop path regularises the operations.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.supernets.method import Batch, Options
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.supernet import Supernet
from rminas_sidecar.supernets.temperature import FallingTemperature, draw_gumbel
from rminas_sidecar.supernets.updates import Updates


class Snas(FallingTemperature):
    """See the module.

    Options: `firstTemperature`, `lastTemperature`; `resourceWeight`: of the penalty; `dropPath`: a probability.
    """

    costs: Tensor

    def __init__(self, supernet: Supernet, options: Options) -> None:
        super().__init__(supernet, options)
        # In the memory of the device, because a copy in each step would wait for it. Exact up to 2⁵³.
        self.register_buffer("costs", supernet.costs.double(), persistent=False)

    def relax(self) -> Mixture:
        """A soft sample for the whole network."""
        assert isinstance(self.alpha, nn.Parameter)
        sample = functional.softmax((self.alpha + draw_gumbel(self.alpha)) / self.temperature, dim=-1)
        return Mixture(sample, drop_path=float(self.options["dropPath"]))

    def step(self, training: Batch, validation: Batch, updates: Updates) -> Tensor:
        """One loss on the training batch updates both."""
        cost = (self.weights() * self.costs.to(training.images.dtype)).sum()
        penalty = float(self.options["resourceWeight"]) * torch.log1p(cost)
        loss = self.loss(training)
        updates.update_both(loss + penalty)
        return loss.detach()
