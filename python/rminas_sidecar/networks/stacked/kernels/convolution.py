"""Kernels of convolutions, with the moments of the tiles that a normalisation needs.

An edge is a convolution of a cell. A convolution elsewhere is the only edge of a table with one column. The sizes are
those of the output. With a stride, the input has that many times as many rows and columns. A weight has the shape
(taps · inputs) × outputs.
"""

import triton
import triton.language as tl

from rminas_sidecar.networks.stacked.kernels.parts import (
    TAPS,
    is_convolution,
    is_within,
    load_pixels,
    rectify,
    shift_of,
    store_channels,
    store_pixels,
    taps_of,
)


@triton.jit(do_not_specialize=["first", "edges", "lanes"])
def convolve_edges(
    images, weights, codes, products, moments, lane_stride, weight_stride,
    first, edges, lanes, PIXELS: tl.constexpr, HEIGHT: tl.constexpr,
    WIDTH: tl.constexpr, STRIDE: tl.constexpr, RECTIFIED: tl.constexpr, INPUTS: tl.constexpr, CHANNELS: tl.constexpr,
    TILES: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_INPUTS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
    PRECISION: tl.constexpr,
):  # fmt: skip
    """Convolves the sources of the edges into a node. Writes products, and mean and squares of each tile."""
    tile, lane, source = tl.program_id(0), tl.program_id(1).to(tl.int64), tl.program_id(2).to(tl.int64)
    edge = first + source
    code = tl.load(codes + lane * edges + edge)
    if is_convolution(code):
        pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
        of_lane = images + source * lanes * (PIXELS * STRIDE * STRIDE * INPUTS) + lane * lane_stride
        weight = weights + lane * weight_stride + edge * TAPS * INPUTS * CHANNELS
        total = tl.zeros((BLOCK_PIXELS, BLOCK_CHANNELS), tl.float32)
        taps = taps_of(code)
        for tap in range(taps):
            read, seen = _read_by(pixels, tap, taps, PIXELS, HEIGHT, WIDTH, STRIDE)
            x = load_pixels(of_lane, read, seen, INPUTS, BLOCK_INPUTS)
            w = _load_weight(weight, tap, INPUTS, CHANNELS, BLOCK_INPUTS, BLOCK_CHANNELS)
            total += tl.dot(rectify(x) if RECTIFIED else x, w, input_precision=PRECISION)
        place = edge * lanes + lane
        store_pixels(products + place * PIXELS * CHANNELS, pixels, total, PIXELS, CHANNELS, BLOCK_CHANNELS)
        store_moments(
            total, moments + (place * TILES + tile) * 2 * CHANNELS, tile, PIXELS, CHANNELS, BLOCK_PIXELS, BLOCK_CHANNELS
        )


@triton.jit
def store_moments(
    values, moments, tile,
    PIXELS: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """Writes the mean of a tile, and the sum of its squares around the mean. Values outside of the images are zero."""
    inside = (tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS) < PIXELS)[:, None]
    mean = tl.sum(values, 0) / tl.minimum(PIXELS - tile * BLOCK_PIXELS, BLOCK_PIXELS)
    off = tl.where(inside, values - mean[None, :], 0.0)
    store_channels(moments, mean, CHANNELS, BLOCK_CHANNELS)
    store_channels(moments + CHANNELS, tl.sum(off * off, 0), CHANNELS, BLOCK_CHANNELS)


