"""The 3 × 3 mean that does not count what lies outside of the image."""

import functools
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from rminas_sidecar.kernels.pooling import Pooling


class FastAverage(nn.Module):
    """What `AvgPool2d(3, stride=1, padding=1, count_include_pad=False)` computes.

    Args:
        kernel: computes it for images that suit it. For others, or where there is none, it is a depthwise convolution
            with equal weights: torch is several times slower with a pooling, and yet slower with the gradient of one.
    """

    def __init__(self, kernel: Pooling | None) -> None:
        super().__init__()
        self._kernel = kernel

    def forward(self, images: Tensor) -> Tensor:
        """From images to images: batch × C × height × width, channels-last."""
        kernel: Pooling | _Boxes = _BOXES
        if self._kernel is not None and self._kernel.suits(images):
            kernel = self._kernel
        answer: Tensor = _AverageFunction.apply(kernel, images)  # type: ignore[no-untyped-call]
        return answer


class _Boxes:
    """The same as the kernel, by torch's own operations."""

    def average(self, images: Tensor) -> Tensor:
        return _box(images).mul_(_correction(*images.shape[1:], images.dtype))

    def gradient(self, gradient: Tensor) -> Tensor:
        # A box is symmetric, so it is its own adjoint.
        return _box(gradient * _correction(*gradient.shape[1:], gradient.dtype))


_BOXES = _Boxes()


class _AverageFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, kernel: Pooling | _Boxes, images: Tensor) -> Tensor:
        ctx.kernel = kernel
        return kernel.average(images)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor]:
        kernel: Pooling | _Boxes = ctx.kernel
        return None, kernel.gradient(gradient)


def _box(images: Tensor) -> Tensor:
    """The sum of each pixel and its eight neighbours, zeros outside, over nine."""
    channels = images.shape[1]
    return functional.conv2d(images, _ninths(channels, images.dtype), padding=1, groups=channels)


@functools.lru_cache(maxsize=64)
def _ninths(channels: int, dtype: torch.dtype) -> Tensor:
    return torch.full((channels, 1, 3, 3), 1 / 9, dtype=dtype)


@functools.lru_cache(maxsize=64)
def _correction(channels: int, height: int, width: int, dtype: torch.dtype) -> Tensor:
    """Nine over the number of pixels that count: C × height × width, the channels of a pixel side by side."""
    share = functional.avg_pool2d(torch.ones(1, 1, height, width, dtype=dtype), 3, stride=1, padding=1)
    return (1 / share[0]).permute(1, 2, 0).repeat(1, 1, channels).permute(2, 0, 1)
