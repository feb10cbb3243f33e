/* Pixels that an operation normalises and rectifies while it reads them; and their gradients, while it writes them. */
#ifndef RMINAS_PIXELS_H
#define RMINAS_PIXELS_H

#include "images.h"

/* Images; a factor and an offset for each channel, or null; and whether the result is rectified. */
typedef struct {
    const float *pixels, *scale, *shift, *mean;
    int rectifies;
} source;

static inline vec factor_of(source x, ptrdiff_t c) { return x.scale ? load(x.scale + c) : (vec){0} + 1; }
static inline vec offset_of(source x, ptrdiff_t c) { return x.shift ? load(x.shift + c) : (vec){0}; }

/*
 * Reads LANES channels, from channel c on, of `count` pixels, the first of them `at` floats after the start of the images. Pixels
 * are `step` floats apart, in the answer `out_step`.
 */
static ALWAYS_INLINE void read_pixels(source x, ptrdiff_t at, ptrdiff_t step, ptrdiff_t c, ptrdiff_t count, float *out,
                                      ptrdiff_t out_step) {
    vec scale = factor_of(x, c), shift = offset_of(x, c);
    const float *from = x.pixels + at + c;
    if (x.rectifies)
        for (ptrdiff_t i = 0; i < count; i++) {
            vec value = load(from + i * step) * scale + shift;
            store(out + i * out_step, keep_positive(value, value));
        }
    else
        for (ptrdiff_t i = 0; i < count; i++) store(out + i * out_step, load(from + i * step) * scale + shift);
}

/* Reads the gradient before a normalisation in the same way; without one, the gradient itself. */
static ALWAYS_INLINE void read_gradient_pixels(images y, ptrdiff_t at, ptrdiff_t step, ptrdiff_t c, ptrdiff_t count,
                                               float *out, ptrdiff_t out_step) {
    if (y.convolved)
        for (ptrdiff_t i = 0; i < count; i++) store(out + i * out_step, normalised_gradient(y, at + i * step + c, c));
    else
        for (ptrdiff_t i = 0; i < count; i++) store(out + i * out_step, load(y.pixels + at + i * step + c));
}

/*
 * Where the gradient of images is written: that of the normalised images, if they are normalised. It is added to `base`, unless
 * that is null. sums: see `rminas_norm_factors`; or null. channels: of the images.
 */
typedef struct {
    source x;
    const float *base;
    float *gradient;
    double *sums;
    ptrdiff_t channels;
} sink;

/* Writes the gradients of pixels that `read_pixels` has read. `values` are `values_step` floats apart. */
static ALWAYS_INLINE void write_pixels(sink to, const float *values, ptrdiff_t values_step, ptrdiff_t at, ptrdiff_t step,
                                       ptrdiff_t c, ptrdiff_t count) {
    vec scale = factor_of(to.x, c), shift = offset_of(to.x, c), mean = to.sums ? load(to.x.mean + c) : (vec){0};
    vec sum = {0}, product = {0};
    for (ptrdiff_t i = 0; i < count; i++) {
        ptrdiff_t place = at + i * step + c;
        vec value = load(values + i * values_step), x = load(to.x.pixels + place);
        if (to.x.rectifies) value = keep_positive(value, x * scale + shift);
        if (to.base) value += load(to.base + place);
        store(to.gradient + place, value);
        sum += value;
        product += value * (x - mean);
    }
    if (to.sums)
        for (int i = 0; i < LANES; i++) {
            to.sums[c + i] += sum[i];
            to.sums[to.channels + c + i] += product[i];
        }
}

#endif
