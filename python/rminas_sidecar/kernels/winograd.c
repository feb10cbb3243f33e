/*
 * ReLU and 3 x 3 convolutions by Winograd's minimal filtering, F(4 x 4, 3 x 3).
 *
 * Images are batch x height x width x channels, float32; height and width are multiples of 4, channels of LANES. A block of
 * tiles is transformed, multiplied and transformed back while it is in the cache. Threads may divide the blocks; each has its
 * own scratch memory, aligned to 64 bytes.
 */
#include "kernels.h"
#include "products.h"
#include "transforms.h"

typedef struct {
    ptrdiff_t batch, height, width;
} shape;

/* The place of a tile: its upper left pixel, and which edges of the image it touches. */
typedef struct {
    ptrdiff_t pixel;
    int top, bottom, left, right;
} place;

static inline place place_of(ptrdiff_t tile, shape s) {
    ptrdiff_t down = s.height / TILE, across = s.width / TILE;
    ptrdiff_t h = tile / across % down, w = tile % across;
    ptrdiff_t line = tile / (down * across) * s.height + h * TILE;
    return (place){line * s.width + w * TILE, h == 0, h == down - 1, w == 0, w == across - 1};
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
                                            float *out) {
    for (ptrdiff_t row = 0; row < BLOCK; row++) {
        if (is_empty(out, s, channels, block, row)) continue;
        place at = place_of(block * BLOCK + row, s);
        int outside[PATCH] = {at.top, 0, 0, 0, 0, at.bottom}, beside[PATCH] = {at.left, 0, 0, 0, 0, at.right};
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec m[PLANES];
            for (int j = 0; j < PATCH; j++) {
                vec d[PATCH];
                for (int i = 0; i < PATCH; i++) {
                    ptrdiff_t pixel = at.pixel + (i - 1) * s.width + j - 1;
                    d[i] = outside[i] | beside[j] ? (vec){0} : read(x, pixel * channels + c, c);
                }
                input_transform(d, 1, m + j, PATCH);
            }
            for (int i = 0; i < PATCH; i++) {
                vec d[PATCH];
                input_transform(m + PATCH * i, 1, d, 1);
                for (int j = 0; j < PATCH; j++) store(out + ((PATCH * i + j) * BLOCK + row) * channels + c, d[j]);
            }
        }
    }
}

/* The adjoint of the output transform, of the pixels of a block: PLANES x BLOCK x channels. */
static ALWAYS_INLINE void transform_output_gradients(images y, reading read, shape s, ptrdiff_t channels, ptrdiff_t block,
                                        float *out) {
    for (ptrdiff_t row = 0; row < BLOCK; row++) {
        if (is_empty(out, s, channels, block, row)) continue;
        ptrdiff_t pixel = place_of(block * BLOCK + row, s).pixel;
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec m[PATCH * TILE];
            for (int j = 0; j < TILE; j++) {
                vec o[TILE];
                for (int i = 0; i < TILE; i++) o[i] = read(y, (pixel + i * s.width + j) * channels + c, c);
                output_transform_adjoint(o, 1, m + j, TILE);
            }
            for (int i = 0; i < PATCH; i++) {
                vec d[PATCH];
                output_transform_adjoint(m + TILE * i, 1, d, 1);
                for (int j = 0; j < PATCH; j++) store(out + ((PATCH * i + j) * BLOCK + row) * channels + c, d[j]);
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
}

/* Writes the output transform of a block of products to y, and adds its moments to `sums` (2 x channels). */
static ALWAYS_INLINE void write_tiles(const float *products, shape s, ptrdiff_t channels, ptrdiff_t block, float *y, double *sums) {
    ptrdiff_t tiles = tiles_of(s);
    for (ptrdiff_t row = 0; row < BLOCK && block * BLOCK + row < tiles; row++) {
        ptrdiff_t pixel = place_of(block * BLOCK + row, s).pixel;
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec pixels[TILE * TILE];
            output_tile(products, row, channels, c, pixels);
            add_moments(pixels, TILE * TILE, sums + c, sums + channels + c);
            for (int i = 0; i < TILE; i++)
                for (int j = 0; j < TILE; j++)
                    store(y + (pixel + i * s.width + j) * channels + c, pixels[i * TILE + j]);
        }
    }
}

/* Writes the output transform of a block of products, where x is positive, plus `base` unless it is null, to y. */
static ALWAYS_INLINE void write_gradient_tiles(const float *products, const float *x, const float *base, shape s, ptrdiff_t channels,
                                 ptrdiff_t block, float *y) {
    ptrdiff_t tiles = tiles_of(s);
    for (ptrdiff_t row = 0; row < BLOCK && block * BLOCK + row < tiles; row++) {
        ptrdiff_t pixel = place_of(block * BLOCK + row, s).pixel;
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec pixels[TILE * TILE];
            output_tile(products, row, channels, c, pixels);
            for (int i = 0; i < TILE; i++)
                for (int j = 0; j < TILE; j++)
                    add_where_positive(pixels[i * TILE + j], x, base, y, (pixel + i * s.width + j) * channels + c);
        }
    }
}

