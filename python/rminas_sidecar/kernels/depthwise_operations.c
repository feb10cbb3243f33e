/*
 * Operations: depthwise convolutions, the statistics of their outputs if these are normalised, and their gradients.
 *
 * A group of channels of one image at a time is copied, one vector after the other, so that the image of a vector fits into
 * the cache. Zeros lie beside its lines. The padding keeps the size of the image if the stride is 1. weight: side x side x
 * channels.
 */
#include "operation.h"
#include "planes.h"
#include "products.h"

#define MOST_SIDE 7
#define MOST_TAPS (MOST_SIDE * MOST_SIDE)
/* Output pixels that are computed side by side. */
#define WIDE 8
#define NARROW 4
/* Floats of images that are written past the caches: reading them first, as caches do, would take longer. */
#define STREAMED (1 << 21)
/* Pixels of x that are computed while they are in the cache, with all vectors of a group. */
#define PIECE 256

/* The taps of a vector of channels. */
static void read_taps(const operation *o, const float *arena, ptrdiff_t c, vec *taps) {
    for (ptrdiff_t k = 0; k < o->side * o->side; k++) taps[k] = load(arena + o->weight + k * o->inputs + c);
}

/* Where the pixels of a vector of channels are written, `distance` floats apart, and the sums of those that were written. */
typedef struct {
    float *pixels;
    ptrdiff_t distance;
    int streams;
    vec sum, square;
} summed_pixels;

/* Writes `count` sums of pixels times taps. `from` is the upper left pixel of the first sum. height: lines of taps. */
static ALWAYS_INLINE void sum_taps(const float *from, ptrdiff_t line, const vec *taps, ptrdiff_t height, ptrdiff_t side,
                                   ptrdiff_t dilation, ptrdiff_t stride, int count, summed_pixels *to) {
    vec sums[WIDE] = {{0}};
    for (ptrdiff_t i = 0; i < height; i++, from += line, taps += side)
        for (ptrdiff_t j = 0; j < side; j++) {
            vec tap = taps[j];
            for (int k = 0; k < count; k++) sums[k] += load(from + (j * dilation + k * stride) * LANES) * tap;
        }
    for (int k = 0; k < count; k++, to->pixels += to->distance) {
        put(to->pixels, sums[k], to->streams);
        to->sum += sums[k];
        to->square += sums[k] * sums[k];
    }
}

/* Writes a line of `count` sums. */
static ALWAYS_INLINE void convolve_line(const float *from, ptrdiff_t line, const vec *taps, ptrdiff_t height, ptrdiff_t side,
                                        ptrdiff_t dilation, ptrdiff_t stride, ptrdiff_t count, summed_pixels *to) {
    ptrdiff_t w = 0, step = stride * LANES;
    for (; w + WIDE <= count; w += WIDE)
        sum_taps(from + w * step, line, taps, height, side, dilation, stride, WIDE, to);
    for (; w + NARROW <= count; w += NARROW)
        sum_taps(from + w * step, line, taps, height, side, dilation, stride, NARROW, to);
    for (; w < count; w++) sum_taps(from + w * step, line, taps, height, side, dilation, stride, 1, to);
}

/* Lines of images. */
typedef struct { ptrdiff_t first, end; } span;

/* Writes lines of the image of one vector, convolved. Lines of taps outside of the image are left out. */
static ALWAYS_INLINE void convolve_lines(const operation *o, const float *pixels, const vec *taps, ptrdiff_t side,
                                         ptrdiff_t dilation, ptrdiff_t stride, span lines, lines_ahead x, lines_ahead y,
                                         summed_pixels *to) {
    plane from = x_plane(o, padding_of(o));
    summed_pixels written = *to;
    for (ptrdiff_t h = lines.first; h < lines.end; h++) {
        ptrdiff_t top = h * stride - from.padding, first = 0, last = side;
        while (top + first * dilation < 0) first++;
        while (top + (last - 1) * dilation >= from.height) last--;
        for (ptrdiff_t line = h * stride; line < (h + 1) * stride; line++) fetch_line(x, line);
        fetch_line(y, h);
        convolve_line(pixels + (top + first * dilation) * from.line, dilation * from.line, taps + first * side, last - first,
                      side, dilation, stride, strided_length(o->width, stride), &written);
    }
    *to = written;
}

