"""3 × 3 convolutions by Winograd's minimal filtering, F(4 × 4, 3 × 3) (Lavin and Gray, CVPR 2016, section 4).

Tiles of 4 × 4 pixels are computed from patches of 6 × 6 with a quarter of the multiplications. It rounds several times
as much as the direct sum, as the same algorithm does in cuDNN. torch has none of it for CPUs.
"""

import ctypes
import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

_TILE = 4
_PLANES = 36
# Blocks of tiles whose gradients are summed one after the other; the parts are summed afterwards, which rounds less and
# the same for any number of threads.
_PART = 32


class Winograd:
    """Convolves images of shape batch × C × height × width, best channels-last, padded by a pixel of zeros.

    Args:
        library: of the C files beside this one.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.lanes: int = library.rminas_lanes()
        """Channels that are processed at a time."""
        pointer, size = ctypes.c_void_p, ctypes.c_ssize_t
        for function in (library.rminas_convolve, library.rminas_filter_gradient):
            function.argtypes, function.restype = [pointer] * 3 + [size] * 7 + [pointer], None
        library.rminas_combine_filters.argtypes, library.rminas_combine_filters.restype = [pointer] * 2 + [size], None
        library.rminas_separate_filters.argtypes = [pointer] * 2 + [size] * 2
        library.rminas_separate_filters.restype = None
        library.rminas_blocks.argtypes, library.rminas_blocks.restype = [size] * 3, size
        library.rminas_scratch.argtypes, library.rminas_scratch.restype = [size] * 2, size

    def suits(self, images: Tensor, weight: Tensor) -> bool:
        """Whether it can take these: float32 on a CPU, images of whole tiles, channels in :attr:`lanes`."""
        return (
            images.dtype == weight.dtype == torch.float32
            and images.device.type == "cpu"
            and weight.shape[0] % self.lanes == weight.shape[1] % self.lanes == 0
            and images.shape[2] % _TILE == images.shape[3] % _TILE == 0
        )

    def convolve(self, images: Tensor, weight: Tensor) -> Tensor:
        """The images convolved with a weight of outputs × C × 3 × 3; channels-last."""
        images, filters = _channels_last(images), self._combine(weight)
        batch, inputs, height, width = images.shape
        answer = torch.empty((batch, len(weight), height, width), memory_format=torch.channels_last)
        blocks = self._library.rminas_blocks(batch, height, width)

        def run(first: int, last: int) -> None:
            scratch = torch.empty(self._library.rminas_scratch(inputs, len(weight)))
            self._library.rminas_convolve(
                *(images.data_ptr(), filters.data_ptr(), answer.data_ptr()),
                *(batch, height, width, inputs, len(weight)),
                *(first, last, scratch.data_ptr()),
            )

        _share(run, _ranges(blocks, -(-blocks // torch.get_num_threads())))
        return answer

    def weight_gradient(self, images: Tensor, gradient: Tensor) -> Tensor:
        """The gradient of the weight (outputs × C × 3 × 3) from that of what `convolve` answered."""
        images, gradient = _channels_last(images), _channels_last(gradient)
        batch, inputs, height, width = images.shape
        outputs = gradient.shape[1]
        ranges = _ranges(self._library.rminas_blocks(batch, height, width), _PART)
        parts = torch.zeros(len(ranges), _PLANES, inputs * outputs)

        def run(first: int, last: int) -> None:
            scratch = torch.empty(self._library.rminas_scratch(inputs, outputs))
            self._library.rminas_filter_gradient(
                *(images.data_ptr(), gradient.data_ptr(), parts[first // _PART].data_ptr()),
                *(batch, height, width, inputs, outputs),
                *(first, last, scratch.data_ptr()),
            )

        _share(run, ranges)
        answer = torch.empty(3, 3, inputs, outputs)
        self._library.rminas_separate_filters(parts.data_ptr(), answer.data_ptr(), inputs * outputs, len(parts))
        return answer.permute(3, 2, 0, 1)

    def _combine(self, weight: Tensor) -> Tensor:
        """The combined filters, planes × inputs × outputs."""
        filters = weight.permute(2, 3, 1, 0).contiguous()
        combined = torch.empty(_PLANES, *filters.shape[2:])
        self._library.rminas_combine_filters(filters.data_ptr(), combined.data_ptr(), combined[0].numel())
        return combined


def _channels_last(images: Tensor) -> Tensor:
    return images.contiguous(memory_format=torch.channels_last)


def _ranges(total: int, length: int) -> list[tuple[int, int]]:
    return [(first, min(first + length, total)) for first in range(0, total, length)]


def _share(run: Callable[[int, int], None], ranges: Sequence[tuple[int, int]]) -> None:
    """Runs all ranges, on as many threads as torch would use."""
    threads = torch.get_num_threads()
    if threads == 1 or len(ranges) == 1:
        for first, last in ranges:
            run(first, last)
        return
    for _ in _pool(threads).map(lambda bounds: run(*bounds), ranges):
        pass


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="winograd")
