/*
 * Products with rectified pixels, about half of whose channels are zeros. The zeros are skipped: a bit for each channel, or for
 * each pixel, says where they are not. Sums have the same order as in products.h.
 */
#ifndef RMINAS_SPARSE_PRODUCTS_H
#define RMINAS_SPARSE_PRODUCTS_H

#include <stdint.h>

#include "products.h"

/* Channels, or pixels, whose bits are together in a word. */
#define WORD 64
/* Vectors of the other factor that are kept in registers. */
#if defined(__AVX512F__)
#define MOST_SPARSE_VECTORS 16
#else
#define MOST_SPARSE_VECTORS 8
#endif
/* The share of floats that are not zero, up to which skipping zeros is faster. */
#define MOST_NONZERO .6
/* Floats that stay in the first cache. */
#define STRIP_FLOATS 8192

/* A bit for each lane that is not zero. */
static inline uint64_t nonzero_lanes(vec value) {
#if defined(__AVX512F__) && LANES == 16
    return _mm512_cmp_ps_mask((__m512)value, _mm512_setzero_ps(), _CMP_NEQ_UQ);
#elif defined(__AVX__) && LANES == 8
    return _mm256_movemask_ps((__m256)(value != 0));
#else
    uint64_t bits = 0;
    for (int i = 0; i < LANES; i++) bits |= (uint64_t)(value[i] != 0) << i;
    return bits;
#endif
}

/* Whether skipping zeros is faster: for these outputs, and enough zeros in some rows. With fewer outputs it is not. */
static inline int skips_zeros(const float *rows, ptrdiff_t floats, ptrdiff_t outputs) {
    ptrdiff_t vectors = outputs / LANES, nonzero = 0;
    if (vectors * LANES != outputs || (vectors != 8 && vectors != MOST_SPARSE_VECTORS)) return 0;
    for (ptrdiff_t i = 0; i < floats; i += LANES) nonzero += __builtin_popcountll(nonzero_lanes(load(rows + i)));
    return nonzero <= MOST_NONZERO * floats;
}

/* Takes the lowest bit that is set. */
static inline ptrdiff_t take_bit(uint64_t *bits) {
    ptrdiff_t index = __builtin_ctzll(*bits);
    *bits &= *bits - 1;
    return index;
}

/* sums += factors times rows of others, for each bit that is set. Factors are `step` floats apart. */
static ALWAYS_INLINE void add_nonzero(uint64_t bits, const float *factors, ptrdiff_t step, const float *others, int vectors,
                                      vec *sums) {
    while (bits) {
        ptrdiff_t i = take_bit(&bits);
        for (int v = 0; v < vectors; v++) sums[v] += factors[i * step] * load(others + (i * vectors + v) * LANES);
    }
}

/* Rows of the other factor that stay in the first cache. */
static ALWAYS_INLINE ptrdiff_t strip_of(int vectors) {
    ptrdiff_t rows = STRIP_FLOATS / (vectors * LANES);
    return rows < WORD ? rows : WORD;
}

static ALWAYS_INLINE void fetch_all(ahead share) {
    for (ptrdiff_t at = 0; at < share.count; at += LANES) fetch(share, at);
}

static ALWAYS_INLINE void multiply_nonzero_vectors(const float *rows, const float *weight, float *out, ptrdiff_t count,
                                                   ptrdiff_t inputs, int vectors, ahead next) {
    ptrdiff_t strip = strip_of(vectors);
    ahead share = share_of(next, (inputs + strip - 1) / strip * count);
    for (ptrdiff_t first = 0; first < inputs; first += strip) {
        ptrdiff_t length = inputs - first < strip ? inputs - first : strip;
        for (ptrdiff_t row = 0; row < count; row++, share = next_share(share)) {
            const float *x = rows + row * inputs + first;
            float *y = out + row * vectors * LANES;
            uint64_t bits = 0;
            vec sums[MOST_SPARSE_VECTORS];
            for (ptrdiff_t c = 0; c < length; c += LANES) bits |= nonzero_lanes(load(x + c)) << c;
            fetch_all(share);
            for (int v = 0; v < vectors; v++) sums[v] = first ? load(y + v * LANES) : (vec){0};
            add_nonzero(bits, x, 1, weight + first * vectors * LANES, vectors, sums);
            for (int v = 0; v < vectors; v++) store(y + v * LANES, sums[v]);
        }
    }
}

/* out (count x outputs) = rows (count x inputs) times weight (inputs x outputs), where many floats of the rows are zeros. */
static NEVER_INLINE void multiply_nonzero(const float *rows, const float *weight, float *out, ptrdiff_t count, ptrdiff_t inputs,
                                          ptrdiff_t outputs, ahead next) {
    switch (outputs / LANES) {
    case 8: multiply_nonzero_vectors(rows, weight, out, count, inputs, 8, next); break;
#if MOST_SPARSE_VECTORS == 16
    case 16: multiply_nonzero_vectors(rows, weight, out, count, inputs, 16, next); break;
#endif
    }
}

/* Copies LANES channels of pixels, and sets a bit of each channel for each pixel where it is not zero. */
static inline void gather_pixels(const float *rows, ptrdiff_t count, ptrdiff_t inputs, float *copy, uint64_t *bits) {
    lanes_mask halves[2] = {{0}};
    for (ptrdiff_t row = 0; row < count; row++) {
        vec value = load(rows + row * inputs);
        store(copy + row * LANES, value);
        halves[row / 32] |= (lanes_mask)(value != 0) & (int)(1u << row % 32);
    }
    for (int i = 0; i < LANES; i++) bits[i] = (uint32_t)halves[0][i] | (uint64_t)(uint32_t)halves[1][i] << 32;
}

static ALWAYS_INLINE void add_nonzero_outer_vectors(const float *rows, const float *gradients, float *filters, ptrdiff_t count,
                                                    ptrdiff_t inputs, int vectors, ahead next) {
    ptrdiff_t strip = strip_of(vectors);
    ahead share = share_of(next, (count + strip - 1) / strip * inputs);
    for (ptrdiff_t first = 0; first < count; first += strip) {
        ptrdiff_t length = count - first < strip ? count - first : strip;
        for (ptrdiff_t c = 0; c < inputs; c += LANES) {
            uint64_t bits[LANES];
            float pixels[WORD * LANES];
            gather_pixels(rows + first * inputs + c, length, inputs, pixels, bits);
            for (int lane = 0; lane < LANES; lane++, share = next_share(share)) {
                float *filter = filters + (c + lane) * vectors * LANES;
                vec sums[MOST_SPARSE_VECTORS];
                fetch_all(share);
                for (int v = 0; v < vectors; v++) sums[v] = load(filter + v * LANES);
                add_nonzero(bits[lane], pixels + lane, LANES, gradients + first * vectors * LANES, vectors, sums);
                for (int v = 0; v < vectors; v++) store(filter + v * LANES, sums[v]);
            }
        }
    }
}

/* filters (inputs x outputs) += rows (count x inputs) transposed times gradients (count x outputs). */
static NEVER_INLINE void add_nonzero_outer(const float *rows, const float *gradients, float *filters, ptrdiff_t count,
                                           ptrdiff_t inputs, ptrdiff_t outputs, ahead next) {
    switch (outputs / LANES) {
    case 8: add_nonzero_outer_vectors(rows, gradients, filters, count, inputs, 8, next); break;
#if MOST_SPARSE_VECTORS == 16
    case 16: add_nonzero_outer_vectors(rows, gradients, filters, count, inputs, 16, next); break;
#endif
    }
}

#endif
