"""3 × 3 convolutions whose weights get their gradient from one product with the images' patches."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

_SIDE = 3
_PADDING = [1, 1]
_ONES = [1, 1]
MOST_CHANNELS = 16
"""Of more channels cuDNN's own deterministic gradient is as fast."""


class PatchConvolution(nn.Module):
    """Computes what a convolution of few channels computes, and its gradients, on a CUDA device.

    The weights' gradient is the product of what arrives with all 3 × 3 patches of the images, which are copied for it.
    cuDNN's deterministic algorithm for 16 channels takes four times as long.

    Args:
        convolution: 3 × 3, of stride 1, padded by 1, without bias; it keeps its weight.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution = convolution

    def forward(self, images: Tensor) -> Tensor:
        """Answers images; both are batch × channels × height × width."""
        if torch.is_autocast_enabled(images.device.type):
            # Autocast converts what torch's own layers are given.
            return self.convolution(images)  # type: ignore[no-any-return]
        return _Convolution.apply(images, self.convolution.weight)  # type: ignore[no-any-return,no-untyped-call]


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(images, weight)
        return functional.conv2d(images, weight, padding=1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor]:
        images, weight = ctx.saved_tensors
        into_images = None
        if ctx.needs_input_grad[0]:
            wanted = [True, False, False]
            into_images = torch.ops.aten.convolution_backward(
                gradient, images, weight, None, _ONES, _PADDING, _ONES, False, [0, 0], 1, wanted
            )[0]
        products = torch.bmm(gradient.flatten(2), _patches(images).transpose(1, 2))
        return into_images, products.sum(0).view_as(weight)


def _patches(images: Tensor) -> Tensor:
    """What each weight meets at each pixel: batch × 9 channels × pixels."""
    batch, channels, height, width = images.shape
    padded = functional.pad(images, (1, 1, 1, 1))
    of_batch, of_channel, of_row, of_column = padded.stride()
    patches = padded.as_strided(
        (batch, channels, _SIDE, _SIDE, height, width), (of_batch, of_channel, of_row, of_column, of_row, of_column)
    )
    return patches.reshape(batch, channels * _SIDE * _SIDE, height * width)
