"""Batch normalisation in training mode, in two passes over channels-last images.

torch's own kernel takes three to five times as long, and sums so many pixels in float32 that it rounds more.
"""

import ctypes

import torch
from torch import Tensor


class Normalisation:
    """Normalises images of shape batch × C × height × width, best channels-last. One thread does it all.

    Args:
        library: of the C files beside this one.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.lanes: int = library.rminas_lanes()
        """Channels that are processed at a time."""
        pointer, size = ctypes.c_void_p, ctypes.c_ssize_t
        library.rminas_normalise.argtypes = [pointer] * 3 + [ctypes.c_float] + [pointer] * 3 + [size] * 2
        library.rminas_normalise_gradient.argtypes = [pointer] * 8 + [size] * 2
        library.rminas_normalise.restype = library.rminas_normalise_gradient.restype = None

    def suits(self, images: Tensor) -> bool:
        """Whether it can take these: float32 on a CPU, channels in :attr:`lanes`."""
        return images.dtype == torch.float32 and images.device.type == "cpu" and images.shape[1] % self.lanes == 0

    def normalise(self, images: Tensor, weight: Tensor, bias: Tensor, epsilon: float) -> tuple[Tensor, Tensor, Tensor]:
        """The normalised images, and of the given ones mean and inverse standard deviation (C each)."""
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
        answers = torch.empty_like(images), torch.empty_like(weight), torch.empty_like(weight)
        self._library.rminas_normalise_gradient(
            *(tensor.data_ptr() for tensor in (images, gradient, weight, mean, inverse, *answers)),
            *(images.numel() // len(weight), len(weight)),
        )
        return answers