/* filters: 3 x 3 x count, count = inputs x outputs; transformed: PLANES x count. */
void rminas_filter_transform(const float *filters, float *transformed, ptrdiff_t count) {
    for (ptrdiff_t at = 0; at < count; at += LANES) {
        vec w[9], m[3 * PATCH], u[PLANES];
        for (int k = 0; k < 9; k++) w[k] = load(filters + k * count + at);
        for (int j = 0; j < 3; j++) filter_transform(w + j, 3, m + j, 3);
        for (int i = 0; i < PATCH; i++) filter_transform(m + 3 * i, 1, u + PATCH * i, 1);
        for (int k = 0; k < PLANES; k++) store(transformed + k * count + at, u[k]);
    }
}

/* Its adjoint, of the sum of the parts: parts x PLANES x count to 3 x 3 x count. */
void rminas_filter_transform_adjoint(const float *transformed, float *filters, ptrdiff_t count, ptrdiff_t parts) {
    for (ptrdiff_t at = 0; at < count; at += LANES) {
        vec w[9], m[3 * PATCH], u[PLANES];
        for (int k = 0; k < PLANES; k++) {
            u[k] = load(transformed + k * count + at);
            for (ptrdiff_t part = 1; part < parts; part++) u[k] += load(transformed + (part * PLANES + k) * count + at);
        }
        for (int i = 0; i < PATCH; i++) filter_transform_adjoint(u + PATCH * i, 1, m + 3 * i, 1);
        for (int j = 0; j < 3; j++) filter_transform_adjoint(m + j, 3, w + j, 3);
        for (int k = 0; k < 9; k++) store(filters + k * count + at, w[k]);
    }
}

static ALWAYS_INLINE void convolve(const float *x, const float *filters, float *y, double *moments, shape s,
                                   ptrdiff_t inputs, ptrdiff_t outputs, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last,
                                   float *scratch) {
    images from = {.pixels = x};
    float *patches = scratch, *products = scratch + PLANES * BLOCK * inputs;
    for (ptrdiff_t block = first; block < last; block++) {
        transform_patches(from, rectified, s, inputs, block, patches);
        for (ptrdiff_t k = 0; k < PLANES; k++)
            multiply(patches + k * BLOCK * inputs, filters + k * inputs * outputs, products + k * BLOCK * outputs, inputs,
                     outputs);
        write_tiles(products, s, outputs, block, y, moments + block / part * 2 * outputs);
    }
}

/* Writes the gradient of x in a block. */
static ALWAYS_INLINE void image_gradient(const float *x, images gradient, const float *turned, const float *base,
                                         float *x_gradient, shape s, ptrdiff_t inputs, ptrdiff_t outputs, ptrdiff_t block,
                                         float *scratch) {
    float *patches = scratch, *products = scratch + PLANES * BLOCK * outputs;
    transform_patches(gradient, normalised_gradient, s, outputs, block, patches);
    for (ptrdiff_t k = 0; k < PLANES; k++)
        multiply(patches + k * BLOCK * outputs, turned + k * inputs * outputs, products + k * BLOCK * inputs, outputs,
                 inputs);
    write_gradient_tiles(products, x, base, s, inputs, block, x_gradient);
}

