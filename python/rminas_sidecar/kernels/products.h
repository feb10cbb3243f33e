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
    add_lanes(sums, sum);
    add_lanes(squares, square);
}

/* Adds the moments of a block of rows to `moments`, 2 x channels. */
static ALWAYS_INLINE void add_block_moments(const float *rows, ptrdiff_t channels, double *moments) {
    for (ptrdiff_t c = 0; c < channels; c += LANES) {
        vec values[BLOCK];
        for (int row = 0; row < BLOCK; row++) values[row] = load(rows + row * channels + c);
        add_moments(values, BLOCK, moments + c, moments + channels + c);
    }
}

/* Rows that are multiplied side by side, and vectors of columns: as many sums as the registers hold. */
#if defined(__AVX512F__)
#define TILE_ROWS 8
#else
#define TILE_ROWS 4
#endif
#define TILE_VECTORS 2
#define PANEL (TILE_VECTORS * LANES)

/* The width of a panel that begins at a column. */
static inline ptrdiff_t panel_width(ptrdiff_t column, ptrdiff_t columns) {
    return columns - column < PANEL ? columns - column : PANEL;
}

/*
 * Copies a matrix into panels: PANEL columns at a time, row by row, so that products read them one float after the other. Rows
 * are `distance` floats apart.
 */
static inline void pack_panels(const float *matrix, float *panels, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t distance) {
    for (ptrdiff_t column = 0; column < columns; column += PANEL) {
        ptrdiff_t width = panel_width(column, columns);
        for (ptrdiff_t row = 0; row < rows; row++, panels += width)
            for (ptrdiff_t i = 0; i < width; i += LANES) store(panels + i, load(matrix + row * distance + column + i));
    }
}

/* The same of a matrix transposed. rows and columns: multiples of LANES. */
static inline void pack_turned_panels(const float *matrix, float *panels, ptrdiff_t rows, ptrdiff_t columns) {
    for (ptrdiff_t row = 0; row < rows; row += PANEL) {
        ptrdiff_t width = panel_width(row, rows);
        for (ptrdiff_t column = 0; column < columns; column += LANES, panels += LANES * width)
            for (ptrdiff_t first = 0; first < width; first += LANES) {
                vec tile[LANES];
                for (int i = 0; i < LANES; i++) tile[i] = load(matrix + (row + first + i) * columns + column);
                transpose_lanes(tile);
                for (int i = 0; i < LANES; i++) store(panels + i * width + first, tile[i]);
            }
    }
}

/* Two pieces of memory of `count` floats that are needed next. Products fetch them into the cache while they compute. */
typedef struct {
    const float *first, *second;
    ptrdiff_t count;
} ahead;

#define NOTHING_AHEAD ((ahead){NULL, NULL, 0})

/* The part that each of so many tiles fetches, for the first one. */
static inline ahead share_of(ahead next, ptrdiff_t tiles) {
    return (ahead){next.first, next.second, (next.count + tiles - 1) / tiles};
}

static inline ahead next_share(ahead share) {
    return (ahead){share.first + share.count, share.second + share.count, share.count};
}

/* Floats that are fetched in each of so many steps. */
static inline ptrdiff_t stride_of(ahead share, ptrdiff_t steps) { return (share.count + steps - 1) / steps; }

static ALWAYS_INLINE void fetch(ahead share, ptrdiff_t at) {
    __builtin_prefetch(share.first + at, 0, 2);
    __builtin_prefetch(share.second + at, 0, 2);
}

/* Takes the sums of TILE_ROWS rows and `vectors` vectors of columns. to: what the function needs to know. */
typedef void (*finishing)(const void *to, const vec *sums, ptrdiff_t row, ptrdiff_t column, int vectors);

/* sum += TILE_ROWS rows times one panel of `vectors` vectors. */
static ALWAYS_INLINE void multiply_tile(const float *rows, const float *panel, ptrdiff_t inputs, int vectors, ahead next,
                                        vec *sum) {
    ptrdiff_t stride = stride_of(next, inputs);
    for (ptrdiff_t i = 0; i < inputs; i++, panel += vectors * LANES) {
        vec weight[TILE_VECTORS];
        fetch(next, i * stride);
        for (int v = 0; v < vectors; v++) weight[v] = load(panel + v * LANES);
        for (int row = 0; row < TILE_ROWS; row++)
            for (int v = 0; v < vectors; v++) sum[row * vectors + v] += rows[row * inputs + i] * weight[v];
    }
}

