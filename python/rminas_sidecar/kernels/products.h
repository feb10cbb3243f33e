/* Products of small matrices. A row is a pixel or a tile; the lengths of rows are multiples of LANES and of BLOCK. */
#ifndef RMINAS_PRODUCTS_H
#define RMINAS_PRODUCTS_H

#include "vectors.h"

/* Rows in a product: as many accumulators hide the latency of a multiplication. */
#define BLOCK 8

/* out (BLOCK x outputs) = rows (BLOCK x inputs) times filters (inputs x outputs). */
static ALWAYS_INLINE void multiply(const float *rows, const float *filters, float *out, ptrdiff_t inputs,
                                   ptrdiff_t outputs) {
    for (ptrdiff_t o = 0; o < outputs; o += LANES) {
        const float *p = rows, *f = filters + o;
        vec sum[BLOCK] = {{0}};
        for (ptrdiff_t c = 0; c < inputs; c++, p++, f += outputs) {
            vec weight = load(f);
            for (int row = 0; row < BLOCK; row++) sum[row] += p[row * inputs] * weight;
        }
        for (int row = 0; row < BLOCK; row++) store(out + row * outputs + o, sum[row]);
    }
}

/* filters (inputs x outputs) += rows (BLOCK x inputs) transposed times gradients (BLOCK x outputs). */
static ALWAYS_INLINE void add_outer(const float *rows, const float *gradients, float *filters, ptrdiff_t inputs,
                             ptrdiff_t outputs) {
    for (ptrdiff_t c = 0; c < inputs; c += BLOCK)
        for (ptrdiff_t o = 0; o < outputs; o += LANES) {
            const float *p = rows + c, *q = gradients + o;
            float *f = filters + c * outputs + o;
            vec sum[BLOCK];
            for (int i = 0; i < BLOCK; i++) sum[i] = load(f + i * outputs);
            for (int row = 0; row < BLOCK; row++, p += inputs, q += outputs) {
                vec gradient = load(q);
                for (int i = 0; i < BLOCK; i++) sum[i] += p[i] * gradient;
            }
            for (int i = 0; i < BLOCK; i++) store(f + i * outputs, sum[i]);
        }
}

/* Adds the sums of `count` pixels and of their squares, for LANES channels. */
static ALWAYS_INLINE void add_moments(const vec *values, int count, double *sums, double *squares) {
    vec sum = {0}, square = {0};
    for (int i = 0; i < count; i++) {
        sum += values[i];
        square += values[i] * values[i];
    }
    for (int i = 0; i < LANES; i++) {
        sums[i] += sum[i];
        squares[i] += square[i];
    }
}

/* Adds the moments of a block of rows to `moments`, 2 x channels. */
static ALWAYS_INLINE void add_block_moments(const float *rows, ptrdiff_t channels, double *moments) {
    for (ptrdiff_t c = 0; c < channels; c += LANES) {
        vec values[BLOCK];
        for (int row = 0; row < BLOCK; row++) values[row] = load(rows + row * channels + c);
        add_moments(values, BLOCK, moments + c, moments + channels + c);
    }
}

#endif
