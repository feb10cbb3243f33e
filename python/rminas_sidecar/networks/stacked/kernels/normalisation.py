"""Kernels of batch normalisations: statistics from the moments of tiles, and gradients. See `convolution` for edges."""

import triton
import triton.language as tl

from rminas_sidecar.networks.stacked.kernels.convolution import store_moments
from rminas_sidecar.networks.stacked.kernels.parts import (
    is_convolution,
    load_channels,
    load_pixels,
    store_channels,
    store_pixels,
)


@triton.jit
def find_moments(
    images, moments,
    PIXELS: tl.constexpr, CHANNELS: tl.constexpr, TILES: tl.constexpr, BLOCK_PIXELS: tl.constexpr,
    BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """Writes mean and squares of each tile, for a normalisation that does not follow a convolution."""
    tile, lane = tl.program_id(0), tl.program_id(1).to(tl.int64)
    pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
    values = load_pixels(images + lane * PIXELS * CHANNELS, pixels, pixels < PIXELS, CHANNELS, BLOCK_CHANNELS)
    of_tile = moments + (lane * TILES + tile) * 2 * CHANNELS
    store_moments(values, of_tile, tile, PIXELS, CHANNELS, BLOCK_PIXELS, BLOCK_CHANNELS)


@triton.jit(do_not_specialize=["first", "edges", "lanes"])
def find_statistics(
    moments, codes, statistics,
    first, edges, lanes, PIXELS: tl.constexpr, CHANNELS: tl.constexpr,
    TILES: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr, BLOCK_TILES: tl.constexpr,
    EPSILON: tl.constexpr,
):  # fmt: skip
    """Joins the moments of the tiles of an edge: writes the mean, and 1 / the standard deviation."""
    lane, edge = tl.program_id(0).to(tl.int64), first + tl.program_id(1)
    if is_convolution(tl.load(codes + lane * edges + edge)):
        place = edge * lanes + lane
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
def normalise(
    products, statistics, norm, pixels, PIXELS: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr
):
    """The normalised products of pixels of an edge."""
    y = load_pixels(products, pixels, pixels < PIXELS, CHANNELS, BLOCK_CHANNELS)
    mean = load_channels(statistics, CHANNELS, BLOCK_CHANNELS)
    scale = load_channels(statistics + CHANNELS, CHANNELS, BLOCK_CHANNELS)
    weight = load_channels(norm, CHANNELS, BLOCK_CHANNELS)
    bias = load_channels(norm + CHANNELS, CHANNELS, BLOCK_CHANNELS)
    return (y - mean[None, :]) * (scale * weight)[None, :] + bias[None, :]


@triton.jit
def normalise_images(
    products, statistics, norms, images, norm_stride,
    PIXELS: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """Writes the normalised products of a table with one edge."""
    tile, lane = tl.program_id(0), tl.program_id(1).to(tl.int64)
    pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
    of_lane = lane * PIXELS * CHANNELS
    values = normalise(
        products + of_lane, statistics + lane * 2 * CHANNELS, norms + lane * norm_stride, pixels,
        PIXELS, CHANNELS, BLOCK_CHANNELS,
    )  # fmt: skip
    store_pixels(images + of_lane, pixels, values, PIXELS, CHANNELS, BLOCK_CHANNELS)


@triton.jit
def _load_normalised(
    gradient, product, statistic, pixels, PIXELS: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr
):  # fmt: skip
    """Of pixels of an edge: the gradient, the product as normalised without weight and bias, and the scale of that."""
    inside = pixels < PIXELS
    y = load_pixels(product, pixels, inside, CHANNELS, BLOCK_CHANNELS)
    mean = load_channels(statistic, CHANNELS, BLOCK_CHANNELS)
    scale = load_channels(statistic + CHANNELS, CHANNELS, BLOCK_CHANNELS)
    return (
        load_pixels(gradient, pixels, inside, CHANNELS, BLOCK_CHANNELS),
        (y - mean[None, :]) * scale[None, :],
        scale,
    )


@triton.jit(do_not_specialize=["first", "edges", "lanes"])
def sum_tiles(
    gradients, products, statistics, codes, tile_sums,
    first, edges, lanes, PIXELS: tl.constexpr, CHANNELS: tl.constexpr,
    TILES: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """Sums over each tile of an edge into a node: of the gradient times the normalised product, and of the gradient."""
    tile, lane, edge = tl.program_id(0), tl.program_id(1).to(tl.int64), first + tl.program_id(2)
    if is_convolution(tl.load(codes + lane * edges + edge)):
        place = edge * lanes + lane
        pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
        gradient, normalised, _ = _load_normalised(
            gradients + lane * PIXELS * CHANNELS, products + place * PIXELS * CHANNELS,
            statistics + place * 2 * CHANNELS, pixels, PIXELS, CHANNELS, BLOCK_CHANNELS,
        )  # fmt: skip
        # Outside of the images, the gradient is zero.
        of_tile = tile_sums + (place * TILES + tile) * 2 * CHANNELS
        store_channels(of_tile, tl.sum(gradient * normalised, 0), CHANNELS, BLOCK_CHANNELS)
        store_channels(of_tile + CHANNELS, tl.sum(gradient, 0), CHANNELS, BLOCK_CHANNELS)


@triton.jit(do_not_specialize=["first", "edges", "lanes"])
def add_tiles(
    tile_sums, codes, norm_gradients,
    first, edges, lanes, CHANNELS: tl.constexpr, TILES: tl.constexpr,
    BLOCK_CHANNELS: tl.constexpr, BLOCK_TILES: tl.constexpr,
):  # fmt: skip
    """Adds the tiles: the gradients of a normalisation's weight and bias."""
    lane, edge = tl.program_id(0).to(tl.int64), first + tl.program_id(1)
    weight = tl.zeros((BLOCK_CHANNELS,), tl.float32)
    bias = tl.zeros((BLOCK_CHANNELS,), tl.float32)
    if is_convolution(tl.load(codes + lane * edges + edge)):
        of_edge = tile_sums + (edge * lanes + lane) * TILES * 2 * CHANNELS
        for start in range(0, TILES, BLOCK_TILES):
            tiles = start + tl.arange(0, BLOCK_TILES)
            weight += tl.sum(load_pixels(of_edge, 2 * tiles, tiles < TILES, CHANNELS, BLOCK_CHANNELS), 0)
            bias += tl.sum(load_pixels(of_edge, 2 * tiles + 1, tiles < TILES, CHANNELS, BLOCK_CHANNELS), 0)
    norm = norm_gradients + (lane * edges + edge) * 2 * CHANNELS
    store_channels(norm, weight, CHANNELS, BLOCK_CHANNELS)
    store_channels(norm + CHANNELS, bias, CHANNELS, BLOCK_CHANNELS)


@triton.jit(do_not_specialize=["first", "edges", "lanes"])
def find_product_gradients(
    gradients, products, statistics, norms, norm_gradients, codes, product_gradients, norm_stride,
    first, edges, lanes, PIXELS: tl.constexpr, CHANNELS: tl.constexpr,
    BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """Writes the gradients of the products of the edges into a node. They may take the place of the products."""
    tile, lane, edge = tl.program_id(0), tl.program_id(1).to(tl.int64), first + tl.program_id(2)
    if is_convolution(tl.load(codes + lane * edges + edge)):
        place = edge * lanes + lane
        pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
        gradient, normalised, scale = _load_normalised(
            gradients + lane * PIXELS * CHANNELS, products + place * PIXELS * CHANNELS,
            statistics + place * 2 * CHANNELS, pixels, PIXELS, CHANNELS, BLOCK_CHANNELS,
        )  # fmt: skip
        weight = load_channels(norms + lane * norm_stride + edge * 2 * CHANNELS, CHANNELS, BLOCK_CHANNELS)
        sums = norm_gradients + (lane * edges + edge) * 2 * CHANNELS
        along = load_channels(sums, CHANNELS, BLOCK_CHANNELS) / PIXELS
        level = load_channels(sums + CHANNELS, CHANNELS, BLOCK_CHANNELS) / PIXELS
        through = (gradient - level[None, :] - normalised * along[None, :]) * (scale * weight)[None, :]
        of_edge = product_gradients + place * PIXELS * CHANNELS
        store_pixels(of_edge, pixels, through, PIXELS, CHANNELS, BLOCK_CHANNELS)
