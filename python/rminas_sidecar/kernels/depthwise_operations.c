/*
 * Operations: depthwise convolutions, the statistics of their outputs if these are normalised, and their gradients.
 *
 * A group of channels of one image at a time is copied, one vector after the other, so that the image of a vector fits into the
 * cache. Zeros lie beside its lines. The padding keeps the size of the image if the stride is 1. weight: side x side x channels.
 */
#include "operation.h"
#include "products.h"

#define MOST_SIDE 7
#define MOST_TAPS (MOST_SIDE * MOST_SIDE)
/* Output pixels that are computed side by side. */
#define WIDE 8
#define NARROW 4
/* Images that a gradient reads and writes. */
#define STREAMS 4

/* Copies of an image: `line` floats from line to line of a vector, and `size` floats from vector to vector. */
typedef struct {
    ptrdiff_t height, width, padding, line, size;
} plane;

static plane plane_of(ptrdiff_t height, ptrdiff_t width, ptrdiff_t padding) {
    ptrdiff_t line = (width + 2 * padding) * LANES;
    return (plane){height, width, padding, line, height * line};
}

/* The pixels at each side of an image that a kernel covers. */
static ptrdiff_t padding_of(const operation *o) { return o->dilation * (o->side / 2); }

static plane x_plane(const operation *o, ptrdiff_t padding) { return plane_of(o->height, o->width, padding); }

static plane y_plane(const operation *o, ptrdiff_t padding) {
    return plane_of(strided_length(o->height, o->stride), strided_length(o->width, o->stride), padding);
}

/* Floats from the start of images with all channels to image b. */
static ptrdiff_t image_at(const operation *o, plane p, ptrdiff_t b) { return b * p.height * p.width * o->inputs; }

/* A line of a copy. */
static block line_in(plane p, float *copy, ptrdiff_t h) {
    return (block){copy + h * p.line + p.padding * LANES, LANES, p.size};
}

/* A vector of the image that is needed next, or null. Lines of it are fetched into the cache during those of the present one. */
typedef struct {
    const float *image;
    plane lines;
    ptrdiff_t channels;
} ahead_of_image;

/* There may be no next image, as long as `images` is not null. */
static ahead_of_image next_image(const operation *o, const float *images, plane lines, ptrdiff_t b, ptrdiff_t c) {
    return (ahead_of_image){images ? images + image_at(o, lines, b + 1) + c : NULL, lines, o->inputs};
}

static void fetch_line(ahead_of_image next, ptrdiff_t h) {
    if (!next.image || h >= next.lines.height) return;
    const float *pixel = next.image + h * next.lines.width * next.channels;
    for (ptrdiff_t w = 0; w < next.lines.width; w++) __builtin_prefetch(pixel + w * next.channels, 0, 2);
}

/* The taps of a vector of channels. */
static void read_taps(const operation *o, const float *arena, ptrdiff_t c, vec *taps) {
    for (ptrdiff_t k = 0; k < o->side * o->side; k++) taps[k] = load(arena + o->weight + k * o->inputs + c);
}

/* out = `count` sums of pixels times taps. `from` is the upper left pixel of the first sum. height: lines of taps. */
static ALWAYS_INLINE void sum_taps(const float *from, ptrdiff_t line, const vec *taps, ptrdiff_t height, ptrdiff_t side,
                                   ptrdiff_t dilation, ptrdiff_t stride, int count, vec *out) {
    vec sums[WIDE] = {{0}};
    for (ptrdiff_t i = 0; i < height; i++, from += line, taps += side)
        for (ptrdiff_t j = 0; j < side; j++) {
            vec tap = taps[j];
            for (int k = 0; k < count; k++) sums[k] += load(from + (j * dilation + k * stride) * LANES) * tap;
        }
    for (int k = 0; k < count; k++) out[k] = sums[k];
}

