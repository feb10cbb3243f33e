"""AZ-NAS: the stability of gradients through the blocks."""

import math
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.proxies.az_nas import FAMILY, PAPER, as_images, block_features
from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy

_SMALL = 1e-6


@register_proxy(
    "az-trainability",
    direction="higher",
    needs="batch",
    paper=PAPER,
    passes=lambda images: Passes(forward=images, backward=images),
    family=FAMILY,
)
def measure_az_trainability(context: Context) -> float:
    """The mean over the blocks of -s - 1/(s + 1e-6) + 2.

    s is the largest singular value of the mean outer product of random signs at the block's output and the gradient
    that they cause at its input. Minus infinity, and so null, when a block passes gradients on unchanged.
    """
    generator = context.generator("az-nas signs")
    pairs = list(pairwise(context.shared(block_features)))
    return sum(_score(entering, leaving, generator) for entering, leaving in pairs) / len(pairs)


def _score(entering: Tensor, leaving: Tensor, generator: torch.Generator) -> float:
    """A block's score: 0 if the largest singular value of its Jacobian, estimated by random signs, is 1; else less."""
    signs = (torch.randint(2, leaving.shape, generator=generator) * 2.0 - 1).to(leaving)
    # The graph is kept, because two blocks may share a part of it. The sum gives `leaving` the signs as its gradient;
    # torch would import a library for symbols (0.4 s) if it were given them.
    (returned,) = torch.autograd.grad((leaving * signs).sum(), entering, retain_graph=True, materialize_grads=True)
    if returned.shape == signs.shape and torch.equal(returned, signs):
        return -math.inf
    returned, signs = as_images(returned), as_images(signs)
    if any(before < after for before, after in zip(returned.shape[2:], signs.shape[2:], strict=True)):
        # The block enlarges the image, or turns pixels into tokens.
        return math.nan
    inner, outer = _vectors(_fold(returned, signs)), _vectors(signs)
    largest = float(torch.linalg.svdvals(inner.T @ outer / len(outer)).max())
    return -largest - 1 / (largest + _SMALL) + 2


def _fold(returned: Tensor, signs: Tensor) -> Tensor:
    """Folds to the signs' height and width: the pixels of a square become channels of one pixel, padded with zeros."""
    (height, width), (high, wide) = returned.shape[2:], signs.shape[2:]
    stride = -(-height // high)
    padded = functional.pad(returned, (0, wide * stride - width, 0, high * stride - height))
    return functional.pixel_unshuffle(padded, stride)


def _vectors(images: Tensor) -> Tensor:
    """One row a pixel of the batch, one column a channel."""
    return images.movedim(1, -1).flatten(0, -2)
