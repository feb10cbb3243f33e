/* Operations: 1 x 1 convolutions, the statistics of their outputs if these are normalised, and their gradients. */
#include "operation.h"
#include "products.h"
#include "sparse_products.h"

/* Pixels that are multiplied while they are in the cache; a multiple of BLOCK. */
#define ROWS 64
/* Pixels in a part. Each part has its own sums. */
#define PART 4096
/* Floats of images that the next operation would not find in a cache. They are written past the caches. */
#define STREAMED (1 << 22)

static ptrdiff_t parts_of(const operation *o) { return (pixels_of(o) + PART - 1) / PART; }

static ptrdiff_t rows_at(const operation *o, ptrdiff_t first) {
    return pixels_of(o) - first < ROWS ? pixels_of(o) - first : ROWS;
}

/* The rows of images that are read after those at `first`. */
static ahead rows_after(const operation *o, const float *one, const float *other, ptrdiff_t first, ptrdiff_t channels) {
    ptrdiff_t start = first + ROWS;
    ptrdiff_t count = start < pixels_of(o) ? rows_at(o, start) : 0;
    return (ahead){one + start * channels, other + start * channels, count * channels};
}

/* Rows, and the sums of their columns and of the squares: 2 x columns. */
typedef struct {
    table out;
    float *moments;
} summed_table;

static ALWAYS_INLINE void store_and_sum_tile(const void *to, const vec *sums, ptrdiff_t row, ptrdiff_t column, int vectors) {
    const summed_table *summed = to;
    store_tile(&summed->out, sums, row, column, vectors);
    for (int v = 0; v < vectors; v++) {
        float *moment = summed->moments + column + v * LANES;
        vec sum = {0}, square = {0};
        for (int i = 0; i < TILE_ROWS; i++) {
            vec value = sums[i * vectors + v];
            sum += value;
            square += value * value;
        }
        store(moment, load(moment) + sum);
        store(moment + summed->out.columns, load(moment + summed->out.columns) + square);
    }
}

/* As `multiply_panels`, and adds to the moments. */
static NEVER_INLINE void multiply_panels_and_sum(const float *rows, const float *panels, summed_table to, ptrdiff_t count,
                                                 ptrdiff_t inputs, ahead next) {
    multiply_panels_and(rows, panels, count, inputs, to.out.columns, next, store_and_sum_tile, &to);
}

ptrdiff_t rminas_pointwise_convolution_scratch(const operation *o) {
    return aligned(moments_size(parts_of(o), o->outputs)) + aligned(2 * o->outputs) + aligned(o->inputs * o->outputs) +
           ROWS * o->inputs;
}

/* weight: inputs x outputs. */
void rminas_pointwise_convolution(const operation *o, float *arena, float *scratch) {
    source x = source_of(o, arena);
    int streams = pixels_of(o) * o->outputs >= STREAMED;
    double *moments = (double *)take_zeros(&scratch, moments_size(parts_of(o), o->outputs));
    float *block_moments = take(&scratch, 2 * o->outputs), *panels = take(&scratch, o->inputs * o->outputs), *rows = scratch;
    pack_panels(arena + o->weight, panels, o->inputs, o->outputs, o->outputs);
    for (ptrdiff_t first = 0; first < pixels_of(o); first += ROWS) {
        ptrdiff_t count = rows_at(o, first);
        float *y = arena + o->y + first * o->outputs;
        double *part = moments + first / PART * 2 * o->outputs;
        FOR_GROUPS(o->inputs, read_pixels(x, first * o->inputs, o->inputs, c, count, vectors,
                                          pixels_at(rows, 0, o->inputs, c)))
        ahead next = rows_after(o, x.pixels, x.pixels, first, o->inputs);
        if (x.rectifies && skips_zeros(rows, BLOCK * o->inputs, o->outputs)) {
            multiply_nonzero(rows, arena + o->weight, y, count, o->inputs, o->outputs, next);
            FOR_GROUPS(o->outputs, add_pixel_moments(pixels_at(y, 0, o->outputs, c), count, c, vectors, part, o->outputs))
        } else {
            memset(block_moments, 0, 2 * o->outputs * sizeof(float));
            multiply_panels_and_sum(rows, panels, (summed_table){{y, o->outputs, streams}, block_moments}, count, o->inputs, next);
            for (ptrdiff_t i = 0; i < 2 * o->outputs; i += LANES) add_lanes(part + i, load(block_moments + i));
        }
    }
    if (o->statistics != ABSENT) write_statistics(o, arena, moments, parts_of(o), pixels_of(o));
}