/* out = a line of `count` sums. */
static ALWAYS_INLINE void convolve_line(const float *from, ptrdiff_t line, const vec *taps, ptrdiff_t height, ptrdiff_t side,
                                        ptrdiff_t dilation, ptrdiff_t stride, ptrdiff_t count, vec *out) {
    ptrdiff_t w = 0, step = stride * LANES;
    for (; w + WIDE <= count; w += WIDE)
        sum_taps(from + w * step, line, taps, height, side, dilation, stride, WIDE, out + w);
    for (; w + NARROW <= count; w += NARROW)
        sum_taps(from + w * step, line, taps, height, side, dilation, stride, NARROW, out + w);
    for (; w < count; w++) sum_taps(from + w * step, line, taps, height, side, dilation, stride, 1, out + w);
}

/* out = the image of one vector, convolved. Lines of taps outside of the image are left out. */
static ALWAYS_INLINE void convolve_plane(const operation *o, const float *pixels, const vec *taps, ptrdiff_t side,
                                         ptrdiff_t dilation, ptrdiff_t stride, ahead_of_image x, ahead_of_image y, vec *out) {
    plane from = x_plane(o, padding_of(o)), to = y_plane(o, 0);
    for (ptrdiff_t h = 0; h < to.height; h++, out += to.width) {
        ptrdiff_t top = h * stride - from.padding, first = 0, last = side;
        while (top + first * dilation < 0) first++;
        while (top + (last - 1) * dilation >= from.height) last--;
        for (ptrdiff_t line = h * stride; line < (h + 1) * stride; line++) fetch_line(x, line);
        fetch_line(y, h);
        convolve_line(pixels + (top + first * dilation) * from.line, dilation * from.line, taps + first * side, last - first,
                      side, dilation, stride, to.width, out);
    }
}

/* The same by the kernel of an operation. The compiler knows the usual ones. */
static NEVER_INLINE void convolve_plane_by(const operation *o, const float *pixels, const vec *taps, ahead_of_image x,
                                           ahead_of_image y, vec *out) {
    switch (o->dilation == 1 ? 2 * o->side + o->stride : 0) {
    case 2 * 3 + 1: convolve_plane(o, pixels, taps, 3, 1, 1, x, y, out); break;
    case 2 * 3 + 2: convolve_plane(o, pixels, taps, 3, 1, 2, x, y, out); break;
    case 2 * 5 + 1: convolve_plane(o, pixels, taps, 5, 1, 1, x, y, out); break;
    case 2 * 5 + 2: convolve_plane(o, pixels, taps, 5, 1, 2, x, y, out); break;
    default: convolve_plane(o, pixels, taps, o->side, o->dilation, o->stride, x, y, out);
    }
}

ptrdiff_t rminas_depthwise_convolution_scratch(const operation *o) {
    return aligned(moments_size(1, o->inputs)) + GROUP * (x_plane(o, padding_of(o)).size + y_plane(o, 0).size);
}

/* Convolves vectors of all images, and adds to the moments. pixels: zeros; out: memory for the images. */
static ALWAYS_INLINE void convolve_group(const operation *o, float *arena, ptrdiff_t c, int vectors, float *pixels, vec *out,
                                         double *moments) {
    plane from = x_plane(o, padding_of(o)), to = y_plane(o, 0);
    ptrdiff_t count = to.height * to.width;
    source x = source_of(o, arena);
    vec taps[GROUP][MOST_TAPS];
    for (int v = 0; v < vectors; v++) read_taps(o, arena, c + v * LANES, taps[v]);
    for (ptrdiff_t b = 0; b < o->batch; b++) {
        float *y = arena + o->y + image_at(o, to, b) + c;
        for (ptrdiff_t h = 0; h < from.height; h++)
            read_pixels(x, image_at(o, from, b) + h * from.width * o->inputs, o->inputs, c, from.width, vectors,
                        line_in(from, pixels, h));
        for (int v = 0; v < vectors; v++) {
            ptrdiff_t vector = c + v * LANES;
            convolve_plane_by(o, pixels + v * from.size, taps[v], next_image(o, x.pixels, from, b, vector),
                              next_image(o, arena + o->y, to, b, vector), out + v * count);
        }
        for (ptrdiff_t first = 0; first < count; first += RUN) {
            ptrdiff_t run = count - first < RUN ? count - first : RUN;
            if (o->statistics != ABSENT)
                add_pixel_moments((block){(float *)(out + first), LANES, count * LANES}, run, c, vectors, moments, o->inputs);
            for (ptrdiff_t i = first; i < first + run; i++)
                for (int v = 0; v < vectors; v++) store(y + i * o->inputs + v * LANES, out[v * count + i]);
        }
    }
}

