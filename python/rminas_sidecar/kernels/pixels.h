/* Pixels that an operation normalises and rectifies while it reads them; and their gradients, while it writes them. */
#ifndef RMINAS_PIXELS_H
#define RMINAS_PIXELS_H

#include "images.h"

/* Images; a factor and an offset for each channel, or null; whether the result is rectified, and the most that it may be. */
typedef struct {
    const float *pixels, *scale, *shift, *mean;
    int rectifies;
    float most;
} source;

static inline vec factor_of(source x, ptrdiff_t c) { return x.scale ? load(x.scale + c) : (vec){0} + 1; }
static inline vec offset_of(source x, ptrdiff_t c) { return x.shift ? load(x.shift + c) : (vec){0}; }

/* A value as it is read. */
static inline vec activated(source x, vec value) {
    if (!x.rectifies) return value;
    return keep_positive(choose(value > x.most, (vec){0} + x.most, value), value);
}

/* The gradient of a value before it is rectified. */
static inline vec passed(source x, vec gradient, vec value) {
    return x.rectifies ? keep_positive((vec)((lanes_mask)gradient & ~(value >= x.most)), value) : gradient;
}

/* Pixels whose sums are of float32. The sums of these sums are of float64. */
#define RUN 64

/* Vectors of channels that are read or written together, because they lie side by side. */
#define GROUP 4

/* Calls `body` for all channels: from c on, `vectors` vectors at a time, which is a constant to the compiler. */
#define FOR_GROUPS(channels, body)                                     \
    {                                                                  \
        ptrdiff_t c = 0;                                               \
        for (; c + GROUP * LANES <= channels; c += GROUP * LANES) {    \
            enum { vectors = GROUP };                                  \
            body;                                                      \
        }                                                              \
        for (; c < channels; c += LANES) {                             \
            enum { vectors = 1 };                                      \
            body;                                                      \
        }                                                              \
    }

/* Some vectors of pixels: `step` floats from pixel to pixel, and `apart` from vector to vector. */
typedef struct {
    float *first;
    ptrdiff_t step, apart;
} block;

/* Pixels of images with this many channels, from channel c on. */
static inline block pixels_at(float *images, ptrdiff_t pixel, ptrdiff_t channels, ptrdiff_t c) {
    return (block){images + pixel * channels + c, channels, LANES};
}

/*
 * Reads vectors from channel c on, of `count` pixels. The first is `at` floats after the start of the images, and they are
 * `step` floats apart.
 */
static ALWAYS_INLINE void read_pixels(source x, ptrdiff_t at, ptrdiff_t step, ptrdiff_t c, ptrdiff_t count, int vectors,
                                      block to) {
    vec scale[GROUP], shift[GROUP];
    for (int v = 0; v < vectors; v++) {
        scale[v] = factor_of(x, c + v * LANES);
        shift[v] = offset_of(x, c + v * LANES);
    }
    for (ptrdiff_t i = 0; i < count; i++)
        for (int v = 0; v < vectors; v++) {
            vec value = load(x.pixels + at + i * step + c + v * LANES) * scale[v] + shift[v];
            store(to.first + i * to.step + v * to.apart, activated(x, value));
        }
}

/* Reads the gradient before a normalisation in the same way; without one, the gradient itself. */
static ALWAYS_INLINE void read_gradient_pixels(images y, ptrdiff_t at, ptrdiff_t step, ptrdiff_t c, ptrdiff_t count,
                                               int vectors, block to) {
    vec scale[GROUP], slope[GROUP], shift[GROUP], centre[GROUP];
    for (int v = 0; v < vectors && y.convolved; v++) {
        scale[v] = load(y.scale + c + v * LANES);
        slope[v] = load(y.slope + c + v * LANES);
        shift[v] = load(y.shift + c + v * LANES);
        centre[v] = load(y.centre + c + v * LANES);
    }
    for (ptrdiff_t i = 0; i < count; i++)
        for (int v = 0; v < vectors; v++) {
            ptrdiff_t place = at + i * step + c + v * LANES;
            vec value = load(y.pixels + place);
            if (y.convolved) value = value * scale[v] + ((load(y.convolved + place) - centre[v]) * slope[v] + shift[v]);
            store(to.first + i * to.step + v * to.apart, value);
        }
}

/* Adds the moments of `count` pixels, from channel c on, to `moments`: 2 x channels. They are summed in float32 before. */
static ALWAYS_INLINE void add_pixel_moments(block from, ptrdiff_t count, ptrdiff_t c, int vectors, double *moments,
                                            ptrdiff_t channels) {
    vec sum[GROUP] = {{0}}, square[GROUP] = {{0}};
    for (ptrdiff_t i = 0; i < count; i++)
        for (int v = 0; v < vectors; v++) {
            vec value = load(from.first + i * from.step + v * from.apart);
            sum[v] += value;
            square[v] += value * value;
        }
    for (int v = 0; v < vectors; v++) {
        add_lanes(moments + c + v * LANES, sum[v]);
        add_lanes(moments + channels + c + v * LANES, square[v]);
    }
}

/*
 * Where the gradient of images is written: that of the normalised images, if they are normalised. It is added to `base`, unless
 * that is null. sums: see `rminas_norm_factors`; or null. channels: of the images. streams: whether the gradient is written past
 * the caches.
 */
typedef struct {
    source x;
    const float *base;
    float *gradient;
    double *sums;
    ptrdiff_t channels;
    int streams;
} sink;

/* Writes the gradients of pixels that `read_pixels` has read. */
static ALWAYS_INLINE void write_pixels(sink to, block values, ptrdiff_t at, ptrdiff_t step, ptrdiff_t c, ptrdiff_t count,
                                       int vectors) {
    vec scale[GROUP], shift[GROUP], mean[GROUP], sum[GROUP] = {{0}}, product[GROUP] = {{0}};
    for (int v = 0; v < vectors; v++) {
        scale[v] = factor_of(to.x, c + v * LANES);
        shift[v] = offset_of(to.x, c + v * LANES);
        mean[v] = to.sums ? load(to.x.mean + c + v * LANES) : (vec){0};
    }
    for (ptrdiff_t i = 0; i < count; i++)
        for (int v = 0; v < vectors; v++) {
            ptrdiff_t place = at + i * step + c + v * LANES;
            vec value = load(values.first + i * values.step + v * values.apart);
            if (to.x.rectifies) value = passed(to.x, value, load(to.x.pixels + place) * scale[v] + shift[v]);
            if (to.base) value += load(to.base + place);
            put(to.gradient + place, value, to.streams);
            if (!to.sums) continue;
            sum[v] += value;
            product[v] += value * (load(to.x.pixels + place) - mean[v]);
        }
    for (int v = 0; v < vectors && to.sums; v++) {
        add_lanes(to.sums + c + v * LANES, sum[v]);
        add_lanes(to.sums + to.channels + c + v * LANES, product[v]);
    }
}

#endif