/* The same by the kernel of an operation. The compiler knows the usual ones. */
static NEVER_INLINE void convolve_lines_by(const operation *o, const float *pixels, const vec *taps, span lines, lines_ahead x,
                                           lines_ahead y, summed_pixels *to) {
    switch (o->dilation == 1 ? 2 * o->side + o->stride : 0) {
    case 2 * 3 + 1: convolve_lines(o, pixels, taps, 3, 1, 1, lines, x, y, to); break;
    case 2 * 3 + 2: convolve_lines(o, pixels, taps, 3, 1, 2, lines, x, y, to); break;
    case 2 * 5 + 1: convolve_lines(o, pixels, taps, 5, 1, 1, lines, x, y, to); break;
    case 2 * 5 + 2: convolve_lines(o, pixels, taps, 5, 1, 2, lines, x, y, to); break;
    default: convolve_lines(o, pixels, taps, o->side, o->dilation, o->stride, lines, x, y, to);
    }
}

/* Lines of a piece of an image: PIECE pixels of x, but at least one line of y. */
static ptrdiff_t x_lines(const operation *o) {
    ptrdiff_t lines = PIECE / (o->width * o->stride) * o->stride;
    lines = lines < o->stride ? o->stride : lines;
    return lines < o->height ? lines : o->height;
}

ptrdiff_t rminas_depthwise_convolution_scratch(const operation *o) {
    return aligned(moments_size(1, o->inputs)) + GROUP * x_plane(o, padding_of(o)).size;
}

/* Convolves vectors of all images, and adds to the moments. pixels: zeros. */
static ALWAYS_INLINE void convolve_group(const operation *o, float *arena, ptrdiff_t c, int vectors, float *pixels,
                                         double *moments) {
    plane from = x_plane(o, padding_of(o)), to = y_plane(o, 0);
    ptrdiff_t x_line = from.width * o->inputs, y_line = to.width * o->inputs, step = strided_length(x_lines(o), o->stride);
    int streams = strided_pixels(o) * o->inputs >= STREAMED;
    source x = source_of(o, arena);
    vec taps[GROUP][MOST_TAPS];
    for (int v = 0; v < vectors; v++) read_taps(o, arena, c + v * LANES, taps[v]);
    for (ptrdiff_t b = 0; b < o->batch; b++)
        for (ptrdiff_t first = 0, read = 0; first < to.height; first += step) {
            ptrdiff_t x_image = image_at(o, from, b), y_image = image_at(o, to, b);
            span lines = {first, first + step < to.height ? first + step : to.height};
            ptrdiff_t needed = (lines.end - 1) * o->stride + from.padding + 1;
            needed = needed < from.height ? needed : from.height;
            for (; read < needed; read++)
                read_pixels(x, x_image + read * x_line, o->inputs, c, from.width, vectors, line_in(from, pixels, read));
            for (int v = 0; v < vectors; v++) {
                ptrdiff_t vector = c + v * LANES;
                const float *x_next = x.pixels + x_image + (needed - first * o->stride) * x_line + vector;
                float *y = arena + o->y + y_image + vector;
                lines_ahead x_ahead = {x_next, from.width, o->inputs};
                lines_ahead y_ahead = {streams ? NULL : y + step * y_line, to.width, o->inputs};
                summed_pixels written = {y + first * y_line, o->inputs, streams, {0}, {0}};
                convolve_lines_by(o, pixels + v * from.size, taps[v], lines, x_ahead, y_ahead, &written);
                add_lanes(moments + vector, written.sum);
                add_lanes(moments + o->inputs + vector, written.square);
            }
        }
}

void rminas_depthwise_convolution(const operation *o, float *arena, float *scratch) {
    double *moments = (double *)take_zeros(&scratch, moments_size(1, o->inputs));
    float *pixels = take_zeros(&scratch, GROUP * x_plane(o, padding_of(o)).size);
    FOR_GROUPS(o->inputs, convolve_group(o, arena, c, vectors, pixels, moments))
    if (o->statistics != ABSENT) write_statistics(o, arena, moments, 1, strided_pixels(o));
}