void rminas_depthwise_convolution(const operation *o, float *arena, float *scratch) {
    double *moments = (double *)take_zeros(&scratch, moments_size(1, o->inputs));
    float *pixels = take_zeros(&scratch, GROUP * x_plane(o, padding_of(o)).size);
    FOR_GROUPS(o->inputs, convolve_group(o, arena, c, vectors, pixels, (vec *)scratch, moments))
    if (o->statistics != ABSENT) write_statistics(o, arena, moments, 1, strided_pixels(o));
}

/*
 * Writes the gradients of `count` pixels of line h of x, from pixel w on, `stride` apart, and adds to the gradients of the taps.
 * gradient: the image of y.
 */
static ALWAYS_INLINE void differentiate_pixels(plane from, plane to, const float *pixels, const float *gradient, ptrdiff_t h,
                                               ptrdiff_t w, const vec *taps, ptrdiff_t side, ptrdiff_t dilation,
                                               ptrdiff_t stride, int count, vec *x_gradient, vec *tap_gradients) {
    vec x[WIDE], sums[WIDE] = {{0}};
    for (int k = 0; k < count; k++) x[k] = load(pixels + h * from.line + (w + k * stride) * LANES);
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
                vec value = load(line + ((stride == 2 ? across >> 1 : across) + k) * LANES);
                sums[k] += value * tap;
                products[k % 2] += value * x[k];
            }
            tap_gradients[i * side + j] = products[0] + products[1];
        }
    }
    for (int k = 0; k < count; k++) x_gradient[h * from.width + w + k * stride] = sums[k];
}

/* x_gradient = the gradient of the image of one vector. Adds to the gradients of the taps. */
static ALWAYS_INLINE void differentiate_plane(const operation *o, const float *pixels, const float *gradient, const vec *taps,
                                              ptrdiff_t side, ptrdiff_t dilation, ptrdiff_t stride, const ahead_of_image *next,
                                              vec *x_gradient, vec *tap_gradients) {
    plane from = x_plane(o, 0), to = y_plane(o, padding_of(o));
#define DIFFERENTIATE(count) \
    differentiate_pixels(from, to, pixels, gradient, h, w, taps, side, dilation, stride, count, x_gradient, tap_gradients)
    for (ptrdiff_t h = 0; h < from.height; h++) {
        for (int i = 0; i < STREAMS; i++) fetch_line(next[i], h);
        for (ptrdiff_t first = 0; first < stride; first++) {
            ptrdiff_t w = first;
            for (; w + (WIDE - 1) * stride < from.width; w += WIDE * stride) DIFFERENTIATE(WIDE);
            for (; w + (NARROW - 1) * stride < from.width; w += NARROW * stride) DIFFERENTIATE(NARROW);
            for (; w < from.width; w += stride) DIFFERENTIATE(1);
        }
    }
#undef DIFFERENTIATE
}

