/*
 * An operation of a program: a row of the table that a network is compiled into.
 *
 * Places are distances from the start of the arena in floats; ABSENT where there is nothing. Images are batch x height x width
 * x channels. A normalisation has its weight and its bias one after the other at one place, and so have their gradients. A
 * normalisation without weight and bias has only statistics.
 */
#ifndef RMINAS_OPERATION_H
#define RMINAS_OPERATION_H

#include <math.h>
#include <string.h>

#include "kernels.h"
#include "pixels.h"

#define ABSENT (-1)
#define NORM_EPSILON 1e-5f
/* Floats in 64 bytes, by which everything is aligned. */
#define ALIGNMENT 16

/* In the order of `KINDS` in program.py. */
#define OPERATIONS(RUNS, NEEDS_SCRATCH)           \
    NEEDS_SCRATCH(tiled_convolution)              \
    NEEDS_SCRATCH(tiled_convolution_gradient)     \
    NEEDS_SCRATCH(pointwise_convolution)          \
    NEEDS_SCRATCH(pointwise_convolution_gradient) \
    NEEDS_SCRATCH(depthwise_convolution)          \
    NEEDS_SCRATCH(depthwise_convolution_gradient) \
    NEEDS_SCRATCH(strided_convolution)            \
    NEEDS_SCRATCH(strided_convolution_gradient)   \
    RUNS(sum)                                     \
    RUNS(shift_gradient)                          \
    NEEDS_SCRATCH(pooling)                        \
    NEEDS_SCRATCH(pooling_gradient)               \
    RUNS(maximum)                                 \
    RUNS(maximum_gradient)                        \
    RUNS(halving)                                 \
    RUNS(halving_gradient)                        \
    RUNS(sampling)                                \
    RUNS(sampling_gradient)                       \
    RUNS(insertion)                               \
    RUNS(insertion_gradient)                      \
    NEEDS_SCRATCH(normalisation)                  \
    NEEDS_SCRATCH(normalisation_gradient)         \
    RUNS(activation)                              \
    NEEDS_SCRATCH(activation_gradient)            \
    NEEDS_SCRATCH(classification)                 \
    NEEDS_SCRATCH(classification_gradient)        \
    NEEDS_SCRATCH(comparison)                     \
    NEEDS_SCRATCH(comparison_gradient)

#define KIND(name) KIND_##name,
enum kind { OPERATIONS(KIND, KIND) };

/* A term of a sum: images; the statistics that normalise them; or a normalisation of zeros, which is its bias. */
typedef struct {
    ptrdiff_t pixels, statistics, norm;
} addend;

typedef struct {
    /* The function, and the library that has it for vectors as wide as the channels allow. */
    ptrdiff_t kind, library;
    /* Of x. */
    ptrdiff_t batch, height, width, inputs;
    /* Channels of y; or classes. */
    ptrdiff_t outputs;
    /* Of the pixels that are read: side of the kernel, their distance in y's pixels and in the kernel, and the first one. */
    ptrdiff_t side, stride, dilation, first;
    /* Whether x is rectified while it is read: 1, or 6 if it may be at most 6. Where it has statistics, it is normalised before. */
    ptrdiff_t rectifies;
    ptrdiff_t x, x_statistics, y, weight, norm, statistics, reference;
    /* Where the sums that `rminas_norm_factors` needs are: for y they are read, for x they are written. */
    ptrdiff_t y_gradient, y_sums, base, x_gradient, x_sums, weight_gradient, norm_gradient;
    addend terms[MOST_TERMS];
    double factor;
} operation;

typedef struct {
    void (*run)(const operation *o, float *arena, float *scratch);
    /* Floats of scratch memory; null where none are needed. */
    ptrdiff_t (*scratch)(const operation *o);
} implementation;

static inline float *at(float *arena, ptrdiff_t place) { return place == ABSENT ? NULL : arena + place; }

static inline ptrdiff_t aligned(ptrdiff_t floats) { return (floats + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

/* Takes floats from the scratch memory. */
static inline float *take(float **scratch, ptrdiff_t floats) {
    float *taken = *scratch;
    *scratch += aligned(floats);
    return taken;
}

static inline float *take_zeros(float **scratch, ptrdiff_t floats) {
    return memset(take(scratch, floats), 0, floats * sizeof(float));
}

static inline ptrdiff_t pixels_of(const operation *o) { return o->batch * o->height * o->width; }

/* Pixels of y, of an operation with a stride. */
static inline ptrdiff_t strided_length(ptrdiff_t length, ptrdiff_t stride) { return (length - 1) / stride + 1; }

static inline ptrdiff_t strided_pixels(const operation *o) {
    return o->batch * strided_length(o->height, o->stride) * strided_length(o->width, o->stride);
}

/* x as the operation reads it. */
static inline source source_of(const operation *o, const float *arena) {
    const float *statistics = o->x_statistics == ABSENT ? NULL : arena + o->x_statistics;
    return (source){
        .pixels = arena + o->x,
        .scale = statistics ? statistics + 2 * o->inputs : NULL,
        .shift = statistics ? statistics + 3 * o->inputs : NULL,
        .mean = statistics,
        .rectifies = o->rectifies != 0,
        .most = o->rectifies > 1 ? o->rectifies : INFINITY,
    };
}

/* Where the gradient of x is written. Clears the sums. */
static inline sink sink_of(const operation *o, float *arena) {
    double *sums = (double *)at(arena, o->x_sums);
    if (sums) memset(sums, 0, 2 * o->inputs * sizeof(double));
    return (sink){source_of(o, arena), at(arena, o->base), at(arena, o->x_gradient), sums, o->inputs, 0};
}

/* The gradient of y before its normalisation; writes the gradients of the normalisation. factors: 3 x outputs. */
static inline images gradient_before_norm(const operation *o, float *arena, float *factors, ptrdiff_t pixels) {
    const float *gradient = arena + o->y_gradient, *statistics = at(arena, o->statistics), *y = at(arena, o->y);
    if (!statistics) return (images){.pixels = gradient};
    const float *weight = at(arena, o->norm);
    float *vectors = at(arena, o->norm_gradient);
    if (o->y_sums == ABSENT)
        rminas_norm_gradient(y, gradient, weight, statistics, factors, vectors, pixels, o->outputs);
    else
        rminas_norm_factors((double *)(arena + o->y_sums), weight, statistics, factors, vectors, pixels, o->outputs);
    return (images){gradient, y, factors, factors + o->outputs, factors + 2 * o->outputs, statistics};
}

/* The statistics of y from the moments of its parts. */
static inline void write_statistics(const operation *o, float *arena, const double *moments, ptrdiff_t parts,
                                    ptrdiff_t pixels) {
    const float *weight = at(arena, o->norm), *bias = weight ? weight + o->outputs : NULL;
    rminas_norm_statistics(moments, parts, weight, bias, NORM_EPSILON, arena + o->statistics, pixels, o->outputs);
}

/* Floats that the moments of parts take. */
static inline ptrdiff_t moments_size(ptrdiff_t parts, ptrdiff_t channels) {
    return parts * 2 * channels * (ptrdiff_t)(sizeof(double) / sizeof(float));
}

/* to (columns x rows) = from (rows x columns) transposed. */
static inline void transpose(const float *from, float *to, ptrdiff_t rows, ptrdiff_t columns) {
    for (ptrdiff_t row = 0; row < rows; row++)
        for (ptrdiff_t column = 0; column < columns; column++) to[column * rows + row] = from[row * columns + column];
}

#endif
