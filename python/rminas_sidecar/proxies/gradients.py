"""Gradients that several proxies read, so that their passes through the network are made once for all of them."""

import torch
from torch import Tensor

from rminas_sidecar.proxies.context import Context, WeightGradients
from rminas_sidecar.proxies.layers import backpropagate_loss

WEIGHT_FAMILY = "grad-norm"
"""The proxies of :func:`weight_gradients`."""
IMAGE_FAMILY = "jacob-cov"
"""The proxies of :func:`image_gradients`."""


def loss_gradients(context: Context, parts: int) -> list[WeightGradients]:
    """The gradients of the cross entropy of each part of the batch, by the weights of convolutions and linear layers.

    Layers that no gradient reaches are omitted, or have gradients of zeros.

    Args:
        context: of the request.
        parts: of nearly equal numbers of images. Each passes through the network by itself.
    """
    batches = list(zip(context.images.tensor_split(parts), context.labels.tensor_split(parts), strict=True))
    shortcut = context.shortcuts.loss_gradients
    found = None if shortcut is None else shortcut(batches)
    if found is None:
        network = context.network()
        found = [backpropagate_loss(network, *batch) for batch in batches]
    return found


def weight_gradients(context: Context) -> WeightGradients:
    """The gradients of the whole batch's cross entropy; see :func:`loss_gradients`."""
    (gradients,) = loss_gradients(context, 1)
    return gradients


def image_gradients(context: Context) -> tuple[Tensor, int]:
    """The gradient of the sum of all logits by the pixels of each image, and the number of classes.

    Returns:
        samples × pixels, in float64. The network normalises by the batch, so each image has a share in all logits.
    """
    images = context.images.detach().clone().requires_grad_()
    _, logits = context.network()(images)
    (gradients,) = torch.autograd.grad(logits.sum(), images, materialize_grads=True)
    return gradients.flatten(1).double(), logits.shape[1]
