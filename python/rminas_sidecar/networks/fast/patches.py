"""3 × 3 convolutions whose weight gradient is one matrix product with the patches of the images."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

_SIDE = 3
_PADDING = [1, 1]
_ONES = [1, 1]
MOST_CHANNELS = 16
"""With more channels, the deterministic gradient of cuDNN is as fast."""


class PatchConvolution(nn.Module):
    """Computes the same as a convolution with few channels, and its gradients, on a CUDA device.

    The weight gradient is the product of the output gradient with all 3 × 3 patches of the images, which are copied.
    The deterministic algorithm of cuDNN takes four times as long for 16 channels.

    Args:
        convolution: 3 × 3 with stride 1, padding 1 and no bias; its weight is shared.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution = convolution

    def forward(self, images: Tensor) -> Tensor:
        """Maps images to images: batch × channels × height × width."""
        if torch.is_autocast_enabled(images.device.type):
            # Autocast converts only the arguments of torch's own layers.
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
    """The 3 × 3 patch around each pixel: batch × 9 · channels × pixels."""
    batch, channels, height, width = images.shape
    padded = functional.pad(images, (1, 1, 1, 1))
    of_batch, of_channel, of_row, of_column = padded.stride()
    patches = padded.as_strided(
        (batch, channels, _SIDE, _SIDE, height, width), (of_batch, of_channel, of_row, of_column, of_row, of_column)
    )
    return patches.reshape(batch, channels * _SIDE * _SIDE, height * width)
