"""The variation of an untrained network's gradients between batches, relative to their size."""

import math

from torch import Tensor

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.gradients import loss_gradients
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy

_BATCHES = 2


@register_proxy(
    "zico",
    direction="higher",
    needs="batch",
    paper="Li et al., ZiCo: Zero-shot NAS via Inverse Coefficient of Variation on Gradients, ICLR 2023",
    passes=lambda images: Passes(forward=images, backward=images),
)
def measure_zico(context: Context) -> float:
    """Σ log Σ (mean |gradient| / standard deviation of the gradient), for gradients of the cross entropy.

    The outer sum is over convolutions and linear layers, the inner one over those of their weights whose gradients
    vary. Published with two batches; here they are the two halves of the one batch.
    """
    if len(context.images) < _BATCHES:
        return math.nan
    score = 0.0
    # The layers that a gradient reaches do not depend on the batch.
    for (_, first), (_, second) in zip(*loss_gradients(context, _BATCHES), strict=True):
        total = _sum_of_ratios(first.double(), second.double())
        score += math.log(total) if total > 0 else 0.0
    return score


def _sum_of_ratios(first: Tensor, second: Tensor) -> float:
    """The sum of mean |gradient| / standard deviation over the weights; for two gradients, (|a| + |b|) / |a - b|."""
    distances = (first - second).abs_()
    ratios = first.abs().add_(second.abs()).div_(distances)
    return ratios[distances > 0].sum().item()
