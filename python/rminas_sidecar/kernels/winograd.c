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

/* A vector has channels of one tile. */
#define TOGETHER 1

/* Reads a row of a patch: a pixel before the tile, those of the tile, from `pixel` on, and one after it. */
static ALWAYS_INLINE void read_patch_row(images x, reading read, int left, int right, ptrdiff_t pixel, ptrdiff_t channels,
                                         ptrdiff_t c, vec *row) {
    row[0] = left ? (vec){0} : read(x, (pixel - 1) * channels + c, c);
    for (int j = 0; j < TILE; j++) row[1 + j] = read(x, (pixel + j) * channels + c, c);
    row[1 + TILE] = right ? (vec){0} : read(x, (pixel + TILE) * channels + c, c);
}

/* The pixels of a row of a tile are already those that its transforms take. */
static inline void pixels_to_tiles(vec *row) { (void)row; }
static inline void tiles_to_pixels(vec *row) { (void)row; }

/* Adds the moments of the pixels of a tile. sums: those of the channels, followed at `channels` by those of the squares. */
static ALWAYS_INLINE void add_tile_moments(const vec *pixels, double *sums, ptrdiff_t channels) {
    add_moments(pixels, TILE * TILE, sums, sums + channels);
}

#define multiply_plane multiply
#define add_outer_plane add_outer

#include "winograd.h"

/* Whether winograd_halves.c computes the images: it takes two tiles at a time. */
#if defined(__AVX512F__) && LANES == 8
#define HAS_HALVES
static inline int suits_halves(shape s, ptrdiff_t inputs, ptrdiff_t outputs) {
    return inputs == LANES && outputs == LANES && s.width % (2 * TILE) == 0;
}
#endif

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

/* Narrow images take a fifth less time if the compiler knows the number of channels. */
#define OF_CHANNELS(call)                                 \
    if (inputs == LANES && outputs == LANES)              \
        call(LANES, LANES);                               \
    else if (inputs == 2 * LANES && outputs == 2 * LANES) \
        call(2 * LANES, 2 * LANES);                       \
    else                                                  \
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
#ifdef HAS_HALVES
    if (suits_halves(s, inputs, outputs))
        rminas_convolve_halves(x, filters, y, moments, batch, height, width, part, first, last, scratch);
    else
#endif
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
#ifdef HAS_HALVES
    if (suits_halves(s, inputs, outputs))
        rminas_convolve_halves_gradients(x, gradient, turned, base, x_gradient, filters, batch, height, width, part, first,
                                         last, scratch);
    else
#endif
        OF_CHANNELS(GRADIENTS);
}