/* Adds the gradient of the filters from a block. */
static ALWAYS_INLINE void filter_gradient(const float *x, images gradient, float *filters, shape s, ptrdiff_t inputs,
                                          ptrdiff_t outputs, ptrdiff_t block, float *scratch) {
    images from = {.pixels = x};
    float *patches = scratch, *scattered = scratch + PLANES * BLOCK * inputs;
    transform_patches(from, rectified, s, inputs, block, patches);
    transform_output_gradients(gradient, normalised_gradient, s, outputs, block, scattered);
    for (ptrdiff_t k = 0; k < PLANES; k++)
        add_outer(patches + k * BLOCK * inputs, scattered + k * BLOCK * outputs, filters + k * inputs * outputs, inputs,
                  outputs);
}

/* Blocks that are read a second time while they are in the cache. */
#define RUN_OF_BLOCKS 8

static ALWAYS_INLINE void convolve_gradients(const float *x, images gradient, const float *turned, const float *base,
                                             float *x_gradient, float *filters, shape s, ptrdiff_t inputs,
                                             ptrdiff_t outputs, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last,
                                             float *scratch) {
    for (ptrdiff_t start = first; start < last; start += RUN_OF_BLOCKS) {
        ptrdiff_t end = start + RUN_OF_BLOCKS < last ? start + RUN_OF_BLOCKS : last;
        for (ptrdiff_t block = start; block < end; block++)
            image_gradient(x, gradient, turned, base, x_gradient, s, inputs, outputs, block, scratch);
        for (ptrdiff_t block = start; block < end; block++)
            filter_gradient(x, gradient, filters + block / part * PLANES * inputs * outputs, s, inputs, outputs, block,
                            scratch);
    }
}

/* Narrow images take a fifth less time if the compiler knows the number of channels. */
#define OF_CHANNELS(call)                                \
    if (inputs == LANES && outputs == LANES)             \
        call(LANES, LANES);                              \
    else if (inputs == 2 * LANES && outputs == 2 * LANES) \
        call(2 * LANES, 2 * LANES);                      \
    else                                                 \
        call(inputs, outputs)

/*
 * y = convolution of relu(x), batch x height x width x inputs to outputs. filters: transformed, PLANES x inputs x outputs. Adds
 * the moments of y to those of its part (moments: parts x 2 x outputs). Works on the blocks from `first` to before `last`; a
 * part has `part` blocks. scratch: PLANES x BLOCK x (inputs + outputs).
 */
void rminas_convolve(const float *x, const float *filters, float *y, double *moments, ptrdiff_t batch, ptrdiff_t height,
                     ptrdiff_t width, ptrdiff_t inputs, ptrdiff_t outputs, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last,
                     float *scratch) {
    shape s = {batch, height, width};
#define CONVOLVE(in, out) convolve(x, filters, y, moments, s, in, out, part, first, last, scratch)
    OF_CHANNELS(CONVOLVE);
}

/*
 * Writes the gradient of x (see `add_where_positive`), and adds that of the transformed filters to those of its part (filters:
 * parts x PLANES x inputs x outputs). turned: the filters turned by 180 degrees and transformed, PLANES x outputs x inputs: the
 * adjoint of a padded convolution is a convolution with them. The other arguments are those of `rminas_convolve`.
 */
void rminas_convolve_gradients(const float *x, const images *gradient, const float *turned, const float *base,
                               float *x_gradient, float *filters, ptrdiff_t batch, ptrdiff_t height, ptrdiff_t width,
                               ptrdiff_t inputs, ptrdiff_t outputs, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last,
                               float *scratch) {
    shape s = {batch, height, width};
#define GRADIENTS(in, out)                                                                                              \
    convolve_gradients(x, *gradient, turned, base, x_gradient, filters, s, in, out, part, first, last, scratch)
    OF_CHANNELS(GRADIENTS);
}