/*
 * Writes the gradients of `count` pixels of line h of x, from pixel w on, `stride` apart, and adds to the gradients of the
 * taps. pixels and x_gradient: pixel w; gradient: the image of y.
 */
static ALWAYS_INLINE void differentiate_pixels(const float *pixels, const float *gradient, plane to, ptrdiff_t h, ptrdiff_t w,
                                               const vec *taps, ptrdiff_t side, ptrdiff_t dilation, ptrdiff_t stride, int count,
                                               vec *x_gradient, vec *tap_gradients) {
    vec x[WIDE], sums[WIDE] = {{0}};
    for (int k = 0; k < count; k++) x[k] = load(pixels + k * stride * LANES);
    for (ptrdiff_t i = 0; i < side; i++) {
        ptrdiff_t down = h + (side / 2 - i) * dilation;
        if (down < 0 || down % stride || down / stride >= to.height) continue;
        const float *line = gradient + down / stride * to.line + to.padding * LANES;
        for (ptrdiff_t j = 0; j < side; j++) {
            ptrdiff_t across = w + (side / 2 - j) * dilation;
            if (stride == 2 && (across & 1)) continue;
            /* Two sums, because each addition waits for the one before. */
            vec tap = taps[i * side + j], products[2] = {tap_gradients[i * side + j]};
            for (int k = 0; k < count; k++) {
                vec value = hold(load(line + ((stride == 2 ? across >> 1 : across) + k) * LANES));
                sums[k] += value * tap;
                products[k % 2] += value * x[k];
            }
            tap_gradients[i * side + j] = products[0] + products[1];
        }
    }
    for (int k = 0; k < count; k++) x_gradient[k * stride] = sums[k];
}

/* Images that a gradient reads and writes: x and its gradient, and for the gradient of y what it is computed from. */
#define STREAMS 4
/* The first one that has lines of y. */
#define Y_STREAM 2

/* x_gradient = the gradients of lines of the image of one vector. Adds to the gradients of the taps. pixels: these lines. */
static ALWAYS_INLINE void differentiate_lines(const operation *o, const float *pixels, const float *gradient, const vec *taps,
                                              ptrdiff_t side, ptrdiff_t dilation, ptrdiff_t stride, span lines,
                                              const lines_ahead *ahead, vec *x_gradient, vec *tap_gradients) {
    plane to = y_plane(o, padding_of(o));
#define DIFFERENTIATE(count)                                                                                           \
    differentiate_pixels(pixels + w * LANES, gradient, to, h, w, taps, side, dilation, stride, count, x_gradient + w, \
                         tap_gradients)
    for (ptrdiff_t h = lines.first; h < lines.end; h++, pixels += o->width * LANES, x_gradient += o->width) {
        for (int i = 0; i < STREAMS; i++)
            if (i < Y_STREAM)
                fetch_line(ahead[i], h);
            else if (h % stride == 0)
                fetch_line(ahead[i], h / stride);
        for (ptrdiff_t first = 0; first < stride; first++) {
            ptrdiff_t w = first;
            for (; w + (WIDE - 1) * stride < o->width; w += WIDE * stride) DIFFERENTIATE(WIDE);
            for (; w + (NARROW - 1) * stride < o->width; w += NARROW * stride) DIFFERENTIATE(NARROW);
            for (; w < o->width; w += stride) DIFFERENTIATE(1);
        }
    }
#undef DIFFERENTIATE
}

static NEVER_INLINE void differentiate_lines_by(const operation *o, const float *pixels, const float *gradient,
                                                const vec *taps, span lines, const lines_ahead *ahead, vec *x_gradient,
                                                vec *tap_gradients) {
#define DIFFERENTIATE(side, dilation, stride) \
    differentiate_lines(o, pixels, gradient, taps, side, dilation, stride, lines, ahead, x_gradient, tap_gradients)
    switch (o->dilation == 1 ? 2 * o->side + o->stride : 0) {
    case 2 * 3 + 1: DIFFERENTIATE(3, 1, 1); break;
    case 2 * 3 + 2: DIFFERENTIATE(3, 1, 2); break;
    case 2 * 5 + 1: DIFFERENTIATE(5, 1, 1); break;
    case 2 * 5 + 2: DIFFERENTIATE(5, 1, 2); break;
    default: DIFFERENTIATE(o->side, o->dilation, o->stride);
    }
#undef DIFFERENTIATE
}

