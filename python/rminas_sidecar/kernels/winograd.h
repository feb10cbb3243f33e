/*
 * The stages of convolutions by Winograd's minimal filtering, F(4 x 4, 3 x 3), for winograd.c and winograd_halves.c.
 *
 * A vector has channels of TOGETHER tiles that lie side by side. The file that includes this one defines TOGETHER, and how
 * such vectors are read and multiplied. Images are batch x height x width x channels, float32.
 */
#ifndef RMINAS_WINOGRAD_H
#define RMINAS_WINOGRAD_H

#include "kernels.h"

typedef struct {
    ptrdiff_t batch, height, width;
} shape;

/* The place of TOGETHER tiles: their upper left pixel, and which edges of the image they touch. */
typedef struct {
    ptrdiff_t pixel;
    int top, bottom, left, right;
} place;

static ALWAYS_INLINE place place_of(ptrdiff_t tile, shape s) {
    ptrdiff_t down = s.height / TILE, across = s.width / TILE;
    ptrdiff_t h = tile / across % down, w = tile % across;
    ptrdiff_t line = tile / (down * across) * s.height + h * TILE;
    return (place){line * s.width + w * TILE, h == 0, h == down - 1, w == 0, w + TOGETHER == across};
}

static inline ptrdiff_t tiles_of(shape s) { return s.batch * (s.height / TILE) * (s.width / TILE); }

/* Whether a row of a block has no tile; then zeros are written to it. */
static ALWAYS_INLINE int is_empty(float *out, shape s, ptrdiff_t channels, ptrdiff_t block, ptrdiff_t row) {
    if (block * BLOCK + row < tiles_of(s)) return 0;
    for (ptrdiff_t k = 0; k < PLANES; k++)
        for (ptrdiff_t c = 0; c < channels; c += LANES) store(out + (k * BLOCK + row) * channels + c, (vec){0});
    return 1;
}

/*
 * The input transform of the patches of a block: PLANES x BLOCK x channels. A patch reaches one pixel beyond its tile on each
 * side, so only its first and last rows and columns can lie outside of the image; those pixels are zeros.
 */
static ALWAYS_INLINE void transform_patches(images x, reading read, shape s, ptrdiff_t channels, ptrdiff_t block,
                                            float *restrict out) {
    for (ptrdiff_t row = 0; row < BLOCK; row += TOGETHER) {
        if (is_empty(out, s, channels, block, row)) continue;
        place at = place_of(block * BLOCK + row, s);
        int outside[PATCH] = {at.top, 0, 0, 0, 0, at.bottom};
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec m[PLANES];
            for (int i = 0; i < PATCH; i++) {
                vec d[PATCH] = {{0}};
                if (!outside[i]) read_patch_row(x, read, at.left, at.right, at.pixel + (i - 1) * s.width, channels, c, d);
                input_transform(d, 1, m + PATCH * i, 1);
            }
            for (int j = 0; j < PATCH; j++) {
                vec d[PATCH];
                input_transform(m + j, PATCH, d, 1);
                for (int i = 0; i < PATCH; i++) store(out + ((PATCH * i + j) * BLOCK + row) * channels + c, d[i]);
            }
        }
    }
}

/* The adjoint of the output transform, of the pixels of a block: PLANES x BLOCK x channels. */
static ALWAYS_INLINE void transform_output_gradients(images y, reading read, shape s, ptrdiff_t channels, ptrdiff_t block,
                                                     float *restrict out) {
    for (ptrdiff_t row = 0; row < BLOCK; row += TOGETHER) {
        if (is_empty(out, s, channels, block, row)) continue;
        ptrdiff_t pixel = place_of(block * BLOCK + row, s).pixel;
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec m[PATCH * TILE];
            for (int i = 0; i < TILE; i++) {
                vec o[TILE];
                for (int j = 0; j < TILE; j++)
                    o[j] = read(y, (pixel + i * s.width + j * TOGETHER) * channels + c, c);
                pixels_to_tiles(o);
                output_transform_adjoint(o, 1, m + PATCH * i, 1);
            }
            for (int j = 0; j < PATCH; j++) {
                vec d[PATCH];
                output_transform_adjoint(m + j, PATCH, d, 1);
                for (int i = 0; i < PATCH; i++) store(out + ((PATCH * i + j) * BLOCK + row) * channels + c, d[i]);
            }
        }
    }
}

/* The output transform of one tile of a block of products (PLANES x BLOCK x channels): its pixels, line by line. */
static ALWAYS_INLINE void output_tile(const float *products, ptrdiff_t row, ptrdiff_t channels, ptrdiff_t c, vec *pixels) {
    vec m[PATCH * TILE];
    for (int i = 0; i < PATCH; i++) {
        vec d[PATCH];
        for (int j = 0; j < PATCH; j++) d[j] = load(products + ((PATCH * i + j) * BLOCK + row) * channels + c);
        output_transform(d, 1, m + TILE * i, 1);
    }
    for (int j = 0; j < TILE; j++) output_transform(m + j, TILE, pixels + j, TILE);
    for (int i = 0; i < TILE; i++) tiles_to_pixels(pixels + TILE * i);
}

