/*
 * Synaptic flow (Tanaka et al., NeurIPS 2020) of a program in float64: the sum over all convolutions and linear layers of
 * |weight x gradient|, where the gradient is that of the sum of the logits. Weights are absolute values, images are positive,
 * and nothing is normalised. So all layers are linear, ReLU does nothing, and the flow of a layer is the product of its output
 * and the gradient of its output.
 *
 * Channels are multiples of WIDTH. Places are those of the operations, in arenas of float64. No two buffers may share a place.
 */
#include "operation.h"

#define WIDTH 8
/* Pixels and vectors that are computed side by side. */
#define PIXELS 4
#define SIDE 3

typedef double wide __attribute__((vector_size(8 * WIDTH)));
typedef double wide_unaligned __attribute__((vector_size(8 * WIDTH), aligned(8)));

static inline wide load_wide(const double *from) { return *(const wide_unaligned *)from; }
static inline void store_wide(double *to, wide value) { *(wide_unaligned *)to = value; }

typedef struct {
    double *values, *gradients, *scratch;
} arenas;

/* Adds the products of `count` numbers of x, `step` apart for the next pixel, with rows of weights: PIXELS x `vectors`. */
static ALWAYS_INLINE void add_rows(const double *x, ptrdiff_t step, const double *weight, ptrdiff_t count, ptrdiff_t outputs,
                                   int vectors, wide *sums) {
    for (ptrdiff_t i = 0; i < count; i++, weight += outputs)
        for (int v = 0; v < vectors; v++) {
            wide factor = load_wide(weight + v * WIDTH);
            for (int p = 0; p < PIXELS; p++) sums[p * vectors + v] += x[p * step + i] * factor;
        }
}

/* y += convolution of padded images (height + side - 1 lines of width + side - 1 pixels), for `vectors` vectors of channels. */
static ALWAYS_INLINE void add_convolution(const double *x, const double *weight, double *y, ptrdiff_t height, ptrdiff_t width,
                                          ptrdiff_t inputs, ptrdiff_t outputs, int side, int vectors) {
    ptrdiff_t line = (width + side - 1) * inputs;
    for (ptrdiff_t h = 0; h < height; h++)
        for (ptrdiff_t w = 0; w < width; w += PIXELS) {
            double *to = y + (h * width + w) * outputs;
            wide sums[PIXELS * 2];
            for (int p = 0; p < PIXELS; p++)
                for (int v = 0; v < vectors; v++) sums[p * vectors + v] = load_wide(to + p * outputs + v * WIDTH);
            /* The pixels of a line that a kernel reads lie side by side. */
            for (int i = 0; i < side; i++)
                add_rows(x + (h + i) * line + w * inputs, inputs, weight + i * side * inputs * outputs, side * inputs, outputs,
                         vectors, sums);
            for (int p = 0; p < PIXELS; p++)
                for (int v = 0; v < vectors; v++) store_wide(to + p * outputs + v * WIDTH, sums[p * vectors + v]);
        }
}

static void convolve(const double *x, const double *weight, double *y, ptrdiff_t height, ptrdiff_t width, ptrdiff_t inputs,
                     ptrdiff_t outputs, int side) {
    ptrdiff_t o = 0;
    for (; o + 2 * WIDTH <= outputs; o += 2 * WIDTH)
        add_convolution(x, weight + o, y + o, height, width, inputs, outputs, side, 2);
    for (; o < outputs; o += WIDTH) add_convolution(x, weight + o, y + o, height, width, inputs, outputs, side, 1);
}

/* Copies images into a frame of zeros that is a pixel wide. */
static double *pad(const double *x, double *padded, ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels) {
    ptrdiff_t line = (width + 2) * channels;
    memset(padded, 0, (height + 2) * line * sizeof(double));
    for (ptrdiff_t h = 0; h < height; h++)
        memcpy(padded + (h + 1) * line + channels, x + h * width * channels, width * channels * sizeof(double));
    return padded + (height + 2) * line;
}

/* The weights of the adjoint: turned by 180 degrees, and outputs x inputs. */
static void turn(const double *weight, double *turned, int pixels, ptrdiff_t inputs, ptrdiff_t outputs) {
    for (int k = 0; k < pixels; k++)
        for (ptrdiff_t i = 0; i < inputs; i++)
            for (ptrdiff_t o = 0; o < outputs; o++)
                turned[((pixels - 1 - k) * outputs + o) * inputs + i] = weight[(k * inputs + i) * outputs + o];
}

