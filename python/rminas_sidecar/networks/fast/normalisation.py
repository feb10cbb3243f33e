"""Batch normalisation in training mode."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from rminas_sidecar.kernels.normalisation import Normalisation


class FastNorm(nn.Module):
    """Computes the same as a batch normalisation in training mode, without running statistics.

    Args:
        norm: its weight and bias are shared; both may be None, for factors of 1 and biases of 0.
        kernel: used for images that it supports; torch computes all others.
    """

    def __init__(self, norm: nn.BatchNorm2d, kernel: Normalisation | None) -> None:
        super().__init__()
        self.weight: nn.Parameter | None = norm.weight
        self.bias: nn.Parameter | None = norm.bias
        self.eps = norm.eps
        self._kernel = kernel

    def forward(self, images: Tensor) -> Tensor:
        """Maps images to images: batch × C × height × width, channels-last."""
        if self._kernel is None or not self._kernel.suits(images):
            return functional.batch_norm(images, None, None, self.weight, self.bias, training=True, eps=self.eps)
        channels = images.shape[1]
        weight = torch.ones(channels) if self.weight is None else self.weight
        bias = torch.zeros(channels) if self.bias is None else self.bias
        answer: Tensor = _NormFunction.apply(self._kernel, images, weight, bias, self.eps)  # type: ignore[no-untyped-call]
        return answer


class _NormFunction(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, kernel: Normalisation, images: Tensor, weight: Tensor, bias: Tensor, epsilon: float
    ) -> Tensor:
        answer, mean, inverse = kernel.normalise(images, weight, bias, epsilon)
        ctx.kernel = kernel
        ctx.save_for_backward(images, weight, mean, inverse)
        return answer

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        images, weight, mean, inverse = ctx.saved_tensors
        kernel: Normalisation = ctx.kernel
        return None, *kernel.gradients(images, gradient, weight, mean, inverse), None
