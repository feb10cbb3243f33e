"""Gradients that several proxies read, so that their passes through the network are made once for all of them."""

import torch
from torch import Tensor

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.layers import backpropagate_loss

WEIGHT_FAMILY = "grad-norm"
"""The proxies of :func:`weight_gradients`."""
IMAGE_FAMILY = "jacob-cov"
"""The proxies of :func:`image_gradients`."""


def weight_gradients(context: Context) -> list[tuple[Tensor, Tensor]]:
    """The weights of convolutions and linear layers, with the gradients of the batch's cross entropy by them.

    Layers that no gradient reaches are omitted.
    """
    return backpropagate_loss(context.network(), context.images, context.labels)


def image_gradients(context: Context) -> tuple[Tensor, int]:
    """The gradient of the sum of all logits by the pixels of each image, and the number of classes.

    Returns:
        samples × pixels, in float64. The network normalises by the batch, so each image has a share in all logits.
    """
    images = context.images.detach().clone().requires_grad_()
    _, logits = context.network()(images)
    (gradients,) = torch.autograd.grad(logits.sum(), images, materialize_grads=True)
    return gradients.flatten(1).double(), logits.shape[1]
