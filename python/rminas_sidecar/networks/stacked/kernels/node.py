"""Kernels of a cell's nodes: the sum of the edges into one, and the gradient of one."""

import triton
import triton.language as tl

from rminas_sidecar.networks.stacked.kernels.convolution import add_taps
from rminas_sidecar.networks.stacked.kernels.normalisation import normalise
from rminas_sidecar.networks.stacked.kernels.parts import (
    EDGES,
    NODES,
    POOL,
    SKIP,
    TAPS,
    is_convolution,
    is_within,
    load_pixels,
    shift_of,
    store_pixels,
    taps_of,
)


@triton.jit(do_not_specialize=["target", "first", "lanes"])
def add_edges(
    nodes, products, statistics, norms, codes, norm_stride,
    target, first, lanes, PIXELS: tl.constexpr,
    HEIGHT: tl.constexpr, WIDTH: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_PIXELS: tl.constexpr,
    BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """Writes a node: the sum of its edges, in their order."""
    tile, lane = tl.program_id(0), tl.program_id(1).to(tl.int64)
    pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
    inside = pixels < PIXELS
    total = tl.zeros((BLOCK_PIXELS, BLOCK_CHANNELS), tl.float32)
    for source in range(target):
        edge = first + source
        code = tl.load(codes + lane * EDGES + edge)
        images = nodes + (source * lanes + lane) * PIXELS * CHANNELS
        place = edge * lanes + lane
        if code == SKIP:
            total += load_pixels(images, pixels, inside, CHANNELS, BLOCK_CHANNELS)
        if code == POOL:
            pooled = tl.zeros((BLOCK_PIXELS, BLOCK_CHANNELS), tl.float32)
            for tap in range(TAPS):
                down, right = shift_of(tap, TAPS)
                seen = is_within(pixels, down, right, PIXELS, HEIGHT, WIDTH)
                pooled += load_pixels(images, pixels + down * WIDTH + right, seen, CHANNELS, BLOCK_CHANNELS)
            total += pooled * _share_of(pixels, HEIGHT, WIDTH)[:, None]
        if is_convolution(code):
            total += normalise(
                products + place * PIXELS * CHANNELS, statistics + place * 2 * CHANNELS,
                norms + lane * norm_stride + edge * 2 * CHANNELS, pixels, PIXELS, CHANNELS, BLOCK_CHANNELS,
            )  # fmt: skip
    node = nodes + (target * lanes + lane) * PIXELS * CHANNELS
    store_pixels(node, pixels, total, PIXELS, CHANNELS, BLOCK_CHANNELS)


@triton.jit(do_not_specialize=["source", "lanes"])
def find_node_gradient(
    nodes, gradients, product_gradients, weights, codes, weight_stride,
    source, lanes, PIXELS: tl.constexpr, HEIGHT: tl.constexpr,
    WIDTH: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
    PRECISION: tl.constexpr,
):  # fmt: skip
    """Writes the gradient of a node: the sum over the edges from it, in their order."""
    tile, lane = tl.program_id(0), tl.program_id(1).to(tl.int64)
    pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
    inside = pixels < PIXELS
    total = tl.zeros((BLOCK_PIXELS, BLOCK_CHANNELS), tl.float32)
    rectified = tl.zeros((BLOCK_PIXELS, BLOCK_CHANNELS), tl.float32)
    for target in range(source + 1, NODES):
        edge = target * (target - 1) // 2 + source
        code = tl.load(codes + lane * EDGES + edge)
        node = gradients + (target * lanes + lane) * PIXELS * CHANNELS
        if code == SKIP:
            total += load_pixels(node, pixels, inside, CHANNELS, BLOCK_CHANNELS)
        if code == POOL:
            for tap in range(TAPS):
                down, right = shift_of(tap, TAPS)
                seen = is_within(pixels, down, right, PIXELS, HEIGHT, WIDTH)
                beside = pixels + down * WIDTH + right
                gradient = load_pixels(node, beside, seen, CHANNELS, BLOCK_CHANNELS)
                total += gradient * _share_of(beside, HEIGHT, WIDTH)[:, None]
        if is_convolution(code):
            rectified = add_taps(
                rectified, product_gradients + (edge * lanes + lane) * PIXELS * CHANNELS,
                weights + lane * weight_stride + edge * TAPS * CHANNELS * CHANNELS, taps_of(code), pixels,
                PIXELS, HEIGHT, WIDTH, 1, CHANNELS, CHANNELS, BLOCK_CHANNELS, BLOCK_CHANNELS, PRECISION,
            )  # fmt: skip
    x = load_pixels(nodes + (source * lanes + lane) * PIXELS * CHANNELS, pixels, inside, CHANNELS, BLOCK_CHANNELS)
    total += tl.where(x > 0, rectified, 0.0)
    node = gradients + (source * lanes + lane) * PIXELS * CHANNELS
    store_pixels(node, pixels, total, PIXELS, CHANNELS, BLOCK_CHANNELS)


@triton.jit
def _share_of(pixels, HEIGHT: tl.constexpr, WIDTH: tl.constexpr):
    """The share of a pixel in its average over 3 × 3: 1 / 9, or more at the border."""
    row, column = (pixels // WIDTH) % HEIGHT, pixels % WIDTH
    rows = 1 + (row > 0).to(tl.int32) + (row < HEIGHT - 1).to(tl.int32)
    columns = 1 + (column > 0).to(tl.int32) + (column < WIDTH - 1).to(tl.int32)
    return 1.0 / (rows * columns).to(tl.float32)
