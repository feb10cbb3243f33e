/*
 * Operations: depthwise convolutions, the statistics of their outputs if these are normalised, and their gradients.
 *
 * LANES channels of one image at a time are copied into a frame of zeros, which stays in the cache. The padding keeps the size
 * of the image if the stride is 1. weight: side x side x channels.
 */
#include "operation.h"
#include "products.h"

#define MOST_SIDE 7
/* Output pixels that are computed side by side. */
#define WIDE 8
#define NARROW 4

/* A frame: lines of `line` pixels, with `padding` pixels around the image. */
typedef struct {
    ptrdiff_t height, width, padding, line;
} frame;

static frame frame_around(const operation *o, ptrdiff_t height, ptrdiff_t width) {
    ptrdiff_t padding = o->dilation * (o->side / 2);
    return (frame){height, width, padding, width + 2 * padding};
}

static frame frame_of_x(const operation *o) { return frame_around(o, o->height, o->width); }

static frame frame_of_y(const operation *o) {
    return frame_around(o, strided_length(o->height, o->stride), strided_length(o->width, o->stride));
}

static ptrdiff_t frame_size(frame f) { return (f.height + 2 * f.padding) * f.line * LANES; }

/* A line of the image within a frame. */
static float *line_in(float *pixels, frame f, ptrdiff_t h) { return pixels + ((h + f.padding) * f.line + f.padding) * LANES; }

/* out = `count` sums of pixels of a frame times taps. `from` is the upper left pixel of the first sum. */
static ALWAYS_INLINE void sum_taps(const float *from, ptrdiff_t line, const vec *taps, ptrdiff_t side, ptrdiff_t dilation,
                                   ptrdiff_t stride, int count, vec *out) {
    vec sums[WIDE] = {{0}};
    for (ptrdiff_t i = 0; i < side; i++)
        for (ptrdiff_t j = 0; j < side; j++) {
            const float *pixel = from + (i * line + j) * dilation * LANES;
            vec tap = taps[i * side + j];
            for (int k = 0; k < count; k++) sums[k] += load(pixel + k * stride * LANES) * tap;
        }
    for (int k = 0; k < count; k++) out[k] = sums[k];
}

/* out = a line of `count` sums. */
static ALWAYS_INLINE void convolve_line(const float *from, ptrdiff_t line, const vec *taps, ptrdiff_t side,
                                        ptrdiff_t dilation, ptrdiff_t stride, ptrdiff_t count, vec *out) {
    ptrdiff_t w = 0;
    for (; w + WIDE <= count; w += WIDE)
        sum_taps(from + w * stride * LANES, line, taps, side, dilation, stride, WIDE, out + w);
    for (; w + NARROW <= count; w += NARROW)
        sum_taps(from + w * stride * LANES, line, taps, side, dilation, stride, NARROW, out + w);
    for (; w < count; w++) sum_taps(from + w * stride * LANES, line, taps, side, dilation, stride, 1, out + w);
}

static void read_taps(const operation *o, const float *arena, ptrdiff_t c, int turned, vec *taps) {
    ptrdiff_t count = o->side * o->side;
    for (ptrdiff_t k = 0; k < count; k++)
        taps[k] = load(arena + o->weight + (turned ? count - 1 - k : k) * o->inputs + c);
}

/* Copies channels of image b into a frame. */
static void read_image(const operation *o, source x, frame f, ptrdiff_t b, ptrdiff_t c, float *pixels) {
    for (ptrdiff_t h = 0; h < f.height; h++)
        read_pixels(x, (b * f.height + h) * f.width * o->inputs, o->inputs, c, f.width, line_in(pixels, f, h), LANES);
}

ptrdiff_t rminas_depthwise_convolution_scratch(const operation *o) {
    return aligned(moments_size(1, o->inputs)) + aligned(frame_size(frame_of_x(o))) + frame_of_y(o).width * LANES;
}

void rminas_depthwise_convolution(const operation *o, float *arena, float *scratch) {
    source x = source_of(o, arena);
    frame from = frame_of_x(o), to = frame_of_y(o);
    double *moments = (double *)take_zeros(&scratch, moments_size(1, o->inputs));
    float *pixels = take_zeros(&scratch, frame_size(from));
    vec *sums = (vec *)scratch, taps[MOST_SIDE * MOST_SIDE];
    for (ptrdiff_t c = 0; c < o->inputs; c += LANES) {
        read_taps(o, arena, c, 0, taps);
        for (ptrdiff_t b = 0; b < o->batch; b++) {
            read_image(o, x, from, b, c, pixels);
            for (ptrdiff_t h = 0; h < to.height; h++) {
                const float *first = pixels + h * o->stride * from.line * LANES;
                float *y = arena + o->y + (b * to.height + h) * to.width * o->inputs + c;
                if (o->stride == 1)
                    convolve_line(first, from.line, taps, o->side, o->dilation, 1, to.width, sums);
                else
                    convolve_line(first, from.line, taps, o->side, o->dilation, o->stride, to.width, sums);
                for (ptrdiff_t w = 0; w < to.width; w++) store(y + w * o->inputs, sums[w]);
                if (o->statistics != ABSENT) add_moments(sums, to.width, moments + c, moments + o->inputs + c);
            }
        }
    }
    if (o->statistics != ABSENT) write_statistics(o, arena, moments, 1, strided_pixels(o));
}

