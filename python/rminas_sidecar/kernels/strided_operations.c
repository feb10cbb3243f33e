/*
 * Operations: ReLU, a 3 x 3 convolution with stride 2 and padding 1, and the statistics of its output; and their gradients.
 * The rectified patches of a block of output pixels are gathered into rows, and multiplied.
 */
#include "operation.h"
#include "products.h"

#define SIDE 3
#define STRIDE 2

/* The pixels of x that a patch has, by the pixel of y; -1 for those outside of the image. */
static void find_patch(const operation *o, ptrdiff_t pixel, ptrdiff_t *patch) {
    ptrdiff_t height = o->height / STRIDE, width = o->width / STRIDE;
    ptrdiff_t top = pixel / width % height * STRIDE - 1, left = pixel % width * STRIDE - 1;
    ptrdiff_t image = pixel / (height * width);
    for (ptrdiff_t i = 0; i < SIDE; i++)
        for (ptrdiff_t j = 0; j < SIDE; j++) {
            ptrdiff_t h = top + i, w = left + j;
            int inside = h >= 0 && h < o->height && w >= 0 && w < o->width;
            patch[SIDE * i + j] = inside ? (image * o->height + h) * o->width + w : -1;
        }
}

/* The rectified patches of a block: BLOCK x 9 x inputs. */
static void gather(const operation *o, const float *x, ptrdiff_t block, float *rows) {
    images from = {.pixels = x};
    for (ptrdiff_t row = 0; row < BLOCK; row++) {
        ptrdiff_t patch[SIDE * SIDE];
        find_patch(o, block * BLOCK + row, patch);
        for (int k = 0; k < SIDE * SIDE; k++, rows += o->inputs)
            for (ptrdiff_t c = 0; c < o->inputs; c += LANES)
                store(rows + c, patch[k] < 0 ? (vec){0} : rectified(from, patch[k] * o->inputs + c, c));
    }
}

/* Adds rows like those of `gather` to the pixels that they come from. */
static void scatter(const operation *o, const float *rows, ptrdiff_t block, float *x) {
    for (ptrdiff_t row = 0; row < BLOCK; row++) {
        ptrdiff_t patch[SIDE * SIDE];
        find_patch(o, block * BLOCK + row, patch);
        for (int k = 0; k < SIDE * SIDE; k++, rows += o->inputs)
            for (ptrdiff_t c = 0; c < o->inputs && patch[k] >= 0; c += LANES) {
                float *to = x + patch[k] * o->inputs + c;
                store(to, load(to) + load(rows + c));
            }
    }
}

ptrdiff_t rminas_strided_convolution_scratch(const operation *o) {
    return aligned(moments_size(1, o->outputs)) + BLOCK * SIDE * SIDE * o->inputs;
}

void rminas_strided_convolution(const operation *o, float *arena, float *scratch) {
    ptrdiff_t length = SIDE * SIDE * o->inputs, pixels = strided_pixels(o);
    double *moments = (double *)take_zeros(&scratch, moments_size(1, o->outputs));
    for (ptrdiff_t block = 0; block < pixels / BLOCK; block++) {
        float *answer = arena + o->y + block * BLOCK * o->outputs;
        gather(o, arena + o->x, block, scratch);
        multiply(scratch, arena + o->weight, answer, length, o->outputs);
        add_block_moments(answer, o->outputs, moments);
    }
    write_statistics(o, arena, moments, 1, pixels);
}

ptrdiff_t rminas_strided_convolution_gradient_scratch(const operation *o) {
    ptrdiff_t length = SIDE * SIDE * o->inputs;
    return aligned(3 * o->outputs) + aligned(length * o->outputs) + aligned(BLOCK * length) + BLOCK * o->outputs;
}

/* x_gradient must not be where `base` is. */
void rminas_strided_convolution_gradient(const operation *o, float *arena, float *scratch) {
    ptrdiff_t length = SIDE * SIDE * o->inputs, pixels = strided_pixels(o), floats = pixels_of(o) * o->inputs;
    images gradient = gradient_before_norm(o, arena, take(&scratch, 3 * o->outputs), pixels);
    float *turned = take(&scratch, length * o->outputs), *rows = take(&scratch, BLOCK * length);
    float *x = arena + o->x, *x_gradient = arena + o->x_gradient, *filters = arena + o->weight_gradient;
    transpose(arena + o->weight, turned, length, o->outputs);
    memset(filters, 0, length * o->outputs * sizeof(float));
    memset(x_gradient, 0, floats * sizeof(float));
    for (ptrdiff_t block = 0; block < pixels / BLOCK; block++) {
        for (ptrdiff_t row = 0; row < BLOCK; row++)
            for (ptrdiff_t c = 0; c < o->outputs; c += LANES)
                store(scratch + row * o->outputs + c,
                      normalised_gradient(gradient, (block * BLOCK + row) * o->outputs + c, c));
        gather(o, x, block, rows);
        add_outer(rows, scratch, filters, length, o->outputs);
        multiply(scratch, turned, rows, o->outputs, length);
        scatter(o, rows, block, x_gradient);
    }
    for (ptrdiff_t i = 0; i < floats; i += LANES)
        add_where_positive(load(x_gradient + i), x, at(arena, o->base), x_gradient, i);
}