ptrdiff_t rminas_pointwise_convolution_gradient_scratch(const operation *o) {
    ptrdiff_t count = o->inputs * o->outputs;
    return aligned(3 * o->outputs) + aligned(count) + aligned(parts_of(o) * count) + ROWS * (o->inputs + o->outputs);
}

static void add_parts(const float *sums, float *sum, ptrdiff_t parts, ptrdiff_t count) {
    memcpy(sum, sums, count * sizeof(float));
    for (ptrdiff_t part = 1; part < parts; part++)
        for (ptrdiff_t i = 0; i < count; i++) sum[i] += sums[part * count + i];
}

/* Where the gradients of rows of x are written: from `at` floats after the start of the images on. */
typedef struct {
    sink to;
    ptrdiff_t at;
} gradient_rows;

static ALWAYS_INLINE void write_tile(const void *to, const vec *sums, ptrdiff_t row, ptrdiff_t column, int vectors) {
    const gradient_rows *rows = to;
    ptrdiff_t channels = rows->to.channels;
    block values = {(float *)sums, vectors * LANES, LANES};
    write_pixels(rows->to, values, rows->at + row * channels, channels, column, TILE_ROWS, vectors);
}

/* As `multiply_panels`, but writes the products as gradients of x. */
static NEVER_INLINE void multiply_panels_into(gradient_rows to, const float *rows, const float *panels, ptrdiff_t count,
                                              ptrdiff_t inputs, ahead next) {
    multiply_panels_and(rows, panels, count, inputs, to.to.channels, next, write_tile, &to);
}

/* x_gradient may be absent. */
void rminas_pointwise_convolution_gradient(const operation *o, float *arena, float *scratch) {
    ptrdiff_t inputs = o->inputs, outputs = o->outputs, filters = inputs * outputs;
    images gradient = gradient_before_norm(o, arena, take(&scratch, 3 * outputs), pixels_of(o));
    float *panels = take(&scratch, filters), *sums = take(&scratch, parts_of(o) * filters);
    float *rows = take(&scratch, ROWS * inputs), *back = scratch;
    if (parts_of(o) == 1) sums = arena + o->weight_gradient;
    memset(sums, 0, parts_of(o) * filters * sizeof(float));
    sink to = sink_of(o, arena);
    pack_turned_panels(arena + o->weight, panels, inputs, outputs);
    for (ptrdiff_t first = 0; first < pixels_of(o); first += ROWS) {
        ptrdiff_t count = rows_at(o, first);
        FOR_GROUPS(outputs, read_gradient_pixels(gradient, first * outputs, outputs, c, count, vectors,
                                                 pixels_at(back, 0, outputs, c)))
        FOR_GROUPS(inputs, read_pixels(to.x, first * inputs, inputs, c, count, vectors, pixels_at(rows, 0, inputs, c)))
        ahead next = rows_after(o, gradient.pixels, gradient.convolved ? gradient.convolved : gradient.pixels, first, outputs);
        if (to.x.rectifies && skips_zeros(rows, BLOCK * inputs, outputs))
            add_nonzero_outer(rows, back, sums + first / PART * filters, count, inputs, outputs, next);
        else
            add_outer_rows(rows, back, sums + first / PART * filters, count, inputs, outputs, next);
        if (!to.gradient) continue;
        next = rows_after(o, to.x.pixels, to.gradient, first, inputs);
        multiply_panels_into((gradient_rows){to, first * inputs}, back, panels, count, outputs, next);
    }
    if (parts_of(o) > 1) add_parts(sums, arena + o->weight_gradient, parts_of(o), filters);
}
