"""Temperatures and Gumbel noise."""

import torch
from torch import Tensor

from rminas_sidecar.supernets.method import Method, Options
from rminas_sidecar.supernets.supernet import Supernet


class FallingTemperature(Method):
    """A method that samples at a temperature, which falls linearly with the epochs.

    Options: `firstTemperature`, `lastTemperature`.

    Attributes:
        temperature: of the present epoch.
    """

    def __init__(self, supernet: Supernet, options: Options) -> None:
        super().__init__(supernet, options)
        self.temperature = float(options["firstTemperature"])

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """Lowers the temperature."""
        first, last = float(self.options["firstTemperature"]), float(self.options["lastTemperature"])
        self.temperature = linear_temperature(first, last, epoch, epochs)


def linear_temperature(first: float, last: float, epoch: int, epochs: int) -> float:
    """The temperature of an epoch: a straight line from the first epoch to the last one.

    Args:
        first: of epoch 0.
        last: of epoch `epochs` - 1.
        epoch: counted from 0.
        epochs: in all.
    """
    return first + (last - first) * epoch / max(1, epochs - 1)


def draw_gumbel(like: Tensor) -> Tensor:
    """Standard Gumbel noise of the shape of a tensor, from torch's global generator."""
    return -torch.empty_like(like).exponential_().log()
