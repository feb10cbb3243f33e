"""3 × 3 convolutions by Winograd's algorithm, where they have the shape for it."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from rminas_sidecar.kernels.winograd import Winograd


class FastConvolution(nn.Module):
    """What a 3 × 3 convolution computes.

    Args:
        convolution: of stride 1, padded by one pixel of zeros, undilated, of one group and without bias.
        winograd: computes it for images that suit it; for others torch does.
    """

    def __init__(self, convolution: nn.Conv2d, winograd: Winograd) -> None:
        super().__init__()
        self.convolution = convolution
        self._winograd = winograd

    def forward(self, images: Tensor) -> Tensor:
        """From images to images: batch × C × height × width, channels-last."""
        weight = self.convolution.weight
        if not self._winograd.suits(images, weight):
            return self.convolution(images)  # type: ignore[no-any-return]
        answer: Tensor = _WinogradFunction.apply(self._winograd, images, weight)  # type: ignore[no-untyped-call]
        return answer


class _WinogradFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, winograd: Winograd, images: Tensor, weight: Tensor) -> Tensor:
        ctx.winograd = winograd
        ctx.save_for_backward(images, weight)
        return winograd.convolve(images, weight)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor | None, Tensor | None]:
        images, weight = ctx.saved_tensors
        winograd: Winograd = ctx.winograd
        # The adjoint of a padded convolution is one with the weight turned round, from outputs to inputs.
        turned = weight.flip(2, 3).transpose(0, 1)
        return (
            None,
            winograd.convolve(gradient, turned) if ctx.needs_input_grad[1] else None,
            winograd.weight_gradient(images, gradient) if ctx.needs_input_grad[2] else None,
        )
