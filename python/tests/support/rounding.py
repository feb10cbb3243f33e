"""Trainings of weights that differ by one rounding. Their losses are the measure for other ways of rounding."""

from collections.abc import Callable, Iterable

import torch
from torch import nn

from rminas_sidecar.networks.fast import accelerate


def change_by_a_rounding(network: nn.Module) -> nn.Module:
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(1 + 1e-7 * torch.randn(parameter.shape, generator=generator))
    return network


def largest_difference(losses: Iterable[float], plain: Iterable[float]) -> float:
    """The largest relative difference from the losses of the plain loop."""
    return max(abs(loss - right) / right for loss, right in zip(losses, plain, strict=True))


def plain_and_chaos(curve: Callable[[Callable[[nn.Module], nn.Module]], list[float]]) -> tuple[list[float], float]:
    """The losses of the plain loop, and how far those of fast and of slightly changed networks are from them.

    Args:
        curve: the losses of a training of a network that the given function has prepared.
    """
    plain = curve(lambda network: network)
    changed = (curve(prepare) for prepare in (accelerate, change_by_a_rounding))
    return plain, max(largest_difference(losses, plain) for losses in changed)