static void convolution(const operation *o, arenas m, int side) {
    const double *x = m.values + o->x;
    if (side > 1) pad(x, m.scratch, o->height, o->width, o->inputs);
    convolve(side > 1 ? m.scratch : x, m.values + o->weight, m.values + o->y, o->height, o->width, o->inputs, o->outputs, side);
}

static void convolution_gradient(const operation *o, arenas m, int side) {
    const double *gradient = m.gradients + o->y;
    double *turned = m.scratch;
    if (side > 1) turned = pad(gradient, m.scratch, o->height, o->width, o->outputs);
    turn(m.values + o->weight, turned, side * side, o->inputs, o->outputs);
    convolve(side > 1 ? m.scratch : gradient, turned, m.gradients + o->x, o->height, o->width, o->outputs, o->inputs, side);
}

/* y += matrix transposed times x: inputs x outputs. */
static void add_product(const double *x, const double *matrix, double *y, ptrdiff_t inputs, ptrdiff_t outputs) {
    for (ptrdiff_t i = 0; i < inputs; i++)
        for (ptrdiff_t o = 0; o < outputs; o += WIDTH)
            store_wide(y + o, load_wide(y + o) + x[i] * load_wide(matrix + i * outputs + o));
}

/* Calls `body` for each output pixel and pixel of its patch within the image: indices `to` and `from`, and the weight `k`. */
#define FOR_STRIDED_PIXELS(o, body)                                                          \
    for (ptrdiff_t h = 0; h < o->height / 2; h++)                                            \
        for (ptrdiff_t w = 0; w < o->width / 2; w++)                                         \
            for (ptrdiff_t k = 0; k < SIDE * SIDE; k++) {                                    \
                ptrdiff_t down = 2 * h + k / SIDE - 1, across = 2 * w + k % SIDE - 1;        \
                ptrdiff_t to = h * (o->width / 2) + w, from = down * o->width + across;      \
                if (down >= 0 && across >= 0 && down < o->height && across < o->width) body; \
            }

static void strided(const operation *o, arenas m) {
    ptrdiff_t count = o->inputs * o->outputs;
    FOR_STRIDED_PIXELS(o, add_product(m.values + o->x + from * o->inputs, m.values + o->weight + k * count,
                                      m.values + o->y + to * o->outputs, o->inputs, o->outputs))
}

static void strided_gradient(const operation *o, arenas m) {
    ptrdiff_t count = o->inputs * o->outputs, last = SIDE * SIDE - 1;
    turn(m.values + o->weight, m.scratch, SIDE * SIDE, o->inputs, o->outputs);
    FOR_STRIDED_PIXELS(o, add_product(m.gradients + o->y + to * o->outputs, m.scratch + (last - k) * count,
                                      m.gradients + o->x + from * o->inputs, o->outputs, o->inputs))
}

static ALWAYS_INLINE void add(const double *x, double *y, ptrdiff_t count, double factor) {
    for (ptrdiff_t i = 0; i < count; i += WIDTH) store_wide(y + i, load_wide(y + i) + factor * load_wide(x + i));
}

/* Adds each pixel of x to its neighbours in y, divided by the number of the neighbours; by that of y's if `of_target`. */
static void pool(const operation *o, const double *x, double *y, int of_target) {
    for (ptrdiff_t h = 0; h < o->height; h++)
        for (ptrdiff_t w = 0; w < o->width; w++)
            for (ptrdiff_t i = h ? h - 1 : 0; i < (h + 2 < o->height ? h + 2 : o->height); i++)
                for (ptrdiff_t j = w ? w - 1 : 0; j < (w + 2 < o->width ? w + 2 : o->width); j++) {
                    ptrdiff_t down = of_target ? i : h, across = of_target ? j : w;
                    ptrdiff_t lines = 1 + (down > 0) + (down < o->height - 1), pixels = 1 + (across > 0) + (across < o->width - 1);
                    add(x + (h * o->width + w) * o->inputs, y + (i * o->width + j) * o->inputs, o->inputs,
                        1.0 / (lines * pixels));
                }
}

/* Adds quarters of four pixels to one; or of one to four. */
static void halve(const operation *o, double *fine, double *coarse, int adjoint) {
    for (ptrdiff_t h = 0; h < o->height; h++)
        for (ptrdiff_t w = 0; w < o->width; w++) {
            double *one = fine + (h * o->width + w) * o->inputs;
            double *mean = coarse + (h / 2 * (o->width / 2) + w / 2) * o->inputs;
            add(adjoint ? mean : one, adjoint ? one : mean, o->inputs, 0.25);
        }
}

