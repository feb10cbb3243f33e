/*
 * Operations: depthwise convolutions, the statistics of their outputs if these are normalised, and their gradients.
 *
 * A group of channels of one image at a time is copied into frames of zeros, one for each vector, which stay in the cache. The
 * padding keeps the size of the image if the stride is 1. weight: side x side x channels.
 */
#include "operation.h"
#include "products.h"

#define MOST_SIDE 7
#define MOST_TAPS (MOST_SIDE * MOST_SIDE)
/* Output pixels that are computed side by side. */
#define WIDE 8
#define NARROW 4

/* A frame: lines of `line` pixels, with `padding` pixels around the image; and its floats. */
typedef struct {
    ptrdiff_t height, width, padding, line, size;
} frame;

static frame frame_around(const operation *o, ptrdiff_t height, ptrdiff_t width) {
    ptrdiff_t padding = o->dilation * (o->side / 2), line = width + 2 * padding;
    return (frame){height, width, padding, line, (height + 2 * padding) * line * LANES};
}

static frame frame_of_x(const operation *o) { return frame_around(o, o->height, o->width); }

static frame frame_of_y(const operation *o) {
    return frame_around(o, strided_length(o->height, o->stride), strided_length(o->width, o->stride));
}

/* The first pixel of a line of the image within a frame. */
static ptrdiff_t line_in(frame f, ptrdiff_t h) { return ((h + f.padding) * f.line + f.padding) * LANES; }

/* Floats from the start of images to a line of image b. */
static ptrdiff_t line_of(const operation *o, frame f, ptrdiff_t b, ptrdiff_t h) {
    return (b * f.height + h) * f.width * o->inputs;
}

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

/* The same by the kernel of an operation, with stride 1 or that of the operation. */
static void convolve_line_by(const operation *o, const float *from, ptrdiff_t line, const vec *taps, ptrdiff_t stride,
                             ptrdiff_t count, vec *out) {
    if (stride == 1)
        convolve_line(from, line, taps, o->side, o->dilation, 1, count, out);
    else
        convolve_line(from, line, taps, o->side, o->dilation, stride, count, out);
}

/* The taps of a vector of channels, or those of the kernel turned by 180 degrees. */
static void read_taps(const operation *o, const float *arena, ptrdiff_t c, int turned, vec *taps) {
    ptrdiff_t count = o->side * o->side;
    for (ptrdiff_t k = 0; k < count; k++)
        taps[k] = load(arena + o->weight + (turned ? count - 1 - k : k) * o->inputs + c);
}

/* Copies vectors of image b into frames. */
static ALWAYS_INLINE void read_image(const operation *o, source x, frame f, ptrdiff_t b, ptrdiff_t c, int vectors,
                                     float *pixels) {
    for (ptrdiff_t h = 0; h < f.height; h++)
        read_pixels(x, line_of(o, f, b, h), o->inputs, c, f.width, vectors,
                    (block){pixels + line_in(f, h), LANES, f.size});
}

/* Fetches vectors of a line of image b into the cache while the image before is computed. There may be no image b. */
static ALWAYS_INLINE void fetch_line(const operation *o, const float *images, frame f, ptrdiff_t b, ptrdiff_t h, ptrdiff_t c,
                                     int vectors) {
    const float *pixel = images + line_of(o, f, b, h) + c;
    for (ptrdiff_t w = 0; w < f.width; w++, pixel += o->inputs)
        for (int v = 0; v < vectors; v++) __builtin_prefetch(pixel + v * LANES, 0, 2);
}

ptrdiff_t rminas_depthwise_convolution_scratch(const operation *o) {
    return aligned(moments_size(1, o->inputs)) + aligned(GROUP * frame_of_x(o).size) + GROUP * o->width * LANES;
}

