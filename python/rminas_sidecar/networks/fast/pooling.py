"""Average pooling, 3 × 3 with stride 1, which counts only pixels within the image."""

import functools
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from rminas_sidecar.kernels.pooling import Pooling


class FastAverage(nn.Module):
    """Computes the same as `AvgPool2d(3, stride=1, padding=1, count_include_pad=False)`.

    Args:
        kernel: used for images that it supports. All others are computed by a depthwise convolution with equal
            weights, because torch's pooling is several times slower, and its gradient slower still.
    """

    def __init__(self, kernel: Pooling | None) -> None:
        super().__init__()
        self._kernel = kernel

    def forward(self, images: Tensor) -> Tensor:
        """Maps images to images: batch × C × height × width, channels-last."""
        kernel: Pooling | _Boxes = _BOXES
        if self._kernel is not None and self._kernel.suits(images):
            kernel = self._kernel
        answer: Tensor = _AverageFunction.apply(kernel, images)  # type: ignore[no-untyped-call]
        return answer


class _Boxes:
    """The same interface as the kernel, with torch's operations."""

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
    """A ninth of the sum of each pixel and its eight neighbours; pixels outside of the image are zeros."""
    channels = images.shape[1]
    return functional.conv2d(images, _ninths(channels, images.dtype), padding=1, groups=channels)


@functools.lru_cache(maxsize=64)
def _ninths(channels: int, dtype: torch.dtype) -> Tensor:
    return torch.full((channels, 1, 3, 3), 1 / 9, dtype=dtype)


@functools.lru_cache(maxsize=64)
def _correction(channels: int, height: int, width: int, dtype: torch.dtype) -> Tensor:
    """Nine divided by the number of pixels that count: C × height × width, channels-last."""
    share = functional.avg_pool2d(torch.ones(1, 1, height, width, dtype=dtype), 3, stride=1, padding=1)
    return (1 / share[0]).permute(1, 2, 0).repeat(1, 1, channels).permute(2, 0, 1)
