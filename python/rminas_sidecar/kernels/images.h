/* How a kernel reads images (pixels x channels, float32) that are never written as it reads them. */
#ifndef RMINAS_IMAGES_H
#define RMINAS_IMAGES_H

#include "vectors.h"

/* The images themselves, or where they stand for the gradient of a normalisation's input, what that is computed from. */
typedef struct {
    const float *pixels;
    /* What was normalised. */
    const float *convolved;
    /* Of each channel: see `rminas_norm_gradient`. */
    const float *scale, *slope, *shift, *centre;
} images;

/* Answers LANES channels from the c-th on, `at` floats after the first pixel. */
typedef vec (*reading)(images from, ptrdiff_t at, ptrdiff_t c);

/* 0 where it is not above 0; what is not a number stays so. */
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

/* y = base, or 0 without one, and `value` where x is positive. */
static inline void add_where_positive(vec value, const float *x, const float *base, float *y, ptrdiff_t at) {
    vec kept = keep_positive(value, load(x + at));
    store(y + at, base ? load(base + at) + kept : kept);
}

#endif
