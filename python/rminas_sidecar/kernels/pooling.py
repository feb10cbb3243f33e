"""Average pooling, 3 × 3 with stride 1, which counts only pixels within the image; and its gradient."""

import ctypes

import torch
from torch import Tensor


class Pooling:
    """Averages images of shape batch × C × height × width, in one thread. Channels-last images need no copy.

    Args:
        library: compiled from the C files of this folder.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        library.rminas_average.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_int] + [ctypes.c_ssize_t] * 4
        library.rminas_average.restype = None

    def suits(self, images: Tensor) -> bool:
        """Whether the images are supported: float32 on a CPU."""
        return images.dtype == torch.float32 and images.device.type == "cpu"

    def average(self, images: Tensor) -> Tensor:
        """The averaged images, channels-last."""
        return self._run(images, adjoint=False)

    def gradient(self, gradient: Tensor) -> Tensor:
        """The gradient of the images, from the gradient of the averaged ones."""
        return self._run(gradient, adjoint=True)

    def _run(self, images: Tensor, *, adjoint: bool) -> Tensor:
        images = images.contiguous(memory_format=torch.channels_last)
        batch, channels, height, width = images.shape
        answer, row = torch.empty_like(images), torch.empty((width + 2) * channels)
        pointers = images.data_ptr(), answer.data_ptr(), row.data_ptr()
        self._library.rminas_average(*pointers, int(adjoint), batch, height, width, channels)
        return answer
