/*
 * The convolutions of winograd.c for images of eight channels, on processors with vectors of sixteen floats: a vector has the
 * channels of two tiles that lie side by side, or of two pixels. The width of the images is a multiple of two tiles.
 */
#if defined(__AVX512F__) && LANES == 8
#include <immintrin.h>

/* The other files of this library have narrower vectors. */
#undef LANES
#define LANES 16
#include "kernels.h"
#include "products.h"
#include "transforms.h"

#define HALF (LANES / 2)
#define TOGETHER 2

/* Of two vectors, both first halves, or both second ones. */
static inline vec firsts(vec one, vec other) { return (vec)_mm512_shuffle_f32x4((__m512)one, (__m512)other, 0x44); }
static inline vec seconds(vec one, vec other) { return (vec)_mm512_shuffle_f32x4((__m512)one, (__m512)other, 0xee); }

/* HALF floats, twice. */
static inline vec twice(const float *half) {
    return (vec)_mm512_castpd_ps(_mm512_broadcast_f64x4(_mm256_loadu_pd((const double *)half)));
}

/* One channel of each half, in all lanes of the half. */
static inline vec channel_of(vec halves, int channel) {
    const __m512i first = _mm512_set_epi32(8, 8, 8, 8, 8, 8, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0);
    return (vec)_mm512_permutexvar_ps(_mm512_add_epi32(first, _mm512_set1_epi32(channel)), (__m512)halves);
}

/*
 * Reads a row of the patches of two tiles: a pixel before each tile, those of the tile, and one after it. The first tile begins
 * at `pixel`.
 */
static ALWAYS_INLINE void read_patch_row(images x, reading read, int left, int right, ptrdiff_t pixel, ptrdiff_t channels,
                                         ptrdiff_t c, vec *row) {
    const vec none = {0};
    vec two[PATCH - 1];
    two[0] = left ? firsts(none, read(x, pixel * channels, c)) : read(x, (pixel - 1) * channels, c);
    for (int j = 1; j < PATCH - 2; j++) two[j] = read(x, (pixel + 2 * j - 1) * channels, c);
    two[PATCH - 2] = right ? seconds(read(x, (pixel + 6) * channels, c), none) : read(x, (pixel + 7) * channels, c);
    for (int j = 0; j < PATCH / 2; j++) {
        row[2 * j] = firsts(two[j], two[j + 2]);
        row[2 * j + 1] = seconds(two[j], two[j + 2]);
    }
}

/* Four vectors of two pixels that lie side by side become four of one pixel of each of two tiles; and back. */
static ALWAYS_INLINE void pixels_to_tiles(vec *row) {
    vec a = row[0], b = row[1], c = row[2], d = row[3];
    row[0] = firsts(a, c);
    row[1] = seconds(a, c);
    row[2] = firsts(b, d);
    row[3] = seconds(b, d);
}
static ALWAYS_INLINE void tiles_to_pixels(vec *row) {
    vec a = row[0], b = row[1], c = row[2], d = row[3];
    row[0] = firsts(a, b);
    row[1] = firsts(c, d);
    row[2] = seconds(a, b);
    row[3] = seconds(c, d);
}

/* The same as `multiply`. */
static ALWAYS_INLINE void multiply_plane(const float *rows, const float *filters, float *out, ptrdiff_t inputs,
                                         ptrdiff_t outputs) {
    (void)inputs, (void)outputs;
    vec row[BLOCK / 2], sum[BLOCK / 2] = {{0}};
    for (int i = 0; i < BLOCK / 2; i++) row[i] = load(rows + i * LANES);
    for (int c = 0; c < HALF; c++) {
        vec weight = twice(filters + c * HALF);
        for (int i = 0; i < BLOCK / 2; i++) sum[i] += channel_of(row[i], c) * weight;
    }
    for (int i = 0; i < BLOCK / 2; i++) store(out + i * LANES, sum[i]);
}

/* The same as `add_outer`, but each half has a sum of its own. sums: HALF x LANES. */
static ALWAYS_INLINE void add_outer_plane(const float *rows, const float *gradients, float *sums, ptrdiff_t inputs,
                                          ptrdiff_t outputs) {
    (void)inputs, (void)outputs;
    vec sum[HALF];
    for (int c = 0; c < HALF; c++) sum[c] = load(sums + c * LANES);
    for (int i = 0; i < BLOCK / 2; i++) {
        vec row = load(rows + i * LANES), gradient = load(gradients + i * LANES);
        for (int c = 0; c < HALF; c++) sum[c] += channel_of(row, c) * gradient;
    }
    for (int c = 0; c < HALF; c++) store(sums + c * LANES, sum[c]);
}

/* Adds the sums of both halves to filters, `rows` x HALF. rows: a multiple of 2. */
static ALWAYS_INLINE void add_halves(const float *sums, float *filters, ptrdiff_t rows) {
    for (ptrdiff_t c = 0; c < rows; c += 2) {
        vec one = load(sums + c * LANES), other = load(sums + (c + 1) * LANES);
        store(filters + c * HALF, load(filters + c * HALF) + (firsts(one, other) + seconds(one, other)));
    }
}

/* The sums are followed by those of the squares, so that one vector has both. */
static ALWAYS_INLINE void add_tile_moments(const vec *pixels, double *sums, ptrdiff_t channels) {
    (void)channels;
    vec sum = {0}, square = {0};
    for (int i = 0; i < TILE * TILE; i++) {
        sum += pixels[i];
        square += pixels[i] * pixels[i];
    }
    add_lanes(sums, firsts(sum, square) + seconds(sum, square));
}

#include "winograd.h"

/* See `rminas_convolve`. */
void rminas_convolve_halves(const float *x, const float *filters, float *y, double *moments, ptrdiff_t batch,
                            ptrdiff_t height, ptrdiff_t width, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last,
                            float *scratch) {
    convolve(x, filters, y, moments, (shape){batch, height, width}, HALF, HALF, part, first, last, scratch);
}

/* See `rminas_convolve_gradients`. A part has a multiple of RUN_OF_BLOCKS blocks. */
void rminas_convolve_halves_gradients(const float *x, const images *gradient, const float *turned, const float *base,
                                      float *x_gradient, float *filters, ptrdiff_t batch, ptrdiff_t height, ptrdiff_t width,
                                      ptrdiff_t part, ptrdiff_t first, ptrdiff_t last, float *scratch) {
    vec scale = twice(gradient->scale), slope = twice(gradient->slope);
    vec shift = twice(gradient->shift), centre = twice(gradient->centre);
    images both = {gradient->pixels, gradient->convolved, (float *)&scale, (float *)&slope, (float *)&shift,
                   (float *)&centre};
    for (ptrdiff_t start = first; start < last; start += RUN_OF_BLOCKS) {
        ptrdiff_t end = start + RUN_OF_BLOCKS < last ? start + RUN_OF_BLOCKS : last;
        float sums[PLANES * HALF * LANES] = {0};
        /* All of these blocks are one part, whose sums are `sums`. */
        convolve_gradients(x, both, turned, base, x_gradient, sums, (shape){batch, height, width}, HALF, HALF, end, start,
                           end, scratch);
        add_halves(sums, filters + start / part * PLANES * HALF * HALF, PLANES * HALF);
    }
}
#endif