/* taps[j] += the sum over the image of pixels times gradients. `side` is a constant. */
static ALWAYS_INLINE void add_tap_gradients(const float *pixels, frame from, const float *gradient, frame to,
                                            ptrdiff_t dilation, ptrdiff_t stride, int side, vec *taps) {
    vec even[MOST_SIDE] = {{0}}, odd[MOST_SIDE] = {{0}};
    for (ptrdiff_t h = 0; h < to.height; h++) {
        const float *x = pixels + h * stride * from.line * LANES;
        const float *g = gradient + ((h + to.padding) * to.line + to.padding) * LANES;
        ptrdiff_t w = 0;
        for (; w + 2 <= to.width; w += 2, x += 2 * stride * LANES, g += 2 * LANES) {
            vec first = load(g), second = load(g + LANES);
            for (int j = 0; j < side; j++) {
                even[j] += load(x + j * dilation * LANES) * first;
                odd[j] += load(x + (stride + j * dilation) * LANES) * second;
            }
        }
        for (; w < to.width; w++)
            for (int j = 0; j < side; j++) even[j] += load(x + j * dilation * LANES) * load(g);
    }
    for (int j = 0; j < side; j++) taps[j] += even[j] + odd[j];
}

/* The gradient of the weights from one image. */
static void add_weight_gradient(const operation *o, const float *pixels, const float *gradient, vec *taps) {
    frame from = frame_of_x(o), to = frame_of_y(o);
    for (ptrdiff_t i = 0; i < o->side; i++, taps += o->side) {
        const float *first = pixels + i * o->dilation * from.line * LANES;
        switch (o->side) {
        case 3: add_tap_gradients(first, from, gradient, to, o->dilation, o->stride, 3, taps); break;
        case 5: add_tap_gradients(first, from, gradient, to, o->dilation, o->stride, 5, taps); break;
        case 7: add_tap_gradients(first, from, gradient, to, o->dilation, o->stride, 7, taps); break;
        }
    }
}

/* The gradient of an image by a convolution with stride: adds each gradient times each tap to the pixel that was read. */
static void scatter(const operation *o, const float *gradient, const vec *taps, float *pixels) {
    frame from = frame_of_x(o), to = frame_of_y(o);
    memset(pixels, 0, frame_size(from) * sizeof(float));
    for (ptrdiff_t h = 0; h < to.height; h++)
        for (ptrdiff_t i = 0; i < o->side; i++)
            for (ptrdiff_t j = 0; j < o->side; j++) {
                const float *g = gradient + ((h + to.padding) * to.line + to.padding) * LANES;
                float *x = pixels + ((h * o->stride + i * o->dilation) * from.line + j * o->dilation) * LANES;
                vec tap = taps[i * o->side + j];
                for (ptrdiff_t w = 0; w < to.width; w++, g += LANES, x += o->stride * LANES) store(x, load(x) + load(g) * tap);
            }
}

/* Writes the gradient of image b. The frame `pixels` is free for use. */
static void write_image_gradient(const operation *o, const float *arena, sink x, ptrdiff_t b, ptrdiff_t c,
                                 const float *gradient, float *pixels, vec *sums) {
    frame from = frame_of_x(o), to = frame_of_y(o);
    vec taps[MOST_SIDE * MOST_SIDE];
    read_taps(o, arena, c, o->stride == 1, taps);
    if (o->stride > 1) scatter(o, gradient, taps, pixels);
    for (ptrdiff_t h = 0; h < from.height; h++) {
        const float *line = o->stride > 1 ? line_in(pixels, from, h) : (const float *)sums;
        if (o->stride == 1)
            convolve_line(gradient + h * to.line * LANES, to.line, taps, o->side, o->dilation, 1, from.width, sums);
        write_pixels(x, line, LANES, (b * from.height + h) * from.width * o->inputs, o->inputs, c, from.width);
    }
}

ptrdiff_t rminas_depthwise_convolution_gradient_scratch(const operation *o) {
    return aligned(3 * o->inputs) + 2 * aligned(frame_size(frame_of_x(o))) + aligned(frame_size(frame_of_y(o))) +
           o->width * LANES;
}

void rminas_depthwise_convolution_gradient(const operation *o, float *arena, float *scratch) {
    frame from = frame_of_x(o), to = frame_of_y(o);
    images back = gradient_before_norm(o, arena, take(&scratch, 3 * o->inputs), strided_pixels(o));
    float *pixels = take_zeros(&scratch, frame_size(from)), *turned = take(&scratch, frame_size(from));
    float *gradient = take_zeros(&scratch, frame_size(to));
    sink x = sink_of(o, arena);
    for (ptrdiff_t c = 0; c < o->inputs; c += LANES) {
        vec taps[MOST_SIDE * MOST_SIDE] = {{0}};
        for (ptrdiff_t b = 0; b < o->batch; b++) {
            read_image(o, x.x, from, b, c, pixels);
            for (ptrdiff_t h = 0; h < to.height; h++)
                read_gradient_pixels(back, (b * to.height + h) * to.width * o->inputs, o->inputs, c, to.width,
                                     line_in(gradient, to, h), LANES);
            add_weight_gradient(o, pixels, gradient, taps);
            write_image_gradient(o, arena, x, b, c, gradient, turned, (vec *)scratch);
        }
        for (ptrdiff_t k = 0; k < o->side * o->side; k++) store(arena + o->weight_gradient + k * o->inputs + c, taps[k]);
    }
}
