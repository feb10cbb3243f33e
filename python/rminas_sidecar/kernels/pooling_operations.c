/* Operations: means and maxima over 3 x 3 pixels with padding 1, of which only those within the image count; and their gradients. */
#include "operation.h"

/* The pixels of x that a pixel of y is computed from, in lines and columns; the last ones excluded. */
typedef struct {
    ptrdiff_t top, bottom, left, right;
} window;

static window window_of(const operation *o, ptrdiff_t h, ptrdiff_t w) {
    ptrdiff_t down = h * o->stride, across = w * o->stride;
    return (window){
        .top = down ? down - 1 : 0,
        .bottom = down + 2 < o->height ? down + 2 : o->height,
        .left = across ? across - 1 : 0,
        .right = across + 2 < o->width ? across + 2 : o->width,
    };
}

/* Calls `body` for each pixel of y: `at` is its first float, and `in` its window in image `b`. */
#define FOR_WINDOWS(o, body)                                                                                    \
    for (ptrdiff_t b = 0, at = 0, lines = strided_length(o->height, o->stride); b < o->batch; b++)              \
        for (ptrdiff_t h = 0; h < lines; h++)                                                                   \
            for (ptrdiff_t w = 0; w < strided_length(o->width, o->stride); w++, at += o->inputs) {              \
                window in = window_of(o, h, w);                                                                 \
                body;                                                                                           \
            }

/* Calls `body` for each pixel of a window: `from` is its first float. */
#define FOR_PIXELS(o, b, in, body)                                                                \
    for (ptrdiff_t i = in.top; i < in.bottom; i++)                                                \
        for (ptrdiff_t j = in.left; j < in.right; j++) {                                          \
            ptrdiff_t from = ((b * o->height + i) * o->width + j) * o->inputs;                    \
            body;                                                                                 \
        }

static ptrdiff_t count_of(window in) { return (in.bottom - in.top) * (in.right - in.left); }

ptrdiff_t rminas_pooling_scratch(const operation *o) { return (o->width + 2) * o->inputs; }

static void average(const operation *o, const float *x, float *y, ptrdiff_t b, window in) {
    for (ptrdiff_t c = 0; c < o->inputs; c += LANES) {
        vec sum = {0};
        FOR_PIXELS(o, b, in, sum += load(x + from + c));
        store(y + c, sum / (float)count_of(in));
    }
}

/* y = the means. */
void rminas_pooling(const operation *o, float *arena, float *scratch) {
    const float *x = arena + o->x;
    float *y = arena + o->y;
    if (o->stride == 1) {
        rminas_average(x, y, scratch, 0, o->batch, o->height, o->width, o->inputs);
        return;
    }
    FOR_WINDOWS(o, average(o, x, y + at, b, in))
}

static void average_gradient(const operation *o, const float *gradient, float *x, ptrdiff_t b, window in) {
    for (ptrdiff_t c = 0; c < o->inputs; c += LANES) {
        vec share = load(gradient + c) / (float)count_of(in);
        FOR_PIXELS(o, b, in, store(x + from + c, load(x + from + c) + share));
    }
}

ptrdiff_t rminas_pooling_gradient_scratch(const operation *o) { return rminas_pooling_scratch(o); }

void rminas_pooling_gradient(const operation *o, float *arena, float *scratch) {
    const float *gradient = arena + o->y_gradient;
    float *x = arena + o->x_gradient;
    if (o->stride == 1) {
        rminas_average(gradient, x, scratch, 1, o->batch, o->height, o->width, o->inputs);
        return;
    }
    memset(x, 0, pixels_of(o) * o->inputs * sizeof(float));
    FOR_WINDOWS(o, average_gradient(o, gradient + at, x, b, in))
}

/* Where a value replaces the greatest one so far. As in torch, the first of equal values stays, and NaN is the greatest. */
static inline lanes_mask exceeds(vec value, vec most) { return (value > most) | (value != value); }

/* The greatest values of a window, and which of its pixels have them. */
static vec find_maximum(const operation *o, const float *x, ptrdiff_t b, window in, ptrdiff_t c, lanes_mask *chosen) {
    vec most = load(x + ((b * o->height + in.top) * o->width + in.left) * o->inputs + c);
    int number = 0;
    *chosen = (lanes_mask){0};
    FOR_PIXELS(o, b, in, {
        vec value = load(x + from + c);
        lanes_mask where = exceeds(value, most);
        most = choose(where, value, most);
        *chosen = (*chosen & ~where) | (where & number);
        number++;
    });
    return most;
}

static void greatest(const operation *o, const float *x, float *y, ptrdiff_t b, window in) {
    lanes_mask chosen;
    for (ptrdiff_t c = 0; c < o->inputs; c += LANES) store(y + c, find_maximum(o, x, b, in, c, &chosen));
}

/* y = the maxima. */
void rminas_maximum(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    const float *x = arena + o->x;
    float *y = arena + o->y;
    FOR_WINDOWS(o, greatest(o, x, y + at, b, in))
}

static void greatest_gradient(const operation *o, const float *x, const float *gradient, float *x_gradient, ptrdiff_t b,
                              window in) {
    for (ptrdiff_t c = 0; c < o->inputs; c += LANES) {
        lanes_mask chosen, share = (lanes_mask)load(gradient + c);
        int number = 0;
        find_maximum(o, x, b, in, c, &chosen);
        FOR_PIXELS(o, b, in, {
            store(x_gradient + from + c, load(x_gradient + from + c) + (vec)(share & (chosen == number)));
            number++;
        });
    }
}

/* Finds the maxima again, which is cheaper than keeping their places. */
void rminas_maximum_gradient(const operation *o, float *arena, float *scratch) {
    (void)scratch;
    const float *x = arena + o->x, *gradient = arena + o->y_gradient;
    float *x_gradient = arena + o->x_gradient;
    memset(x_gradient, 0, pixels_of(o) * o->inputs * sizeof(float));
    FOR_WINDOWS(o, greatest_gradient(o, x, gradient + at, x_gradient, b, in))
}
