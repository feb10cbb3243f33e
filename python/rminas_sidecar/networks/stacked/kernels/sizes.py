"""The sizes of the launches for layers of one shape."""

from inspect import signature
from typing import Any

import triton
from torch import Tensor

from rminas_sidecar.networks.stacked.layers import EPSILON

_LEAST_BLOCK_PIXELS = 64
_BLOCK_NUMBERS = 2048
"""Numbers in a tile of few channels: larger tiles do more arithmetic for each number that they load."""
_BLOCK_STATISTICS = 4096
"""Numbers of the tiles' sums that a program adds at a time."""
_MOST_CHUNKS = 16
# Matrix products of Triton have at least 16 rows and columns.
_LEAST_BLOCK = 16
_OUTPUTS_OF_A_WARP = 512
"""Of a matrix product: 16 of a thread. Fewer would wait for shared memory, and more would not fit into registers."""


class Sizes:
    """The sizes of an output and its input, by the names that the kernels give them.

    Args:
        images: the input, lanes × batch × height × width × inputs.
        channels: of the output.
        stride: of the convolutions; the input's height and width are multiples of it.
        tf32: whether float32 is multiplied as TF32.
    """

    def __init__(self, images: Tensor, channels: int, *, stride: int = 1, tf32: bool = False) -> None:
        lanes, batch, height, width, inputs = images.shape
        pixels = batch * (height // stride) * (width // stride)
        block_inputs, block = (max(_LEAST_BLOCK, triton.next_power_of_2(it)) for it in (inputs, channels))
        block_pixels = max(_LEAST_BLOCK_PIXELS, _BLOCK_NUMBERS // max(block_inputs, block))
        self.lanes, self.pixels = lanes, pixels
        self.tiles = triton.cdiv(pixels, block_pixels)
        self.input_tiles = triton.cdiv(pixels * stride * stride, block_pixels)
        chunk_tiles = triton.cdiv(self.tiles, _MOST_CHUNKS)
        self.chunks = triton.cdiv(self.tiles, chunk_tiles)
        self.output_shape = (lanes, batch, height // stride, width // stride, channels)
        self.tile_options = _options_of(block_pixels * max(block_inputs, block))
        self.weight_options = _options_of(block_inputs * block)
        self._constants: dict[str, Any] = {
            "lanes": lanes,
            "PIXELS": pixels,
            "HEIGHT": height // stride,
            "WIDTH": width // stride,
            "STRIDE": stride,
            "INPUTS": inputs,
            "CHANNELS": channels,
            "TILES": self.tiles,
            "CHUNKS": self.chunks,
            "CHUNK_TILES": chunk_tiles,
            "BLOCK_PIXELS": block_pixels,
            "BLOCK_INPUTS": block_inputs,
            "BLOCK_CHANNELS": block,
            "BLOCK_TILES": min(triton.next_power_of_2(self.tiles), max(1, _BLOCK_STATISTICS // block)),
            "PRECISION": "tf32" if tf32 else "ieee",
            "EPSILON": EPSILON,
        }

    def launch(self, kernel: Any, grid: tuple[int, ...], *arguments: Any, **constants: Any) -> None:
        """Launches a kernel with those of the sizes that it names.

        Args:
            kernel: of this package.
            grid: programs, by dimension.
            arguments: tensors and strides, in the kernel's order.
            constants: that the sizes do not say, and Triton's options.
        """
        known = {name: self._constants[name] for name in signature(kernel.fn).parameters if name in self._constants}
        kernel[grid](*arguments, **known, **constants)


def _options_of(outputs: int) -> dict[str, int]:
    """Triton's options for a program that multiplies matrices."""
    return {"num_warps": max(1, outputs // _OUTPUTS_OF_A_WARP)}