ptrdiff_t rminas_depthwise_convolution_gradient_scratch(const operation *o) {
    return aligned(3 * o->inputs) + GROUP * (2 * x_lines(o) * x_plane(o, 0).line + y_plane(o, padding_of(o)).size);
}

/* The gradients of vectors of channels. pixels and x_gradient: memory for a piece of an image; gradient: zeros. */
static ALWAYS_INLINE void differentiate_group(const operation *o, float *arena, images back, sink x, ptrdiff_t c,
                                              int vectors, float *pixels, float *gradient, vec *x_gradient) {
    plane from = x_plane(o, 0), to = y_plane(o, padding_of(o));
    ptrdiff_t x_line = from.width * o->inputs, y_line = to.width * o->inputs, step = x_lines(o), most = step * from.width;
    vec taps[GROUP][MOST_TAPS], sums[GROUP][MOST_TAPS];
    memset(sums, 0, sizeof sums);
    for (int v = 0; v < vectors; v++) read_taps(o, arena, c + v * LANES, taps[v]);
    for (ptrdiff_t b = 0; b < o->batch; b++) {
        ptrdiff_t x_image = image_at(o, from, b), y_image = image_at(o, to, b), next = step * x_line;
        for (ptrdiff_t h = 0; h < to.height; h++)
            read_gradient_pixels(back, y_image + h * y_line, o->inputs, c, to.width, vectors, line_in(to, gradient, h));
        for (ptrdiff_t first = 0; first < from.height; first += step) {
            span lines = {first, first + step < from.height ? first + step : from.height};
            ptrdiff_t count = (lines.end - first) * from.width, place = x_image + first * x_line;
            read_pixels(x.x, place, o->inputs, c, count, vectors, (block){pixels, LANES, most * LANES});
            for (int v = 0; v < vectors; v++) {
                ptrdiff_t vector = c + v * LANES;
                lines_ahead ahead[STREAMS] = {{x.x.pixels + x_image + next + vector, from.width, o->inputs}};
                if (x.gradient != back.pixels && !x.streams)
                    ahead[1] = (lines_ahead){x.gradient + x_image + next + vector, from.width, o->inputs};
                ptrdiff_t y_next = y_image + to.height * y_line + vector;
                ahead[2] = (lines_ahead){back.pixels + y_next, to.width, o->inputs};
                if (back.convolved) ahead[3] = (lines_ahead){back.convolved + y_next, to.width, o->inputs};
                differentiate_lines_by(o, pixels + v * most * LANES, gradient + v * to.size, taps[v], lines, ahead,
                                       x_gradient + v * most, sums[v]);
            }
            for (ptrdiff_t i = 0; i < count; i += RUN) {
                ptrdiff_t run = count - i < RUN ? count - i : RUN;
                write_pixels(x, (block){(float *)(x_gradient + i), LANES, most * LANES}, place + i * o->inputs, o->inputs, c,
                             run, vectors);
            }
        }
    }
    for (int v = 0; v < vectors; v++)
        for (ptrdiff_t k = 0; k < o->side * o->side; k++)
            store(arena + o->weight_gradient + k * o->inputs + c + v * LANES, sums[v][k]);
}

void rminas_depthwise_convolution_gradient(const operation *o, float *arena, float *scratch) {
    images back = gradient_before_norm(o, arena, take(&scratch, 3 * o->inputs), strided_pixels(o));
    float *gradient = take_zeros(&scratch, GROUP * y_plane(o, padding_of(o)).size);
    float *pixels = take(&scratch, GROUP * x_lines(o) * x_plane(o, 0).line);
    sink x = sink_of(o, arena);
    x.streams = pixels_of(o) * o->inputs >= STREAMED;
    FOR_GROUPS(o->inputs, differentiate_group(o, arena, back, x, c, vectors, pixels, gradient, (vec *)scratch))
}
