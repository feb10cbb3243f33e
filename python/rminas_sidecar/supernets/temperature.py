"""Temperatures and Gumbel noise."""

import torch
from torch import Tensor


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