static ptrdiff_t floats_of(const operation *o, ptrdiff_t channels) { return o->height * o->width * channels; }

static ptrdiff_t outputs_of(const operation *o) {
    ptrdiff_t stride = o->kind == KIND_strided_convolution || o->kind == KIND_halving ? 2 : 1;
    return floats_of(o, o->outputs) / (stride * stride);
}

static void forward(const operation *o, arenas m) {
    double *x = m.values + o->x, *y = m.values + o->y;
    memset(y, 0, outputs_of(o) * sizeof(double));
    memset(m.gradients + o->y, 0, outputs_of(o) * sizeof(double));
    switch (o->kind) {
    case KIND_tiled_convolution: convolution(o, m, SIDE); break;
    case KIND_pointwise_convolution: convolution(o, m, 1); break;
    case KIND_strided_convolution: strided(o, m); break;
    case KIND_pooling: pool(o, x, y, 1); break;
    case KIND_halving: halve(o, x, y, 0); break;
    case KIND_activation: add(x, y, floats_of(o, o->inputs), 1); break;
    case KIND_sum:
        for (int i = 0; i < MOST_TERMS; i++)
            if (o->terms[i].pixels != ABSENT) add(m.values + o->terms[i].pixels, y, floats_of(o, o->outputs), 1);
    }
}

static void backward(const operation *o, arenas m) {
    double *x = m.gradients + o->x, *y = m.gradients + o->y;
    switch (o->kind) {
    case KIND_tiled_convolution: convolution_gradient(o, m, SIDE); break;
    case KIND_pointwise_convolution: convolution_gradient(o, m, 1); break;
    case KIND_strided_convolution: strided_gradient(o, m); break;
    case KIND_pooling: pool(o, y, x, 0); break;
    case KIND_halving: halve(o, x, y, 1); break;
    case KIND_activation: add(y, x, floats_of(o, o->inputs), 1); break;
    case KIND_sum:
        for (int i = 0; i < MOST_TERMS; i++)
            if (o->terms[i].pixels != ABSENT) add(y, m.gradients + o->terms[i].pixels, floats_of(o, o->outputs), 1);
    }
}

/* The flow of a layer whose output has been differentiated. */
static double flow_of(const operation *o, arenas m) {
    int has_weights = o->kind == KIND_tiled_convolution || o->kind == KIND_pointwise_convolution ||
                      o->kind == KIND_strided_convolution;
    wide sums = {0};
    for (ptrdiff_t i = 0; has_weights && i < outputs_of(o); i += WIDTH)
        sums += load_wide(m.values + o->y + i) * load_wide(m.gradients + o->y + i);
    double total = 0;
    for (int i = 0; i < WIDTH; i++) total += sums[i];
    return total;
}

/* The flow of the linear layer; writes the gradient of its images. */
static double classify(const operation *o, arenas m) {
    ptrdiff_t pixels = o->height * o->width;
    const double *weight = m.values + o->weight, *x = m.values + o->x;
    double total = 0;
    for (ptrdiff_t c = 0; c < o->inputs; c++) {
        double share = 0, pooled = 0;
        for (ptrdiff_t k = 0; k < o->outputs; k++) share += weight[k * o->inputs + c];
        for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
            pooled += x[pixel * o->inputs + c] / pixels;
            m.gradients[o->x + pixel * o->inputs + c] = share / pixels;
        }
        total += share * pooled;
    }
    return total;
}

/* Doubles of scratch memory that suffice for all operations. */
ptrdiff_t rminas_flow_scratch(const operation *operations, ptrdiff_t count) {
    ptrdiff_t most = 0;
    for (const operation *o = operations; o < operations + count; o++) {
        ptrdiff_t channels = o->inputs > o->outputs ? o->inputs : o->outputs;
        ptrdiff_t doubles = (o->height + 2) * (o->width + 2) * channels + SIDE * SIDE * o->inputs * o->outputs;
        most = doubles > most ? doubles : most;
    }
    return most;
}

/*
 * The flow of operations of one image. Only the first one reads the image, and the last one is the classification. values: with
 * the weights and the image.
 */
double rminas_flow(const operation *operations, ptrdiff_t count, double *values, double *gradients, double *scratch) {
    arenas m = {values, gradients, scratch};
    for (ptrdiff_t i = 0; i < count - 1; i++) forward(operations + i, m);
    double total = classify(operations + count - 1, m);
    for (ptrdiff_t i = count - 2; i >= 0; i--) {
        total += flow_of(operations + i, m);
        if (i > 0) backward(operations + i, m);
    }
    return total;
}
