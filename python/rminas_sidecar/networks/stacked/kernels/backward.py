"""Backward kernels of a node; see `forward`. Gradients of nodes have the shape of the nodes."""

import triton
import triton.language as tl

from rminas_sidecar.networks.stacked.kernels.parts import (
    EDGES,
    NODES,
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
def sum_tiles(
    gradients, products, statistics, codes, tile_sums,
    TARGET: tl.constexpr, FIRST: tl.constexpr, LANES: tl.constexpr, PIXELS: tl.constexpr, CHANNELS: tl.constexpr,
    TILES: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """Sums over each tile of an edge into a node: of the gradient times the normalised product, and of the gradient."""
    tile, lane, edge = tl.program_id(0), tl.program_id(1).to(tl.int64), FIRST + tl.program_id(2)
    if is_convolution(tl.load(codes + lane * EDGES + edge)):
        place = edge * LANES + lane
        pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
        inside = pixels < PIXELS
        node = gradients + (TARGET * LANES + lane) * PIXELS * CHANNELS
        gradient = load_pixels(node, pixels, inside, CHANNELS, BLOCK_CHANNELS)
        y = load_pixels(products + place * PIXELS * CHANNELS, pixels, inside, CHANNELS, BLOCK_CHANNELS)
        mean = load_channels(statistics + place * 2 * CHANNELS, CHANNELS, BLOCK_CHANNELS)
        scale = load_channels(statistics + (place * 2 + 1) * CHANNELS, CHANNELS, BLOCK_CHANNELS)
        # Outside of the images, the gradient is zero.
        normalised = (y - mean[None, :]) * scale[None, :]
        of_tile = tile_sums + (place * TILES + tile) * 2 * CHANNELS
        store_channels(of_tile, tl.sum(gradient * normalised, 0), CHANNELS, BLOCK_CHANNELS)
        store_channels(of_tile + CHANNELS, tl.sum(gradient, 0), CHANNELS, BLOCK_CHANNELS)


@triton.jit
def add_tiles(
    tile_sums, codes, norm_gradients,
    FIRST: tl.constexpr, LANES: tl.constexpr, CHANNELS: tl.constexpr, TILES: tl.constexpr,
    BLOCK_CHANNELS: tl.constexpr, BLOCK_TILES: tl.constexpr,
):  # fmt: skip
    """Adds the tiles: the gradients of a normalisation's weight and bias."""
    lane, edge = tl.program_id(0).to(tl.int64), FIRST + tl.program_id(1)
    weight = tl.zeros((BLOCK_CHANNELS,), tl.float32)
    bias = tl.zeros((BLOCK_CHANNELS,), tl.float32)
    if is_convolution(tl.load(codes + lane * EDGES + edge)):
        of_edge = tile_sums + (edge * LANES + lane) * TILES * 2 * CHANNELS
        for start in range(0, TILES, BLOCK_TILES):
            tiles = start + tl.arange(0, BLOCK_TILES)
            weight += tl.sum(load_pixels(of_edge, 2 * tiles, tiles < TILES, CHANNELS, BLOCK_CHANNELS), 0)
            bias += tl.sum(load_pixels(of_edge, 2 * tiles + 1, tiles < TILES, CHANNELS, BLOCK_CHANNELS), 0)
    norm = norm_gradients + (lane * EDGES + edge) * 2 * CHANNELS
    store_channels(norm, weight, CHANNELS, BLOCK_CHANNELS)
    store_channels(norm + CHANNELS, bias, CHANNELS, BLOCK_CHANNELS)


@triton.jit
def _product_gradient(
    node, product, statistic, norm, norm_gradient, pixels, mask,
    PIXELS: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """The gradient of a convolution's product before its normalisation; zeros where the mask is false."""
    gradient = load_pixels(node, pixels, mask, CHANNELS, BLOCK_CHANNELS)
    y = load_pixels(product, pixels, mask, CHANNELS, BLOCK_CHANNELS)
    mean = load_channels(statistic, CHANNELS, BLOCK_CHANNELS)
    scale = load_channels(statistic + CHANNELS, CHANNELS, BLOCK_CHANNELS)
    weight = load_channels(norm, CHANNELS, BLOCK_CHANNELS)
    along = load_channels(norm_gradient, CHANNELS, BLOCK_CHANNELS) / PIXELS
    level = load_channels(norm_gradient + CHANNELS, CHANNELS, BLOCK_CHANNELS) / PIXELS
    normalised = (y - mean[None, :]) * scale[None, :]
    through = (gradient - level[None, :] - normalised * along[None, :]) * (scale * weight)[None, :]
    return tl.where(mask[:, None], through, 0.0)


@triton.jit
def find_weight_gradients(
    nodes, gradients, products, statistics, norms, norm_gradients, codes, chunk_sums, norm_stride,
    TARGET: tl.constexpr, FIRST: tl.constexpr, LANES: tl.constexpr, PIXELS: tl.constexpr, HEIGHT: tl.constexpr,
    WIDTH: tl.constexpr, CHANNELS: tl.constexpr, CHUNKS: tl.constexpr, CHUNK_TILES: tl.constexpr,
    BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """The gradient of one tap of an edge's weight over one chunk of the pixels."""
    chunk, lane = tl.program_id(0), tl.program_id(1).to(tl.int64)
    source, tap = tl.program_id(2) // TAPS, tl.program_id(2) % TAPS
    edge = FIRST + source
    code = tl.load(codes + lane * EDGES + edge)
    taps = taps_of(code)
    if is_convolution(code) & (tap < taps):
        place = edge * LANES + lane
        images = nodes + (source * LANES + lane) * PIXELS * CHANNELS
        node = gradients + (TARGET * LANES + lane) * PIXELS * CHANNELS
        product = products + place * PIXELS * CHANNELS
        norm_place = lane * EDGES + edge
        down, right = shift_of(tap, taps)
        total = tl.zeros((BLOCK_CHANNELS, BLOCK_CHANNELS), tl.float32)
        for tile in range(CHUNK_TILES):
            pixels = (chunk * CHUNK_TILES + tile) * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
            seen = is_within(pixels, down, right, PIXELS, HEIGHT, WIDTH)
            x = rectify(load_pixels(images, pixels + down * WIDTH + right, seen, CHANNELS, BLOCK_CHANNELS))
            through = _product_gradient(
                node, product, statistics + place * 2 * CHANNELS, norms + lane * norm_stride + edge * 2 * CHANNELS,
                norm_gradients + norm_place * 2 * CHANNELS, pixels, pixels < PIXELS, PIXELS, CHANNELS, BLOCK_CHANNELS,
            )  # fmt: skip
            total += tl.dot(tl.trans(x), through, input_precision=PRECISION)
        of_tap = chunk_sums + ((norm_place * TAPS + tap) * CHUNKS + chunk) * CHANNELS * CHANNELS
        rows = tl.arange(0, BLOCK_CHANNELS)
        store_pixels(of_tap, rows, total, CHANNELS, CHANNELS, BLOCK_CHANNELS)


@triton.jit
def add_chunks(
    chunk_sums, codes, weight_gradients,
    FIRST: tl.constexpr, CHANNELS: tl.constexpr, CHUNKS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """Adds the chunks of one tap of an edge's weight; zeros for taps that the edge does not have."""
    lane, edge, tap = tl.program_id(0).to(tl.int64), FIRST + tl.program_id(1), tl.program_id(2)
    code = tl.load(codes + lane * EDGES + edge)
    place = (lane * EDGES + edge) * TAPS + tap
    rows = tl.arange(0, BLOCK_CHANNELS)
    total = tl.zeros((BLOCK_CHANNELS, BLOCK_CHANNELS), tl.float32)
    if is_convolution(code) & (tap < taps_of(code)):
        for chunk in range(CHUNKS):
            of_chunk = chunk_sums + (place * CHUNKS + chunk) * CHANNELS * CHANNELS
            total += load_pixels(of_chunk, rows, rows < CHANNELS, CHANNELS, BLOCK_CHANNELS)
    store_pixels(weight_gradients + place * CHANNELS * CHANNELS, rows, total, CHANNELS, CHANNELS, BLOCK_CHANNELS)


@triton.jit
def find_source_gradient(
    nodes, gradients, products, statistics, weights, norms, norm_gradients, codes, weight_stride, norm_stride,
    SOURCE: tl.constexpr, LANES: tl.constexpr, PIXELS: tl.constexpr, HEIGHT: tl.constexpr, WIDTH: tl.constexpr,
    CHANNELS: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Writes the gradient of a node: the sum over the edges from it, in their order."""
    tile, lane = tl.program_id(0), tl.program_id(1).to(tl.int64)
    pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
    inside = pixels < PIXELS
    total = tl.zeros((BLOCK_PIXELS, BLOCK_CHANNELS), tl.float32)
    rectified = tl.zeros((BLOCK_PIXELS, BLOCK_CHANNELS), tl.float32)
    for target in tl.static_range(SOURCE + 1, NODES):
        edge = target * (target - 1) // 2 + SOURCE
        code = tl.load(codes + lane * EDGES + edge)
        place = edge * LANES + lane
        node = gradients + (target * LANES + lane) * PIXELS * CHANNELS
        if code == SKIP:
            total += load_pixels(node, pixels, inside, CHANNELS, BLOCK_CHANNELS)
        if code == POOL:
            for tap in tl.static_range(9):
                seen = is_within(pixels, tap // 3 - 1, tap % 3 - 1, PIXELS, HEIGHT, WIDTH)
                beside = pixels + (tap // 3 - 1) * WIDTH + tap % 3 - 1
                counted = neighbours_of(tl.where(seen, beside, 0), PIXELS, HEIGHT, WIDTH)
                total += load_pixels(node, beside, seen, CHANNELS, BLOCK_CHANNELS) / counted[:, None]
        if is_convolution(code):
            weight = weights + lane * weight_stride + edge * TAPS * CHANNELS * CHANNELS
            taps = taps_of(code)
            for tap in range(taps):
                down, right = shift_of(tap, taps)
                seen = is_within(pixels, -down, -right, PIXELS, HEIGHT, WIDTH)
                through = _product_gradient(
                    node, products + place * PIXELS * CHANNELS, statistics + place * 2 * CHANNELS,
                    norms + lane * norm_stride + edge * 2 * CHANNELS,
                    norm_gradients + (lane * EDGES + edge) * 2 * CHANNELS,
                    pixels - down * WIDTH - right, seen, PIXELS, CHANNELS, BLOCK_CHANNELS,
                )  # fmt: skip
                w = load_weight(weight, tap, CHANNELS, BLOCK_CHANNELS)
                rectified += tl.dot(through, tl.trans(w), input_precision=PRECISION)
    x = load_pixels(nodes + (SOURCE * LANES + lane) * PIXELS * CHANNELS, pixels, inside, CHANNELS, BLOCK_CHANNELS)
    total += tl.where(x > 0, rectified, 0.0)
    node = gradients + (SOURCE * LANES + lane) * PIXELS * CHANNELS
    store_pixels(node, pixels, total, PIXELS, CHANNELS, BLOCK_CHANNELS)