/* rows (count x inputs) times a packed matrix of inputs x outputs, given to `finish`. count: a multiple of BLOCK. */
static ALWAYS_INLINE void multiply_panels_and(const float *rows, const float *panels, ptrdiff_t count, ptrdiff_t inputs,
                                              ptrdiff_t outputs, ahead next, finishing finish, const void *to) {
    ahead share = share_of(next, count / TILE_ROWS * ((outputs + PANEL - 1) / PANEL));
    for (ptrdiff_t column = 0; column < outputs; column += PANEL) {
        ptrdiff_t width = panel_width(column, outputs);
        for (ptrdiff_t row = 0; row < count; row += TILE_ROWS, share = next_share(share)) {
            vec sum[TILE_ROWS * TILE_VECTORS] = {{0}};
            if (width == PANEL) {
                multiply_tile(rows + row * inputs, panels, inputs, TILE_VECTORS, share, sum);
                finish(to, sum, row, column, TILE_VECTORS);
            } else {
                multiply_tile(rows + row * inputs, panels, inputs, 1, share, sum);
                finish(to, sum, row, column, 1);
            }
        }
        panels += inputs * width;
    }
}

/* Rows of `columns` floats. streams: whether they are written past the caches. */
typedef struct {
    float *rows;
    ptrdiff_t columns;
    int streams;
} table;

static ALWAYS_INLINE void store_tile(const void *to, const vec *sums, ptrdiff_t row, ptrdiff_t column, int vectors) {
    const table *out = to;
    float *first = out->rows + row * out->columns + column;
    for (int i = 0; i < TILE_ROWS; i++)
        for (int v = 0; v < vectors; v++) put(first + i * out->columns + v * LANES, sums[i * vectors + v], out->streams);
}

/* out (count x outputs) = rows (count x inputs) times a packed matrix of inputs x outputs. count: a multiple of BLOCK. */
static NEVER_INLINE void multiply_panels(const float *rows, const float *panels, float *out, ptrdiff_t count,
                                         ptrdiff_t inputs, ptrdiff_t outputs, ahead next) {
    table to = {out, outputs, 0};
    multiply_panels_and(rows, panels, count, inputs, outputs, next, store_tile, &to);
}

/* TILE_ROWS x `vectors` vectors of filters += rows (count x inputs) transposed times gradients (count x outputs). */
static ALWAYS_INLINE void add_outer_tile(const float *rows, const float *gradients, float *filters, ptrdiff_t count,
                                         ptrdiff_t inputs, ptrdiff_t outputs, int vectors, ahead next) {
    vec sum[TILE_ROWS * TILE_VECTORS];
    ptrdiff_t stride = stride_of(next, count);
    for (int i = 0; i < TILE_ROWS; i++)
        for (int v = 0; v < vectors; v++) {
            sum[i * vectors + v] = load(filters + i * outputs + v * LANES);
            /* The next tile, which may no longer be in the cache. */
            __builtin_prefetch(filters + i * outputs + (vectors + v) * LANES, 1, 3);
        }
    for (ptrdiff_t row = 0; row < count; row++, rows += inputs, gradients += outputs) {
        vec gradient[TILE_VECTORS];
        fetch(next, row * stride);
        for (int v = 0; v < vectors; v++) gradient[v] = load(gradients + v * LANES);
        for (int i = 0; i < TILE_ROWS; i++)
            for (int v = 0; v < vectors; v++) sum[i * vectors + v] += rows[i] * gradient[v];
    }
    for (int i = 0; i < TILE_ROWS; i++)
        for (int v = 0; v < vectors; v++) store(filters + i * outputs + v * LANES, sum[i * vectors + v]);
}

/* filters (inputs x outputs) += rows (count x inputs) transposed times gradients (count x outputs). */
static NEVER_INLINE void add_outer_rows(const float *rows, const float *gradients, float *filters, ptrdiff_t count,
                                        ptrdiff_t inputs, ptrdiff_t outputs, ahead next) {
    ahead share = share_of(next, inputs / TILE_ROWS * ((outputs + PANEL - 1) / PANEL));
    for (ptrdiff_t input = 0; input < inputs; input += TILE_ROWS)
        for (ptrdiff_t column = 0; column < outputs; column += PANEL, share = next_share(share)) {
            float *tile = filters + input * outputs + column;
            if (panel_width(column, outputs) == PANEL)
                add_outer_tile(rows + input, gradients + column, tile, count, inputs, outputs, TILE_VECTORS, share);
            else
                add_outer_tile(rows + input, gradients + column, tile, count, inputs, outputs, 1, share);
        }
}

#endif