/* Writes the output transform of a block of products to y, and adds its moments to `sums` (2 x channels). */
static ALWAYS_INLINE void write_tiles(const float *products, shape s, ptrdiff_t channels, ptrdiff_t block, float *y,
                                      double *sums) {
    ptrdiff_t tiles = tiles_of(s);
    for (ptrdiff_t row = 0; row < BLOCK && block * BLOCK + row < tiles; row += TOGETHER) {
        ptrdiff_t pixel = place_of(block * BLOCK + row, s).pixel;
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec pixels[TILE * TILE];
            output_tile(products, row, channels, c, pixels);
            add_tile_moments(pixels, sums + c, channels);
            for (int i = 0; i < TILE; i++)
                for (int j = 0; j < TILE; j++)
                    store(y + (pixel + i * s.width + j * TOGETHER) * channels + c, pixels[i * TILE + j]);
        }
    }
}

/* Writes the output transform of a block of products, where x is positive, plus `base` unless it is null, to y. */
static ALWAYS_INLINE void write_gradient_tiles(const float *products, const float *x, const float *base, shape s,
                                               ptrdiff_t channels, ptrdiff_t block, float *y) {
    ptrdiff_t tiles = tiles_of(s);
    for (ptrdiff_t row = 0; row < BLOCK && block * BLOCK + row < tiles; row += TOGETHER) {
        ptrdiff_t pixel = place_of(block * BLOCK + row, s).pixel;
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec pixels[TILE * TILE];
            output_tile(products, row, channels, c, pixels);
            for (int i = 0; i < TILE; i++)
                for (int j = 0; j < TILE; j++)
                    add_where_positive(pixels[i * TILE + j], x, base, y,
                                       (pixel + i * s.width + j * TOGETHER) * channels + c);
        }
    }
}

/* The products of all planes of a block: out (PLANES x BLOCK x outputs) = rows (PLANES x BLOCK x inputs) times filters. */
static ALWAYS_INLINE void multiply_planes(const float *rows, const float *filters, float *out, ptrdiff_t inputs,
                                          ptrdiff_t outputs) {
    for (ptrdiff_t k = 0; k < PLANES; k++, rows += BLOCK * inputs, filters += inputs * outputs, out += BLOCK * outputs)
        multiply_plane(rows, filters, out, inputs, outputs);
}

static ALWAYS_INLINE void convolve(const float *x, const float *filters, float *y, double *moments, shape s,
                                   ptrdiff_t inputs, ptrdiff_t outputs, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last,
                                   float *scratch) {
    images from = {.pixels = x};
    float *patches = scratch, *products = scratch + PLANES * BLOCK * inputs;
    for (ptrdiff_t block = first; block < last; block++) {
        transform_patches(from, rectified, s, inputs, block, patches);
        multiply_planes(patches, filters, products, inputs, outputs);
        write_tiles(products, s, outputs, block, y, moments + block / part * 2 * outputs);
    }
}

/* Writes the gradient of x in a block. */
static ALWAYS_INLINE void image_gradient(const float *x, images gradient, const float *turned, const float *base,
                                         float *x_gradient, shape s, ptrdiff_t inputs, ptrdiff_t outputs, ptrdiff_t block,
                                         float *scratch) {
    float *patches = scratch, *products = scratch + PLANES * BLOCK * outputs;
    transform_patches(gradient, normalised_gradient, s, outputs, block, patches);
    multiply_planes(patches, turned, products, outputs, inputs);
    write_gradient_tiles(products, x, base, s, inputs, block, x_gradient);
}

/* Adds the gradient of the filters from a block; see `add_outer_plane`. */
static ALWAYS_INLINE void filter_gradient(const float *x, images gradient, float *filters, shape s, ptrdiff_t inputs,
                                          ptrdiff_t outputs, ptrdiff_t block, float *scratch) {
    images from = {.pixels = x};
    float *patches = scratch, *scattered = scratch + PLANES * BLOCK * inputs;
    transform_patches(from, rectified, s, inputs, block, patches);
    transform_output_gradients(gradient, normalised_gradient, s, outputs, block, scattered);
    for (ptrdiff_t k = 0; k < PLANES; k++)
        add_outer_plane(patches + k * BLOCK * inputs, scattered + k * BLOCK * outputs,
                        filters + k * TOGETHER * inputs * outputs, inputs, outputs);
}

/* Blocks that are read a second time while they are in the cache. */
#define RUN_OF_BLOCKS 8

static ALWAYS_INLINE void convolve_gradients(const float *x, images gradient, const float *turned, const float *base,
                                             float *x_gradient, float *filters, shape s, ptrdiff_t inputs,
                                             ptrdiff_t outputs, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last,
                                             float *scratch) {
    for (ptrdiff_t start = first; start < last; start += RUN_OF_BLOCKS) {
        ptrdiff_t end = start + RUN_OF_BLOCKS < last ? start + RUN_OF_BLOCKS : last;
        float *sums = filters + start / part * PLANES * TOGETHER * inputs * outputs;
        for (ptrdiff_t block = start; block < end; block++)
            image_gradient(x, gradient, turned, base, x_gradient, s, inputs, outputs, block, scratch);
        for (ptrdiff_t block = start; block < end; block++)
            filter_gradient(x, gradient, sums, s, inputs, outputs, block, scratch);
    }
}

#endif