/* Convolves vectors of all images, and adds to the moments. pixels: frames of zeros; lines: a line for each vector. */
static ALWAYS_INLINE void convolve_group(const operation *o, float *arena, ptrdiff_t c, int vectors, float *pixels,
                                         vec *lines, double *moments) {
    frame from = frame_of_x(o), to = frame_of_y(o);
    source x = source_of(o, arena);
    vec taps[GROUP][MOST_TAPS];
    for (int v = 0; v < vectors; v++) read_taps(o, arena, c + v * LANES, 0, taps[v]);
    for (ptrdiff_t b = 0; b < o->batch; b++) {
        read_image(o, x, from, b, c, vectors, pixels);
        for (ptrdiff_t h = 0; h < to.height; h++) {
            float *y = arena + o->y + line_of(o, to, b, h) + c;
            for (ptrdiff_t line = h * o->stride; line < (h + 1) * o->stride && line < from.height; line++)
                fetch_line(o, x.pixels, from, b + 1, line, c, vectors);
            fetch_line(o, arena + o->y, to, b + 1, h, c, vectors);
            for (int v = 0; v < vectors; v++) {
                vec *line = lines + v * to.width;
                convolve_line_by(o, pixels + v * from.size + h * o->stride * from.line * LANES, from.line, taps[v],
                                 o->stride, to.width, line);
                if (o->statistics != ABSENT)
                    add_moments(line, to.width, moments + c + v * LANES, moments + o->inputs + c + v * LANES);
            }
            for (ptrdiff_t w = 0; w < to.width; w++, y += o->inputs)
                for (int v = 0; v < vectors; v++) store(y + v * LANES, lines[v * to.width + w]);
        }
    }
}

void rminas_depthwise_convolution(const operation *o, float *arena, float *scratch) {
    double *moments = (double *)take_zeros(&scratch, moments_size(1, o->inputs));
    float *pixels = take_zeros(&scratch, GROUP * frame_of_x(o).size);
    FOR_GROUPS(o->inputs, convolve_group(o, arena, c, vectors, pixels, (vec *)scratch, moments))
    if (o->statistics != ABSENT) write_statistics(o, arena, moments, 1, strided_pixels(o));
}

