/* Operations without filters: sums, means over 2 x 2 pixels, and rectified normalisations; and their gradients. */
#include "operation.h"

/* y = the sum of the terms. */
void rminas_sum(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    term terms[MOST_TERMS];
    ptrdiff_t count = 0, channels = o->outputs;
    for (int i = 0; i < MOST_TERMS; i++) {
        const float *statistics = at(arena, o->terms[i].statistics), *norm = at(arena, o->terms[i].norm);
        const float *pixels = at(arena, o->terms[i].pixels);
        if (!pixels && !norm) continue;
        const float *shift = norm ? norm + channels : statistics ? statistics + 3 * channels : NULL;
        terms[count++] = (term){pixels, statistics ? statistics + 2 * channels : NULL, shift};
    }
    rminas_add(terms, count, arena + o->y, pixels_of(o), channels);
}

/* The gradient of the bias that a normalisation of zeros is; that of its weight is zero. */
void rminas_shift_gradient(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    float *weight = arena + o->norm_gradient, *bias = weight + o->outputs;
    const float *gradient = arena + o->y_gradient;
    for (ptrdiff_t c = 0; c < o->outputs; c++) {
        double total = 0;
        for (ptrdiff_t pixel = 0; pixel < pixels_of(o); pixel++) total += gradient[pixel * o->outputs + c];
        weight[c] = 0;
        bias[c] = total;
    }
}

/* The upper left one of the four pixels of x that a pixel of y is the mean of, as an index of a float. */
static ptrdiff_t corner(const operation *o, ptrdiff_t pixel) {
    ptrdiff_t height = o->height / 2, width = o->width / 2, line = pixel / width;
    return ((line / height * o->height + line % height * 2) * o->width + pixel % width * 2) * o->inputs;
}

/* y = the means over 2 x 2 pixels, with stride 2. */
void rminas_halving(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    ptrdiff_t right = o->inputs, below = o->width * o->inputs;
    float *y = arena + o->y;
    for (ptrdiff_t pixel = 0; pixel < pixels_of(o) / 4; pixel++, y += o->inputs) {
        const float *x = arena + o->x + corner(o, pixel);
        for (ptrdiff_t c = 0; c < o->inputs; c++) y[c] = (x[c] + x[right + c] + x[below + c] + x[below + right + c]) / 4;
    }
}

void rminas_halving_gradient(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    ptrdiff_t right = o->inputs, below = o->width * o->inputs;
    const float *gradient = arena + o->y_gradient;
    for (ptrdiff_t pixel = 0; pixel < pixels_of(o) / 4; pixel++, gradient += o->inputs) {
        float *x = arena + o->x_gradient + corner(o, pixel);
        for (ptrdiff_t c = 0; c < o->inputs; c++)
            x[c] = x[right + c] = x[below + c] = x[below + right + c] = gradient[c] / 4;
    }
}

/* y = ReLU of the normalised images; writes mean and inverse standard deviation. */
void rminas_activation(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    const float *norm = arena + o->norm;
    float *statistics = arena + o->statistics, *y = arena + o->y;
    rminas_normalise(arena + o->x, norm, norm + o->inputs, NORM_EPSILON, y, statistics, statistics + o->inputs,
                     pixels_of(o), o->inputs);
    for (ptrdiff_t i = 0; i < pixels_of(o) * o->inputs; i += LANES) store(y + i, keep_positive(load(y + i), load(y + i)));
}

ptrdiff_t rminas_activation_gradient_scratch(const operation *o) { return 3 * o->inputs; }

/* Overwrites the gradient of y. */
void rminas_activation_gradient(const operation *o, float *arena, float *scratch) {
    float *gradient = arena + o->y_gradient, *x = arena + o->x, *y = arena + o->y, *statistics = arena + o->statistics;
    for (ptrdiff_t i = 0; i < pixels_of(o) * o->inputs; i += LANES)
        store(gradient + i, keep_positive(load(gradient + i), load(y + i)));
    rminas_norm_gradient(x, gradient, arena + o->norm, statistics, scratch, arena + o->norm_gradient, pixels_of(o), o->inputs);
    rminas_normalise_gradient(x, gradient, statistics, scratch, arena + o->x_gradient, pixels_of(o), o->inputs);
}
