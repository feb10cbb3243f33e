"""Forward kernels of a node: convolutions with the moments of their tiles, statistics, and the sum of the edges.

A program computes a tile of pixels of one lane. Nodes and products have the shape … × lanes × pixels × channels.
"""

import triton
import triton.language as tl

from rminas_sidecar.networks.stacked.kernels.parts import (
    EDGES,
    POOL,
    SKIP,
    TAPS,
    is_convolution,
    is_within,
    load_channels,
    load_pixels,
    load_weight,
    neighbours_of,
    rectify,
    shift_of,
    store_channels,
    store_pixels,
    taps_of,
)


@triton.jit
def convolve_edges(
    nodes, weights, codes, products, moments, weight_stride,
    FIRST: tl.constexpr, LANES: tl.constexpr, PIXELS: tl.constexpr, HEIGHT: tl.constexpr, WIDTH: tl.constexpr,
    CHANNELS: tl.constexpr, TILES: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
    PRECISION: tl.constexpr,
):  # fmt: skip
    """Convolves the rectified sources of the edges into a node. Writes products, and mean and squares of each tile."""
    tile, lane, source = tl.program_id(0), tl.program_id(1).to(tl.int64), tl.program_id(2)
    edge = FIRST + source
    code = tl.load(codes + lane * EDGES + edge)
    if is_convolution(code):
        pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
        images = nodes + (source * LANES + lane) * PIXELS * CHANNELS
        weight = weights + lane * weight_stride + edge * TAPS * CHANNELS * CHANNELS
        total = tl.zeros((BLOCK_PIXELS, BLOCK_CHANNELS), tl.float32)
        taps = taps_of(code)
        for tap in range(taps):
            down, right = shift_of(tap, taps)
            seen = is_within(pixels, down, right, PIXELS, HEIGHT, WIDTH)
            x = load_pixels(images, pixels + down * WIDTH + right, seen, CHANNELS, BLOCK_CHANNELS)
            w = load_weight(weight, tap, CHANNELS, BLOCK_CHANNELS)
            total += tl.dot(rectify(x), w, input_precision=PRECISION)
        place = edge * LANES + lane
        store_pixels(products + place * PIXELS * CHANNELS, pixels, total, PIXELS, CHANNELS, BLOCK_CHANNELS)
        inside = (pixels < PIXELS)[:, None]
        mean = tl.sum(total, 0) / tl.minimum(PIXELS - tile * BLOCK_PIXELS, BLOCK_PIXELS)
        off = tl.where(inside, total - mean[None, :], 0.0)
        of_tile = moments + (place * TILES + tile) * 2 * CHANNELS
        store_channels(of_tile, mean, CHANNELS, BLOCK_CHANNELS)
        store_channels(of_tile + CHANNELS, tl.sum(off * off, 0), CHANNELS, BLOCK_CHANNELS)


