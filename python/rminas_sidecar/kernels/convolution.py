"""Convolutions of rectified images whose outputs are normalised: 3 × 3 by Winograd's algorithm, and 1 × 1.

What is read is rectified as it is read, the moments are summed as the output is written, and the gradient of the
normalisation is computed where it is needed, so that images pass through memory as rarely as can be.

The 3 × 3 ones are computed by minimal filtering, F(4 × 4, 3 × 3) (Lavin and Gray, CVPR 2016, section 4): tiles of 4 × 4
pixels from patches of 6 × 6, with a quarter of the multiplications. It rounds several times as much as the direct sum,
as the same algorithm does in cuDNN. torch has none of it for CPUs.
"""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rminas_sidecar.kernels.normalisation import NormGradient
from rminas_sidecar.kernels.sharing import share

# As the C files have them.
_TILE = 4
_PLANES = 36
# Tiles or pixels that are multiplied at a time.
_BLOCK = 8
# Blocks in a part: the images of one are small enough for the cache.
_TILES_PART, _PIXELS_PART = 32, 512


class _Images(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in ("pixels", "convolved", "scale", "slope", "shift", "centre")]


@dataclass(frozen=True)
class _Work:
    """The functions for a size of kernel, and how their work is divided."""

    forward: Callable[..., None]
    backward: Callable[..., None]
    sizes: tuple[int, ...]
    blocks: int
    part: int
    """Blocks whose moments and filters' gradients are summed together; the sums of parts are added afterwards."""
    scratch: int
    """Floats that a thread needs."""

    @property
    def parts(self) -> int:
        return -(-self.blocks // self.part)

    def share(self, function: Callable[..., None], pointers: Sequence[int | None]) -> None:
        def run(first: int, last: int) -> None:
            scratch = torch.empty(self.scratch)
            function(*pointers, *self.sizes, self.part, first, last, scratch.data_ptr())

        share(run, self.blocks, self.part)


class Convolutions:
    """Convolutions without bias of batch × C × height × width float32, channels-last, by odd square kernels of 1 or 3.

    Args:
        library: of the C files beside this one.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.lanes: int = library.rminas_lanes()
        """Channels that are processed at a time."""
        pointer, size = ctypes.c_void_p, ctypes.c_ssize_t
        library.rminas_convolve.argtypes = [pointer] * 4 + [size] * 8 + [pointer]
        library.rminas_convolve_pixels.argtypes = [pointer] * 4 + [size] * 5 + [pointer]
        library.rminas_convolve_gradients.argtypes = [pointer] * 6 + [size] * 8 + [pointer]
        library.rminas_convolve_pixels_gradients.argtypes = [pointer] * 6 + [size] * 5 + [pointer]
        library.rminas_combine_filters.argtypes = [pointer] * 2 + [size]
        library.rminas_separate_filters.argtypes = [pointer] * 2 + [size] * 2
        for name in ("convolve", "convolve_pixels", "convolve_gradients", "convolve_pixels_gradients"):
            library[f"rminas_{name}"].restype = None
        library.rminas_combine_filters.restype = library.rminas_separate_filters.restype = None

    def suits(self, images: Tensor) -> bool:
        """Whether it can take these: float32 on a CPU, channels-last, whole tiles, channels in :attr:`lanes`."""
        return (
            images.dtype == torch.float32
            and images.device.type == "cpu"
            and images.shape[1] % self.lanes == 0
            and images.shape[2] % _TILE == images.shape[3] % _TILE == 0
            and images.is_contiguous(memory_format=torch.channels_last)
        )

    def convolve(self, images: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """The rectified images, convolved, and the moments of that.

        Args:
            images: see :meth:`suits`.
            weight: of outputs × C × 3 × 3, or × 1 × 1; the outputs are a multiple of :attr:`lanes`.

        Returns:
            Images, channels-last; sums and sums of squares, parts × 2 × outputs, float64.
        """
        batch, _, height, width = images.shape
        work = self._work(images, weight)
        filters = self._filters(weight.permute(2, 3, 1, 0))
        answer = torch.empty((batch, len(weight), height, width), memory_format=torch.channels_last)
        moments = torch.zeros(work.parts, 2, len(weight), dtype=torch.float64)
        work.share(work.forward, [tensor.data_ptr() for tensor in (images, filters, answer, moments)])
        return answer, moments

    def gradients(
        self, images: Tensor, weight: Tensor, gradient: NormGradient, base: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The gradients of what :meth:`convolve` was given.

        Args:
            images: as they were given.
            weight: as it was given.
            gradient: of what was convolved.
            base: is added to the gradient of the images, in place of nothing; it is left as it is.
        """
        outputs, inputs, side, _ = weight.shape
        work = self._work(images, weight)
        turned = self._filters(weight.flip(2, 3).permute(2, 3, 0, 1))
        back = torch.empty_like(images)
        filters = torch.zeros(work.parts, turned.numel() // (inputs * outputs), inputs * outputs)
        described = _Images(
            *(gradient.normalised.data_ptr(), gradient.convolved.data_ptr()),
            *(row.data_ptr() for row in (*gradient.factors, gradient.statistics[0])),
        )
        added = None if base is None else base.data_ptr()
        work.share(
            work.backward,
            [
                images.data_ptr(),
                ctypes.addressof(described),
                turned.data_ptr(),
                added,
                back.data_ptr(),
                filters.data_ptr(),
            ],
        )
        return back, self._separate(filters).view(side, side, inputs, outputs).permute(3, 2, 0, 1)

    def _work(self, images: Tensor, weight: Tensor) -> _Work:
        batch, inputs, height, width = images.shape
        outputs = len(weight)
        if weight.shape[2] == 1:
            return _Work(
                forward=self._library.rminas_convolve_pixels,
                backward=self._library.rminas_convolve_pixels_gradients,
                sizes=(inputs, outputs),
                blocks=batch * height * width // _BLOCK,
                part=_PIXELS_PART,
                scratch=_BLOCK * (2 * inputs + outputs),
            )
        return _Work(
            forward=self._library.rminas_convolve,
            backward=self._library.rminas_convolve_gradients,
            sizes=(batch, height, width, inputs, outputs),
            blocks=-(-batch * (height // _TILE) * (width // _TILE) // _BLOCK),
            part=_TILES_PART,
            scratch=_PLANES * _BLOCK * (inputs + outputs),
        )

    def _filters(self, weight: Tensor) -> Tensor:
        """The combined filters, planes × A × B, of a weight of side × side × A × B."""
        weight = weight.contiguous()
        if len(weight) == 1:
            return weight
        combined = torch.empty(_PLANES, *weight.shape[2:])
        self._library.rminas_combine_filters(weight.data_ptr(), combined.data_ptr(), combined[0].numel())
        return combined

    def _separate(self, filters: Tensor) -> Tensor:
        """The adjoint of it, of the sum of parts: parts × planes × A · B to side · side × A · B."""
        parts, planes, count = filters.shape
        if planes == 1:
            return filters.sum(0)
        answer = torch.empty(9, count)
        self._library.rminas_separate_filters(filters.data_ptr(), answer.data_ptr(), count, parts)
        return answer
