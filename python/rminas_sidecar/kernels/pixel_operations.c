/*
 * Operations that compute each pixel of y from one of x: samples of pixels, images as channels of others, and normalisations;
 * and their gradients.
 */
#include "operation.h"
#include "products.h"

/* A line of y, from every `stride`th pixel of x, as floats from the start of x. */
static ptrdiff_t sampled_line(const operation *o, ptrdiff_t line) {
    ptrdiff_t height = strided_length(o->height, o->stride);
    return ((line / height * o->height + line % height * o->stride + o->first) * o->width + o->first) * o->inputs;
}

/* y = every `stride`th pixel of x in both directions, beginning with line and column `first`. */
void rminas_sampling(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    source x = source_of(o, arena);
    ptrdiff_t width = strided_length(o->width, o->stride), lines = strided_pixels(o) / width;
    for (ptrdiff_t line = 0; line < lines; line++)
        FOR_GROUPS(o->inputs, read_pixels(x, sampled_line(o, line), o->stride * o->inputs, c, width, vectors,
                                          pixels_at(arena + o->y, line * width, o->inputs, c)))
}

void rminas_sampling_gradient(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    sink x = sink_of(o, arena);
    ptrdiff_t width = strided_length(o->width, o->stride), lines = strided_pixels(o) / width;
    memset(x.gradient, 0, pixels_of(o) * o->inputs * sizeof(float));
    for (ptrdiff_t line = 0; line < lines; line++)
        FOR_GROUPS(o->inputs, write_pixels(x, pixels_at(arena + o->y_gradient, line * width, o->inputs, c),
                                           sampled_line(o, line), o->stride * o->inputs, c, width, vectors))
}

/* Channels from `first` on of y = x as it is read. y has `outputs` channels. */
void rminas_insertion(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    source x = source_of(o, arena);
    FOR_GROUPS(o->inputs, read_pixels(x, 0, o->inputs, c, pixels_of(o), vectors,
                                      pixels_at(arena + o->y + o->first, 0, o->outputs, c)))
}

void rminas_insertion_gradient(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    sink x = sink_of(o, arena);
    for (ptrdiff_t pixel = 0; pixel < pixels_of(o); pixel += RUN) {
        ptrdiff_t count = pixels_of(o) - pixel < RUN ? pixels_of(o) - pixel : RUN;
        FOR_GROUPS(o->inputs, write_pixels(x, pixels_at(arena + o->y_gradient + o->first, pixel, o->outputs, c),
                                           pixel * o->inputs, o->inputs, c, count, vectors))
    }
}

ptrdiff_t rminas_normalisation_scratch(const operation *o) { return moments_size(1, o->outputs); }

/* Writes the statistics of y, which are images that another operation has computed. */
void rminas_normalisation(const operation *o, float *arena, float *scratch) {
    double *moments = (double *)take_zeros(&scratch, moments_size(1, o->outputs));
    for (ptrdiff_t pixel = 0; pixel < pixels_of(o); pixel += BLOCK)
        add_block_moments(arena + o->y + pixel * o->outputs, o->outputs, moments);
    write_statistics(o, arena, moments, 1, pixels_of(o));
}

ptrdiff_t rminas_normalisation_gradient_scratch(const operation *o) { return 3 * o->outputs; }

/* x_gradient = the gradient of y before the normalisation. */
void rminas_normalisation_gradient(const operation *o, float *arena, float *scratch) {
    images gradient = gradient_before_norm(o, arena, scratch, pixels_of(o));
    FOR_GROUPS(o->outputs, read_gradient_pixels(gradient, 0, o->outputs, c, pixels_of(o), vectors,
                                                pixels_at(arena + o->x_gradient, 0, o->outputs, c)))
}
