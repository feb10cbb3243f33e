/* Images (pixels x channels, float32) that a kernel transforms while it reads them. */
#ifndef RMINAS_IMAGES_H
#define RMINAS_IMAGES_H

#include "vectors.h"

/* Images; or, for the gradient of a normalisation's input, everything from which it is computed. */
typedef struct {
    const float *pixels;
    /* Input of the normalisation. */
    const float *convolved;
    /* For each channel: see `rminas_norm_gradient`. */
    const float *scale, *slope, *shift, *centre;
} images;

/* Reads LANES channels, from channel c on, `at` floats after the start of the images. */
typedef vec (*reading)(images from, ptrdiff_t at, ptrdiff_t c);

/* `value` where `where` is positive or not a number, else 0. */
static inline vec keep_positive(vec value, vec where) { return (vec)((lanes_mask)value & ~(where <= 0)); }

static inline vec rectified(images from, ptrdiff_t at, ptrdiff_t c) {
    (void)c;
    vec value = load(from.pixels + at);
    return keep_positive(value, value);
}

static inline vec normalised_gradient(images from, ptrdiff_t at, ptrdiff_t c) {
    return load(from.pixels + at) * load(from.scale + c) +
           ((load(from.convolved + at) - load(from.centre + c)) * load(from.slope + c) + load(from.shift + c));
}

/* y = base (0 if it is null), plus `value` where x is positive. */
static inline void add_where_positive(vec value, const float *x, const float *base, float *y, ptrdiff_t at) {
    vec kept = keep_positive(value, load(x + at));
    store(y + at, base ? load(base + at) + kept : kept);
}

#endif
