"""The 3 × 3 mean of each pixel and its neighbours within the image, and its gradient."""

import ctypes

import torch
from torch import Tensor


class Pooling:
    """Averages images of shape batch × C × height × width, best channels-last. One thread does it all.

    Args:
        library: of the C files beside this one.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        library.rminas_average.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_int] + [ctypes.c_ssize_t] * 4
        library.rminas_average.restype = None

    def suits(self, images: Tensor) -> bool:
        """Whether it can take these: float32 on a CPU."""
        return images.dtype == torch.float32 and images.device.type == "cpu"

    def average(self, images: Tensor) -> Tensor:
        """The averaged images, channels-last."""
        return self._run(images, adjoint=False)

    def gradient(self, gradient: Tensor) -> Tensor:
        """The gradient of the images from that of the averaged ones."""
        return self._run(gradient, adjoint=True)

    def _run(self, images: Tensor, *, adjoint: bool) -> Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        batch, channels, height, width = images.shape
        answer, row = torch.empty_like(images), torch.empty((width + 2) * channels)
        pointers = images.data_ptr(), answer.data_ptr(), row.data_ptr()
        self._library.rminas_average(*pointers, int(adjoint), batch, height, width, channels)
        return answer
