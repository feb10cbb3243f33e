/* Operations: ReLU, a 3 x 3 convolution by Winograd's algorithm, and the statistics of its output; and their gradients. */
#include "operation.h"
#include "products.h"
#include "transforms.h"

/* The same as in convolution.py: blocks in a part. */
#define PART 32

static ptrdiff_t blocks_of(const operation *o) {
    return (o->batch * (o->height / TILE) * (o->width / TILE) + BLOCK - 1) / BLOCK;
}

static ptrdiff_t parts_of(const operation *o) { return (blocks_of(o) + PART - 1) / PART; }

static ptrdiff_t tiles_size(const operation *o) { return PLANES * BLOCK * (o->inputs + o->outputs); }

ptrdiff_t rminas_tiled_convolution_scratch(const operation *o) {
    return aligned(moments_size(parts_of(o), o->outputs)) + aligned(PLANES * o->inputs * o->outputs) + tiles_size(o);
}

void rminas_tiled_convolution(const operation *o, float *arena, float *scratch) {
    ptrdiff_t count = o->inputs * o->outputs;
    double *moments = (double *)take_zeros(&scratch, moments_size(parts_of(o), o->outputs));
    float *filters = take(&scratch, PLANES * count);
    rminas_filter_transform(arena + o->weight, filters, count);
    rminas_convolve(arena + o->x, filters, arena + o->y, moments, o->batch, o->height, o->width, o->inputs, o->outputs, PART,
                    0, blocks_of(o), scratch);
    write_statistics(o, arena, moments, parts_of(o), pixels_of(o));
}

ptrdiff_t rminas_tiled_convolution_gradient_scratch(const operation *o) {
    ptrdiff_t count = o->inputs * o->outputs;
    return aligned(3 * o->outputs) + aligned(9 * count) + aligned(PLANES * count) + aligned(parts_of(o) * PLANES * count) +
           tiles_size(o);
}

void rminas_tiled_convolution_gradient(const operation *o, float *arena, float *scratch) {
    ptrdiff_t count = o->inputs * o->outputs, parts = parts_of(o);
    images gradient = gradient_before_norm(o, arena, take(&scratch, 3 * o->outputs), pixels_of(o));
    float *turned = take(&scratch, 9 * count), *filters = take(&scratch, PLANES * count);
    float *sums = take_zeros(&scratch, parts * PLANES * count);
    for (int k = 0; k < 9; k++)
        transpose(arena + o->weight + k * count, turned + (8 - k) * count, o->inputs, o->outputs);
    rminas_filter_transform(turned, filters, count);
    rminas_convolve_gradients(arena + o->x, &gradient, filters, at(arena, o->base), arena + o->x_gradient, sums, o->batch,
                              o->height, o->width, o->inputs, o->outputs, PART, 0, blocks_of(o), scratch);
    rminas_filter_transform_adjoint(sums, arena + o->weight_gradient, count, parts);
}