@triton.jit(do_not_specialize=["first", "edges", "lanes"])
def find_weight_gradients(
    images, product_gradients, codes, chunk_sums, lane_stride,
    first, edges, lanes, PIXELS: tl.constexpr, HEIGHT: tl.constexpr,
    WIDTH: tl.constexpr, STRIDE: tl.constexpr, RECTIFIED: tl.constexpr, INPUTS: tl.constexpr, CHANNELS: tl.constexpr,
    CHUNKS: tl.constexpr, CHUNK_TILES: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_INPUTS: tl.constexpr,
    BLOCK_CHANNELS: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """The gradient of one tap of an edge's weight over one chunk of the pixels."""
    # Programs with successive numbers run together, and all taps of a chunk read the same memory.
    chunk, tap = tl.program_id(0) // TAPS, tl.program_id(0) % TAPS
    lane, source = tl.program_id(1).to(tl.int64), tl.program_id(2).to(tl.int64)
    edge = first + source
    code = tl.load(codes + lane * edges + edge)
    taps = taps_of(code)
    if is_convolution(code) & (tap < taps):
        of_lane = images + source * lanes * (PIXELS * STRIDE * STRIDE * INPUTS) + lane * lane_stride
        product_gradient = product_gradients + (edge * lanes + lane) * PIXELS * CHANNELS
        total = tl.zeros((BLOCK_INPUTS, BLOCK_CHANNELS), tl.float32)
        for tile in range(CHUNK_TILES):
            pixels = (chunk * CHUNK_TILES + tile) * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
            read, seen = _read_by(pixels, tap, taps, PIXELS, HEIGHT, WIDTH, STRIDE)
            x = load_pixels(of_lane, read, seen, INPUTS, BLOCK_INPUTS)
            through = load_pixels(product_gradient, pixels, seen, CHANNELS, BLOCK_CHANNELS)
            total += tl.dot(tl.trans(rectify(x) if RECTIFIED else x), through, input_precision=PRECISION)
        of_tap = chunk_sums + (((lane * edges + edge) * TAPS + tap) * CHUNKS + chunk) * INPUTS * CHANNELS
        store_pixels(of_tap, tl.arange(0, BLOCK_INPUTS), total, INPUTS, CHANNELS, BLOCK_CHANNELS)


@triton.jit(do_not_specialize=["first", "edges"])
def add_chunks(
    chunk_sums, codes, weight_gradients,
    first, edges, INPUTS: tl.constexpr, CHANNELS: tl.constexpr, CHUNKS: tl.constexpr,
    BLOCK_INPUTS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """Adds the chunks of one tap of an edge's weight; zeros for taps that the edge does not have."""
    lane, edge, tap = tl.program_id(0).to(tl.int64), first + tl.program_id(1), tl.program_id(2)
    code = tl.load(codes + lane * edges + edge)
    place = (lane * edges + edge) * TAPS + tap
    rows = tl.arange(0, BLOCK_INPUTS)
    total = tl.zeros((BLOCK_INPUTS, BLOCK_CHANNELS), tl.float32)
    if is_convolution(code) & (tap < taps_of(code)):
        for chunk in range(CHUNKS):
            of_chunk = chunk_sums + (place * CHUNKS + chunk) * INPUTS * CHANNELS
            total += load_pixels(of_chunk, rows, rows < INPUTS, CHANNELS, BLOCK_CHANNELS)
    store_pixels(weight_gradients + place * INPUTS * CHANNELS, rows, total, INPUTS, CHANNELS, BLOCK_CHANNELS)


@triton.jit
def find_image_gradient(
    images, product_gradients, weights, image_gradients, lane_stride, weight_stride,
    PIXELS: tl.constexpr, HEIGHT: tl.constexpr, WIDTH: tl.constexpr, STRIDE: tl.constexpr, RECTIFIED: tl.constexpr,
    INPUTS: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_PIXELS: tl.constexpr, BLOCK_INPUTS: tl.constexpr,
    BLOCK_CHANNELS: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Writes the gradient of the input of a 3 × 3 convolution."""
    tile, lane = tl.program_id(0), tl.program_id(1).to(tl.int64)
    pixels = tile * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS)
    total = tl.zeros((BLOCK_PIXELS, BLOCK_INPUTS), tl.float32)
    total = add_taps(
        total, product_gradients + lane * PIXELS * CHANNELS, weights + lane * weight_stride, TAPS, pixels,
        PIXELS, HEIGHT, WIDTH, STRIDE, INPUTS, CHANNELS, BLOCK_INPUTS, BLOCK_CHANNELS, PRECISION,
    )  # fmt: skip
    if RECTIFIED:
        inside = pixels < PIXELS * STRIDE * STRIDE
        x = load_pixels(images + lane * lane_stride, pixels, inside, INPUTS, BLOCK_INPUTS)
        total = tl.where(x > 0, total, 0.0)
    of_lane = image_gradients + lane * (PIXELS * STRIDE * STRIDE * INPUTS)
    store_pixels(of_lane, pixels, total, PIXELS * STRIDE * STRIDE, INPUTS, BLOCK_INPUTS)


@triton.jit
def add_taps(
    total, product_gradient, weight, taps, pixels,
    PIXELS: tl.constexpr, HEIGHT: tl.constexpr, WIDTH: tl.constexpr, STRIDE: tl.constexpr, INPUTS: tl.constexpr,
    CHANNELS: tl.constexpr, BLOCK_INPUTS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Adds the gradient that a convolution passes to pixels of its rectified input."""
    for tap in range(taps):
        written, seen = _written_by(pixels, tap, taps, PIXELS, HEIGHT, WIDTH, STRIDE)
        through = load_pixels(product_gradient, written, seen, CHANNELS, BLOCK_CHANNELS)
        w = _load_weight(weight, tap, INPUTS, CHANNELS, BLOCK_INPUTS, BLOCK_CHANNELS)
        total += tl.dot(through, tl.trans(w), input_precision=PRECISION)
    return total


@triton.jit
def _load_weight(
    weight, tap,
    INPUTS: tl.constexpr, CHANNELS: tl.constexpr, BLOCK_INPUTS: tl.constexpr, BLOCK_CHANNELS: tl.constexpr,
):  # fmt: skip
    """The weight of a tap: inputs × outputs."""
    rows = tl.arange(0, BLOCK_INPUTS)
    return load_pixels(weight + tap * INPUTS * CHANNELS, rows, rows < INPUTS, CHANNELS, BLOCK_CHANNELS)


@triton.jit
def _read_by(
    pixels, tap, taps, PIXELS: tl.constexpr, HEIGHT: tl.constexpr, WIDTH: tl.constexpr, STRIDE: tl.constexpr
):  # fmt: skip
    """The pixels of the input that a tap reads for pixels of the output, and which of them exist."""
    down, right = shift_of(tap, taps)
    if STRIDE == 1:
        read = pixels + down * WIDTH + right
        seen = is_within(pixels, down, right, PIXELS, HEIGHT, WIDTH)
    else:
        row = (pixels // WIDTH) % HEIGHT * STRIDE + down
        column = pixels % WIDTH * STRIDE + right
        read = (pixels // (HEIGHT * WIDTH) * HEIGHT * STRIDE + row) * WIDTH * STRIDE + column
        seen = (pixels < PIXELS) & (row >= 0) & (row < HEIGHT * STRIDE) & (column >= 0) & (column < WIDTH * STRIDE)
    return read, seen


@triton.jit
def _written_by(
    pixels, tap, taps, PIXELS: tl.constexpr, HEIGHT: tl.constexpr, WIDTH: tl.constexpr, STRIDE: tl.constexpr
):  # fmt: skip
    """The pixels of the output for which a tap reads pixels of the input, and which of them exist."""
    down, right = shift_of(tap, taps)
    if STRIDE == 1:
        written = pixels - down * WIDTH - right
        seen = is_within(pixels, -down, -right, PIXELS, HEIGHT, WIDTH)
    else:
        row = (pixels // (WIDTH * STRIDE)) % (HEIGHT * STRIDE) - down
        column = pixels % (WIDTH * STRIDE) - right
        image = pixels // (HEIGHT * WIDTH * STRIDE * STRIDE)
        written = (image * HEIGHT + row // STRIDE) * WIDTH + column // STRIDE
        seen = (pixels < PIXELS * STRIDE * STRIDE) & (row >= 0) & (row < HEIGHT * STRIDE) & (row % STRIDE == 0)
        seen = seen & (column >= 0) & (column < WIDTH * STRIDE) & (column % STRIDE == 0)
    return written, seen