@triton.jit
def find_statistics(
    moments, codes, statistics,
    FIRST: tl.constexpr, LANES: tl.constexpr, PIXELS: tl.constexpr, CHANNELS: tl.constexpr, TILES: tl.constexpr,
    BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr, BLOCK_TILES: tl.constexpr, EPSILON: tl.constexpr,
):  # fmt: skip
    """Joins the moments of the tiles of an edge: writes the mean, and 1 / the standard deviation."""
    lane, edge = tl.program_id(0).to(tl.int64), FIRST + tl.program_id(1)
    if is_convolution(tl.load(codes + lane * EDGES + edge)):
        place = edge * LANES + lane
        of_edge = moments + place * TILES * 2 * CHANNELS
        total = tl.zeros((BLOCK_CHANNELS,), tl.float32)
        for start in range(0, TILES, BLOCK_TILES):
            tiles = start + tl.arange(0, BLOCK_TILES)
            means = load_pixels(of_edge, 2 * tiles, tiles < TILES, CHANNELS, BLOCK_CHANNELS)
            total += tl.sum(means * _count(tiles, PIXELS, BLOCK_PIXELS)[:, None], 0)
        mean = total / PIXELS
        squares = tl.zeros((BLOCK_CHANNELS,), tl.float32)
        for start in range(0, TILES, BLOCK_TILES):
            tiles = start + tl.arange(0, BLOCK_TILES)
            means = load_pixels(of_edge, 2 * tiles, tiles < TILES, CHANNELS, BLOCK_CHANNELS)
            within = load_pixels(of_edge, 2 * tiles + 1, tiles < TILES, CHANNELS, BLOCK_CHANNELS)
            off = means - mean[None, :]
            squares += tl.sum(within + off * off * _count(tiles, PIXELS, BLOCK_PIXELS)[:, None], 0)
        store_channels(statistics + place * 2 * CHANNELS, mean, CHANNELS, BLOCK_CHANNELS)
        scale = 1.0 / tl.sqrt(squares / PIXELS + EPSILON)
        store_channels(statistics + (place * 2 + 1) * CHANNELS, scale, CHANNELS, BLOCK_CHANNELS)


@triton.jit
def _count(tiles, PIXELS: tl.constexpr, BLOCK_PIXELS: tl.constexpr):
    """The number of pixels in each tile."""
    return tl.maximum(tl.minimum(PIXELS - tiles * BLOCK_PIXELS, BLOCK_PIXELS), 0).to(tl.float32)


@triton.jit
def add_edges(
    nodes, products, statistics, norms, codes, norm_stride,
    TARGET: tl.constexpr, FIRST: tl.constexpr, LANES: tl.constexpr, PIXELS: tl.constexpr, HEIGHT: tl.constexpr,
    WIDTH: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """Writes a node: the sum of its edges, in their order."""
    tile, lane = tl.program_id(0), tl.program_id(1).to(tl.int64)
    pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
    inside = pixels < PIXELS
    total = tl.zeros((BLOCK_PIXELS, BLOCK_CHANNELS), tl.float32)
    for source in tl.static_range(TARGET):
        edge = FIRST + source
        code = tl.load(codes + lane * EDGES + edge)
        images = nodes + (source * LANES + lane) * PIXELS * CHANNELS
        place = edge * LANES + lane
        if code == SKIP:
            total += load_pixels(images, pixels, inside, CHANNELS, BLOCK_CHANNELS)
        if code == POOL:
            pooled = tl.zeros((BLOCK_PIXELS, BLOCK_CHANNELS), tl.float32)
            for tap in tl.static_range(9):
                seen = is_within(pixels, tap // 3 - 1, tap % 3 - 1, PIXELS, HEIGHT, WIDTH)
                beside = pixels + (tap // 3 - 1) * WIDTH + tap % 3 - 1
                pooled += load_pixels(images, beside, seen, CHANNELS, BLOCK_CHANNELS)
            total += pooled / neighbours_of(pixels, PIXELS, HEIGHT, WIDTH)[:, None]
        if is_convolution(code):
            y = load_pixels(products + place * PIXELS * CHANNELS, pixels, inside, CHANNELS, BLOCK_CHANNELS)
            mean = load_channels(statistics + place * 2 * CHANNELS, CHANNELS, BLOCK_CHANNELS)
            scale = load_channels(statistics + (place * 2 + 1) * CHANNELS, CHANNELS, BLOCK_CHANNELS)
            norm = norms + lane * norm_stride + edge * 2 * CHANNELS
            weight = load_channels(norm, CHANNELS, BLOCK_CHANNELS)
            bias = load_channels(norm + CHANNELS, CHANNELS, BLOCK_CHANNELS)
            total += (y - mean[None, :]) * (scale * weight)[None, :] + bias[None, :]
    node = nodes + (TARGET * LANES + lane) * PIXELS * CHANNELS
    store_pixels(node, pixels, total, PIXELS, CHANNELS, BLOCK_CHANNELS)
