/*
 * Operations: 1 x 1 convolutions and their gradients. A convolution rectifies its input and is normalised; a projection does
 * not rectify it, and is normalised only if it has a normalisation.
 */
#include "operation.h"
#include "products.h"

/* The same as in convolution.py: blocks in a part. */
#define PART 512

static ptrdiff_t blocks_of(const operation *o) { return pixels_of(o) / BLOCK; }

static ptrdiff_t parts_of(const operation *o) { return (blocks_of(o) + PART - 1) / PART; }

static ptrdiff_t rows_size(const operation *o) { return BLOCK * (2 * o->inputs + o->outputs); }

ptrdiff_t rminas_pointwise_convolution_scratch(const operation *o) {
    return aligned(moments_size(parts_of(o), o->outputs)) + rows_size(o);
}

void rminas_pointwise_convolution(const operation *o, float *arena, float *scratch) {
    double *moments = (double *)take_zeros(&scratch, moments_size(parts_of(o), o->outputs));
    rminas_convolve_pixels(arena + o->x, arena + o->weight, arena + o->y, moments, o->inputs, o->outputs, PART, 0,
                           blocks_of(o), scratch);
    write_statistics(o, arena, moments, parts_of(o), pixels_of(o));
}

ptrdiff_t rminas_pointwise_projection_scratch(const operation *o) { return rminas_pointwise_convolution_scratch(o); }

void rminas_pointwise_projection(const operation *o, float *arena, float *scratch) {
    int normalised = o->norm != ABSENT;
    double *moments = (double *)take_zeros(&scratch, moments_size(parts_of(o), o->outputs));
    rminas_project_pixels(arena + o->x, arena + o->weight, arena + o->y, normalised ? moments : NULL, o->inputs, o->outputs,
                          PART, 0, blocks_of(o), scratch);
    if (normalised) write_statistics(o, arena, moments, parts_of(o), pixels_of(o));
}

ptrdiff_t rminas_pointwise_convolution_gradient_scratch(const operation *o) {
    ptrdiff_t count = o->inputs * o->outputs;
    return aligned(3 * o->outputs) + aligned(count) + aligned(parts_of(o) * count) + rows_size(o);
}

static void add_parts(const float *sums, float *sum, ptrdiff_t parts, ptrdiff_t count) {
    memcpy(sum, sums, count * sizeof(float));
    for (ptrdiff_t part = 1; part < parts; part++)
        for (ptrdiff_t i = 0; i < count; i++) sum[i] += sums[part * count + i];
}

static void pointwise_gradient(const operation *o, float *arena, float *scratch, int rectifies) {
    ptrdiff_t count = o->inputs * o->outputs, parts = parts_of(o), blocks = blocks_of(o);
    images gradient = gradient_before_norm(o, arena, take(&scratch, 3 * o->outputs), pixels_of(o));
    float *turned = take(&scratch, count), *sums = take_zeros(&scratch, parts * count);
    float *x = arena + o->x, *x_gradient = at(arena, o->x_gradient);
    transpose(arena + o->weight, turned, o->inputs, o->outputs);
    if (rectifies)
        rminas_convolve_pixels_gradients(x, &gradient, turned, at(arena, o->base), x_gradient, sums, o->inputs, o->outputs,
                                         PART, 0, blocks, scratch);
    else
        rminas_project_pixels_gradients(x, &gradient, turned, x_gradient, sums, o->inputs, o->outputs, PART, 0, blocks,
                                        scratch);
    add_parts(sums, arena + o->weight_gradient, parts, count);
}

void rminas_pointwise_convolution_gradient(const operation *o, float *arena, float *scratch) {
    pointwise_gradient(o, arena, scratch, 1);
}

ptrdiff_t rminas_pointwise_projection_gradient_scratch(const operation *o) {
    return rminas_pointwise_convolution_gradient_scratch(o);
}

void rminas_pointwise_projection_gradient(const operation *o, float *arena, float *scratch) {
    pointwise_gradient(o, arena, scratch, 0);
}
