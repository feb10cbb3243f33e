"""Functions that the kernels share, and the codes of operations as Triton reads them.

A program computes a tile of pixels of one lane. Images have the shape … × lanes × pixels × channels; the pixels are
those of all images of the batch, row by row.
"""

import triton
import triton.language as tl

from rminas_sidecar.networks.stacked import table

NODES = tl.constexpr(table.NODES)
EDGES = tl.constexpr(table.EDGES)
TAPS = tl.constexpr(table.TAPS)
SKIP = tl.constexpr(table.SKIP)
CONV_1X1 = tl.constexpr(table.CONV_1X1)
CONV_3X3 = tl.constexpr(table.CONV_3X3)
POOL = tl.constexpr(table.POOL)


@triton.jit
def is_convolution(code):
    return (code == CONV_1X1) | (code == CONV_3X3)


@triton.jit
def taps_of(code):
    """How many pixels the kernel of a convolution covers."""
    return tl.where(code == CONV_3X3, TAPS, 1)


@triton.jit
def shift_of(tap, taps):
    """The rows and columns from a pixel to the one that a tap reads."""
    is_wide = taps == TAPS
    return tl.where(is_wide, tap // 3 - 1, 0), tl.where(is_wide, tap % 3 - 1, 0)


@triton.jit
def is_within(pixels, down, right, PIXELS: tl.constexpr, HEIGHT: tl.constexpr, WIDTH: tl.constexpr):
    """Whether a pixel's neighbour lies in the same image."""
    row = (pixels // WIDTH) % HEIGHT + down
    column = pixels % WIDTH + right
    return (pixels < PIXELS) & (row >= 0) & (row < HEIGHT) & (column >= 0) & (column < WIDTH)


@triton.jit
def load_pixels(images, pixels, mask, CHANNELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr):
    """Pixels × channels; zeros where the mask is false."""
    channels = tl.arange(0, BLOCK_CHANNELS)
    places = pixels[:, None] * CHANNELS + channels[None, :]
    return tl.load(images + places, mask=mask[:, None] & (channels < CHANNELS)[None, :], other=0.0)


@triton.jit
def store_pixels(images, pixels, values, PIXELS: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr):
    """Writes pixels × channels."""
    channels = tl.arange(0, BLOCK_CHANNELS)
    places = pixels[:, None] * CHANNELS + channels[None, :]
    tl.store(images + places, values, mask=(pixels < PIXELS)[:, None] & (channels < CHANNELS)[None, :])


@triton.jit
def load_channels(numbers, CHANNELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr):
    """A number of each channel."""
    channels = tl.arange(0, BLOCK_CHANNELS)
    return tl.load(numbers + channels, mask=channels < CHANNELS, other=0.0)


@triton.jit
def store_channels(numbers, values, CHANNELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr):
    """Writes a number of each channel."""
    channels = tl.arange(0, BLOCK_CHANNELS)
    tl.store(numbers + channels, values, mask=channels < CHANNELS)


@triton.jit
def rectify(x):
    return tl.maximum(x, 0.0, propagate_nan=tl.PropagateNan.ALL)
