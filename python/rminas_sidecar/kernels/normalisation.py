"""Batch normalisation in training mode, in two passes over channels-last images.

torch's own kernel takes three to five times as long. It also rounds more, because it sums more pixels in float32.
"""

import ctypes
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class NormGradient:
    """The gradient of the normalisation's input, in a form from which kernels compute it while they read."""

    normalised: Tensor
    """Gradient of the normalised images, batch × C × height × width."""
    convolved: Tensor
    """Input of the normalisation, batch × C × height × width."""
    statistics: Tensor
    """At least 2 × C: mean and inverse standard deviation."""
    factors: Tensor
    """3 × C: with the rows a, b, c the gradient is a · `normalised` + b · (`convolved` − mean) + c."""
    weight: Tensor
    """Gradient of the weight, C."""
    bias: Tensor
    """Gradient of the bias, C."""


class Normalisation:
    """Normalises images of shape batch × C × height × width, in one thread. Channels-last images need no copy.

    Args:
        library: compiled from the C files of this folder.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.lanes: int = library.rminas_lanes()
        """Channels in one vector instruction."""
        pointer, size, real = ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_float
        library.rminas_normalise.argtypes = [pointer] * 3 + [real] + [pointer] * 3 + [size] * 2
        library.rminas_normalise_gradient.argtypes = [pointer] * 5 + [size] * 2
        library.rminas_norm_statistics.argtypes = [pointer] + [size] + [pointer] * 2 + [real] + [pointer] + [size] * 2
        library.rminas_norm_gradient.argtypes = [pointer] * 6 + [size] * 2
        for name in ("normalise", "normalise_gradient", "norm_statistics", "norm_gradient"):
            library[f"rminas_{name}"].restype = None

    def suits(self, images: Tensor) -> bool:
        """Whether the images are supported: float32 on a CPU, C in whole :attr:`lanes`."""
        return images.dtype == torch.float32 and images.device.type == "cpu" and images.shape[1] % self.lanes == 0

    def normalise(self, images: Tensor, weight: Tensor, bias: Tensor, epsilon: float) -> tuple[Tensor, Tensor, Tensor]:
        """The normalised images, and mean and inverse standard deviation of the given ones (C each)."""
        images = images.contiguous(memory_format=torch.channels_last)
        answer, mean, inverse = torch.empty_like(images), torch.empty_like(weight), torch.empty_like(weight)
        self._library.rminas_normalise(
            *(images.data_ptr(), weight.data_ptr(), bias.data_ptr(), epsilon),
            *(answer.data_ptr(), mean.data_ptr(), inverse.data_ptr()),
            *(images.numel() // len(weight), len(weight)),
        )
        return answer, mean, inverse

    def gradients(
        self, images: Tensor, gradient: Tensor, weight: Tensor, mean: Tensor, inverse: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients of images, weight and bias from that of the normalised images."""
        images = images.contiguous(memory_format=torch.channels_last)
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        back = self.gradient(images, gradient, weight, torch.stack((mean, inverse)))
        answer = torch.empty_like(images)
        self._library.rminas_normalise_gradient(
            *(tensor.data_ptr() for tensor in (images, gradient, mean, back.factors, answer)),
            *(images.numel() // len(weight), len(weight)),
        )
        return answer, back.weight, back.bias

    def statistics(self, moments: Tensor, pixels: int, weight: Tensor, bias: Tensor, epsilon: float) -> Tensor:
        """The statistics that normalise images: 4 × C, the rows mean, inverse standard deviation, factor and offset.

        Args:
            moments: sums and sums of squares of the images, parts × 2 × C, float64.
            pixels: number of pixels of all images together.
            weight: C.
            bias: C.
            epsilon: added to the variance.
        """
        answer = torch.empty(4, len(weight))
        self._library.rminas_norm_statistics(
            *(moments.data_ptr(), len(moments), weight.data_ptr(), bias.data_ptr(), epsilon),
            *(answer.data_ptr(), pixels, len(weight)),
        )
        return answer

    def gradient(self, images: Tensor, gradient: Tensor, weight: Tensor, statistics: Tensor) -> NormGradient:
        """The gradient of images normalised by :meth:`statistics`, from the gradient of the normalised images.

        Both are channels-last.
        """
        channels = len(weight)
        factors, vectors = torch.empty(3, channels), torch.empty(2, channels)
        self._library.rminas_norm_gradient(
            *(tensor.data_ptr() for tensor in (images, gradient, weight, statistics, factors, vectors)),
            *(images.numel() // channels, channels),
        )
        return NormGradient(gradient, images, statistics, factors, *vectors)