static NEVER_INLINE void differentiate_plane_by(const operation *o, const float *pixels, const float *gradient,
                                                const vec *taps, const ahead_of_image *next, vec *x_gradient,
                                                vec *tap_gradients) {
    switch (o->dilation == 1 ? 2 * o->side + o->stride : 0) {
    case 2 * 3 + 1: differentiate_plane(o, pixels, gradient, taps, 3, 1, 1, next, x_gradient, tap_gradients); break;
    case 2 * 3 + 2: differentiate_plane(o, pixels, gradient, taps, 3, 1, 2, next, x_gradient, tap_gradients); break;
    case 2 * 5 + 1: differentiate_plane(o, pixels, gradient, taps, 5, 1, 1, next, x_gradient, tap_gradients); break;
    case 2 * 5 + 2: differentiate_plane(o, pixels, gradient, taps, 5, 1, 2, next, x_gradient, tap_gradients); break;
    default:
        differentiate_plane(o, pixels, gradient, taps, o->side, o->dilation, o->stride, next, x_gradient, tap_gradients);
    }
}

ptrdiff_t rminas_depthwise_convolution_gradient_scratch(const operation *o) {
    return aligned(3 * o->inputs) + GROUP * (2 * x_plane(o, 0).size + y_plane(o, padding_of(o)).size);
}

/* The gradients of vectors of channels. pixels and x_gradient: memory for images; gradient: zeros. */
static ALWAYS_INLINE void differentiate_group(const operation *o, float *arena, images back, sink x, ptrdiff_t c,
                                              int vectors, float *pixels, float *gradient, vec *x_gradient) {
    plane from = x_plane(o, 0), to = y_plane(o, padding_of(o));
    ptrdiff_t count = from.height * from.width, y_count = to.height * to.width;
    vec taps[GROUP][MOST_TAPS], sums[GROUP][MOST_TAPS];
    memset(sums, 0, sizeof sums);
    for (int v = 0; v < vectors; v++) read_taps(o, arena, c + v * LANES, taps[v]);
    for (ptrdiff_t b = 0; b < o->batch; b++) {
        ptrdiff_t image = image_at(o, from, b), y_image = image_at(o, to, b);
        read_pixels(x.x, image, o->inputs, c, count, vectors, (block){pixels, LANES, from.size});
        for (ptrdiff_t h = 0; h < to.height; h++)
            read_gradient_pixels(back, y_image + h * to.width * o->inputs, o->inputs, c, to.width, vectors,
                                 line_in(to, gradient, h));
        for (int v = 0; v < vectors; v++) {
            ptrdiff_t vector = c + v * LANES;
            ahead_of_image next[STREAMS] = {next_image(o, x.x.pixels, from, b, vector), next_image(o, x.gradient == back.pixels ? NULL : x.gradient, from, b, vector),
                                            next_image(o, back.pixels, to, b, vector), next_image(o, back.convolved, to, b, vector)};
            differentiate_plane_by(o, pixels + v * from.size, gradient + v * to.size, taps[v], next, x_gradient + v * count,
                                   sums[v]);
        }
        for (ptrdiff_t first = 0; first < count; first += RUN) {
            ptrdiff_t run = count - first < RUN ? count - first : RUN, place = image + first * o->inputs;
            write_pixels(x, (block){(float *)(x_gradient + first), LANES, from.size}, place, o->inputs, c, run, vectors);
        }
    }
    for (int v = 0; v < vectors; v++)
        for (ptrdiff_t k = 0; k < o->side * o->side; k++)
            store(arena + o->weight_gradient + k * o->inputs + c + v * LANES, sums[v][k]);
}

void rminas_depthwise_convolution_gradient(const operation *o, float *arena, float *scratch) {
    images back = gradient_before_norm(o, arena, take(&scratch, 3 * o->inputs), strided_pixels(o));
    float *gradient = take_zeros(&scratch, GROUP * y_plane(o, padding_of(o)).size);
    float *pixels = take(&scratch, GROUP * x_plane(o, 0).size);
    sink x = sink_of(o, arena);
    FOR_GROUPS(o->inputs, differentiate_group(o, arena, back, x, c, vectors, pixels, gradient, (vec *)scratch))
}