/* taps[j] += the sum over the image of pixels times gradients. `side` is a constant. */
static ALWAYS_INLINE void add_tap_gradients(const float *pixels, frame from, const float *gradient, frame to,
                                            ptrdiff_t dilation, ptrdiff_t stride, int side, vec *taps) {
    vec even[MOST_SIDE] = {{0}}, odd[MOST_SIDE] = {{0}};
    for (ptrdiff_t h = 0; h < to.height; h++) {
        const float *x = pixels + h * stride * from.line * LANES, *g = gradient + line_in(to, h);
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

/*
 * out = the gradients of every second one of 2 x `count` pixels of a line, by a convolution with stride 2: sums of the gradients
 * of those pixels of y that have read them, times taps. gradient: a frame of y.
 */
static ALWAYS_INLINE void gather_pixels(const operation *o, frame to, const float *gradient, ptrdiff_t h, ptrdiff_t w,
                                        const vec *taps, int count, vec *out) {
    vec sums[WIDE] = {{0}};
    for (ptrdiff_t i = 0; i < o->side; i++)
        for (ptrdiff_t j = 0; j < o->side; j++) {
            ptrdiff_t down = h + to.padding - i * o->dilation, across = w + to.padding - j * o->dilation;
            if ((down | across) & 1) continue;
            const float *pixel = gradient + line_in(to, down / 2) + across / 2 * LANES;
            vec tap = taps[i * o->side + j];
            for (int k = 0; k < count; k++) sums[k] += load(pixel + k * LANES) * tap;
        }
    for (int k = 0; k < count; k++) out[2 * k] = sums[k];
}

/* out = a line of these gradients. */
static void gather_line(const operation *o, const float *gradient, ptrdiff_t h, const vec *taps, vec *out) {
    frame to = frame_of_y(o);
    for (ptrdiff_t first = 0; first < 2; first++) {
        ptrdiff_t w = first;
        for (; w + 2 * (WIDE - 1) < o->width; w += 2 * WIDE) gather_pixels(o, to, gradient, h, w, taps, WIDE, out + w);
        for (; w + 2 * (NARROW - 1) < o->width; w += 2 * NARROW) gather_pixels(o, to, gradient, h, w, taps, NARROW, out + w);
        for (; w < o->width; w += 2) gather_pixels(o, to, gradient, h, w, taps, 1, out + w);
    }
}

/* Writes the gradient of vectors of image b, and fetches what the next image needs. lines: memory for a line of each. */
static ALWAYS_INLINE void write_image_gradient(const operation *o, images back, sink x, ptrdiff_t b, ptrdiff_t c,
                                               int vectors, const float *gradient, vec taps[][MOST_TAPS], vec *lines) {
    frame from = frame_of_x(o), to = frame_of_y(o);
    for (ptrdiff_t h = 0; h < from.height; h++) {
        for (int v = 0; v < vectors; v++) {
            const float *pixels = gradient + v * to.size;
            if (o->stride == 1)
                convolve_line_by(o, pixels + h * to.line * LANES, to.line, taps[v], 1, from.width, lines + v * from.width);
            else
                gather_line(o, pixels, h, taps[v], lines + v * from.width);
        }
        block values = {(float *)lines, LANES, from.width * LANES};
        write_pixels(x, values, line_of(o, from, b, h), o->inputs, c, from.width, vectors);
        fetch_line(o, x.x.pixels, from, b + 1, h, c, vectors);
        fetch_line(o, x.gradient, from, b + 1, h, c, vectors);
        if (h >= to.height) continue;
        fetch_line(o, back.pixels, to, b + 1, h, c, vectors);
        if (back.convolved) fetch_line(o, back.convolved, to, b + 1, h, c, vectors);
    }
}

ptrdiff_t rminas_depthwise_convolution_gradient_scratch(const operation *o) {
    frame from = frame_of_x(o), to = frame_of_y(o);
    return aligned(3 * o->inputs) + aligned(GROUP * from.size) + aligned(GROUP * to.size) + GROUP * o->width * LANES;
}

/* The gradients of vectors of channels. pixels and gradient: frames of zeros; lines: a line for each. */
static ALWAYS_INLINE void differentiate_group(const operation *o, float *arena, images back, sink x, ptrdiff_t c,
                                              int vectors, float *pixels, float *gradient, vec *lines) {
    frame from = frame_of_x(o), to = frame_of_y(o);
    vec taps[GROUP][MOST_TAPS], sums[GROUP][MOST_TAPS];
    memset(sums, 0, sizeof sums);
    for (int v = 0; v < vectors; v++) read_taps(o, arena, c + v * LANES, o->stride == 1, taps[v]);
    for (ptrdiff_t b = 0; b < o->batch; b++) {
        read_image(o, x.x, from, b, c, vectors, pixels);
        for (ptrdiff_t h = 0; h < to.height; h++)
            read_gradient_pixels(back, line_of(o, to, b, h), o->inputs, c, to.width, vectors,
                                 (block){gradient + line_in(to, h), LANES, to.size});
        for (int v = 0; v < vectors; v++)
            add_weight_gradient(o, pixels + v * from.size, gradient + v * to.size, sums[v]);
        write_image_gradient(o, back, x, b, c, vectors, gradient, taps, lines);
    }
    for (int v = 0; v < vectors; v++)
        for (ptrdiff_t k = 0; k < o->side * o->side; k++)
            store(arena + o->weight_gradient + k * o->inputs + c + v * LANES, sums[v][k]);
}

void rminas_depthwise_convolution_gradient(const operation *o, float *arena, float *scratch) {
    ptrdiff_t from = GROUP * frame_of_x(o).size, to = GROUP * frame_of_y(o).size;
    images back = gradient_before_norm(o, arena, take(&scratch, 3 * o->inputs), strided_pixels(o));
    float *pixels = take_zeros(&scratch, from), *gradient = take_zeros(&scratch, to);
    sink x = sink_of(o, arena);
    FOR_GROUPS(o->inputs, differentiate_group(o, arena, back, x, c, vectors, pixels, gradient, (vec *)scratch))
}
