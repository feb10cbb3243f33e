"""The variation of an untrained network's gradients between batches, relative to their size."""

import math

import torch

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.layers import backpropagate_loss
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
    network = context.network()
    images, labels = context.images.tensor_split(_BATCHES), context.labels.tensor_split(_BATCHES)
    batches = [backpropagate_loss(network, *batch) for batch in zip(images, labels, strict=True)]
    score = 0.0
    # The layers that a gradient reaches do not depend on the batch.
    for layer in zip(*batches, strict=True):
        gradients = torch.stack([gradient for _, gradient in layer]).double()
        deviation = gradients.std(0, correction=0)
        varies = deviation > 0
        total = (gradients.abs().mean(0)[varies] / deviation[varies]).sum().item()
        score += math.log(total) if total > 0 else 0.0
    return score
