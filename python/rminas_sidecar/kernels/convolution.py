"""Fused ReLU, convolution and statistics of batch normalisation: 3 × 3 by Winograd's algorithm, and 1 × 1.

The kernels apply ReLU while they read the images, sum the moments while they write the output, and compute the gradient
of the normalisation where they need it. Images therefore pass through memory as rarely as possible.

3 × 3 convolutions use minimal filtering, F(4 × 4, 3 × 3) (Lavin and Gray, CVPR 2016, section 4): tiles of 4 × 4 pixels
from patches of 6 × 6, with a quarter of the multiplications. Its rounding error is several times that of the direct
sum, as with the same algorithm in cuDNN. torch has no such algorithm for CPUs.
"""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rminas_sidecar.kernels.normalisation import NormGradient
from rminas_sidecar.kernels.sharing import share

# The same as in the C files.
_TILE = 4
_PLANES = 36
# Tiles or pixels in one matrix product.
_BLOCK = 8
# Blocks in a part, whose images fit into the cache.
_TILES_PART, _PIXELS_PART = 32, 512


class _Images(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in ("pixels", "convolved", "scale", "slope", "shift", "centre")]


@dataclass(frozen=True)
class _Work:
    """The functions for one kernel size, and how threads divide the work."""

    forward: Callable[..., None]
    backward: Callable[..., None]
    sizes: tuple[int, ...]
    blocks: int
    part: int
    """Blocks in a part. Each part has its own sums of moments and filter gradients, which are added afterwards."""
    scratch: int
    """Floats of scratch memory per thread."""

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
        library: compiled from the C files of this folder.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.lanes: int = library.rminas_lanes()
        """Channels in one vector instruction."""
        pointer, size = ctypes.c_void_p, ctypes.c_ssize_t
        library.rminas_convolve.argtypes = [pointer] * 4 + [size] * 8 + [pointer]
        library.rminas_convolve_pixels.argtypes = [pointer] * 4 + [size] * 5 + [pointer]
        library.rminas_convolve_gradients.argtypes = [pointer] * 6 + [size] * 8 + [pointer]
        library.rminas_convolve_pixels_gradients.argtypes = [pointer] * 6 + [size] * 5 + [pointer]
        library.rminas_filter_transform.argtypes = [pointer] * 2 + [size]
        library.rminas_filter_transform_adjoint.argtypes = [pointer] * 2 + [size] * 2
        for name in ("convolve", "convolve_pixels", "convolve_gradients", "convolve_pixels_gradients"):
            library[f"rminas_{name}"].restype = None
        library.rminas_filter_transform.restype = library.rminas_filter_transform_adjoint.restype = None

    def suits(self, images: Tensor) -> bool:
        """Whether the images are supported: float32 on a CPU, channels-last, whole tiles, C in whole :attr:`lanes`."""
        return (
            images.dtype == torch.float32
            and images.device.type == "cpu"
            and images.shape[1] % self.lanes == 0
            and images.shape[2] % _TILE == images.shape[3] % _TILE == 0
            and images.is_contiguous(memory_format=torch.channels_last)
        )

    def convolve(self, images: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Applies ReLU, then the convolution; also answers the moments of the output.

        Args:
            images: batch × C × height × width; see :meth:`suits`.
            weight: outputs × C × 3 × 3, or outputs × C × 1 × 1; `outputs` is a multiple of :attr:`lanes`.

        Returns:
            Images, batch × outputs × height × width, channels-last; and sums and sums of squares, parts × 2 × outputs,
            float64.
        """
        batch, _, height, width = images.shape
        work = self._work(images, weight)
        filters = self._filter_transform(weight.permute(2, 3, 1, 0))
        answer = torch.empty((batch, len(weight), height, width), memory_format=torch.channels_last)
        moments = torch.zeros(work.parts, 2, len(weight), dtype=torch.float64)
        work.share(work.forward, [tensor.data_ptr() for tensor in (images, filters, answer, moments)])
        return answer, moments

    def gradients(
        self, images: Tensor, weight: Tensor, gradient: NormGradient, base: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The gradients of the images and of the weight.

        Args:
            images: those given to :meth:`convolve`.
            weight: the one given to :meth:`convolve`.
            gradient: of the output of :meth:`convolve`.
            base: added to the gradient of the images; not changed.
        """
        outputs, inputs, side, _ = weight.shape
        work = self._work(images, weight)
        turned = self._filter_transform(weight.flip(2, 3).permute(2, 3, 0, 1))
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
        return back, self._filter_transform_adjoint(filters).view(side, side, inputs, outputs).permute(3, 2, 0, 1)

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

    def _filter_transform(self, weight: Tensor) -> Tensor:
        """Transforms filters: side × side × A × B to planes × A × B."""
        weight = weight.contiguous()
        if len(weight) == 1:
            return weight
        transformed = torch.empty(_PLANES, *weight.shape[2:])
        self._library.rminas_filter_transform(weight.data_ptr(), transformed.data_ptr(), transformed[0].numel())
        return transformed

    def _filter_transform_adjoint(self, filters: Tensor) -> Tensor:
        """Sums parts and applies the adjoint of the filter transform: parts × planes × A · B to side · side × A · B."""
        parts, planes, count = filters.shape
        if planes == 1:
            return filters.sum(0)
        answer = torch.empty(9, count)
        self._library.rminas_filter_transform_adjoint(filters.data_ptr(), answer.data_ptr(), count, parts)
        return answer
