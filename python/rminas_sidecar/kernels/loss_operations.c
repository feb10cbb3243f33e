/*
 * Operations: the mean over all pixels, a linear layer, and the cross entropy; the comparison of a stage with the teacher's by
 * linear CKA (Kornblith et al., ICML 2019, section 3); and their gradients. Sums are of float64.
 */
#include <math.h>
#include <stdint.h>

#include "operation.h"
#include "products.h"

/* What the gradient of a classification reads: pooled images (batch x inputs) and the gradient of the logits. */
static float *pooled_of(const operation *o, float *arena) { return arena + o->statistics; }

static float *logits_gradient_of(const operation *o, float *arena) {
    return arena + o->statistics + aligned(o->batch * o->inputs);
}

static void pool(const float *x, float *pooled, ptrdiff_t pixels, ptrdiff_t channels) {
    memcpy(pooled, x, channels * sizeof(float));
    for (ptrdiff_t pixel = 1; pixel < pixels; pixel++)
        for (ptrdiff_t c = 0; c < channels; c += LANES) store(pooled + c, load(pooled + c) + load(x + pixel * channels + c));
    for (ptrdiff_t c = 0; c < channels; c += LANES) store(pooled + c, load(pooled + c) / (float)pixels);
}

/* The cross entropy of one sample, and its gradient by the logits. */
static double cross_entropy(const double *logits, ptrdiff_t classes, ptrdiff_t label, float *gradient) {
    double most = logits[0], total = 0;
    for (ptrdiff_t k = 1; k < classes; k++) most = logits[k] > most ? logits[k] : most;
    for (ptrdiff_t k = 0; k < classes; k++) total += exp(logits[k] - most);
    for (ptrdiff_t k = 0; k < classes; k++) gradient[k] = exp(logits[k] - most) / total - (k == label);
    return log(total) + most - logits[label];
}

ptrdiff_t rminas_classification_scratch(const operation *o) { return o->outputs * (ptrdiff_t)(sizeof(double) / sizeof(float)); }

/* y = the mean cross entropy. weight: outputs x inputs, and the biases (`norm`). reference: labels, int32. */
void rminas_classification(const operation *o, float *arena, float *scratch) {
    ptrdiff_t pixels = o->height * o->width, classes = o->outputs, channels = o->inputs;
    const int32_t *labels = (const int32_t *)(arena + o->reference);
    const float *weight = arena + o->weight, *bias = arena + o->norm;
    double *logits = (double *)scratch, total = 0;
    for (ptrdiff_t sample = 0; sample < o->batch; sample++) {
        float *pooled = pooled_of(o, arena) + sample * channels;
        pool(arena + o->x + sample * pixels * channels, pooled, pixels, channels);
        for (ptrdiff_t k = 0; k < classes; k++) {
            double products[LANES] = {0};
            for (ptrdiff_t c = 0; c < channels; c += LANES)
                for (int i = 0; i < LANES; i++) products[i] += (double)weight[k * channels + c + i] * pooled[c + i];
            logits[k] = bias[k];
            for (int i = 0; i < LANES; i++) logits[k] += products[i];
        }
        total += cross_entropy(logits, classes, labels[sample], logits_gradient_of(o, arena) + sample * classes);
    }
    arena[o->y] = total / o->batch;
}

ptrdiff_t rminas_classification_gradient_scratch(const operation *o) { return o->inputs; }

/* factor: of the mean cross entropy in the loss. */
void rminas_classification_gradient(const operation *o, float *arena, float *scratch) {
    ptrdiff_t pixels = o->height * o->width, classes = o->outputs, channels = o->inputs;
    float *weight = arena + o->weight_gradient, *bias = arena + o->norm_gradient;
    memset(weight, 0, classes * channels * sizeof(float));
    memset(bias, 0, classes * sizeof(float));
    for (ptrdiff_t sample = 0; sample < o->batch; sample++) {
        const float *pooled = pooled_of(o, arena) + sample * channels;
        const float *gradient = logits_gradient_of(o, arena) + sample * classes;
        float *x = arena + o->x_gradient + sample * pixels * channels;
        memset(scratch, 0, channels * sizeof(float));
        for (ptrdiff_t k = 0; k < classes; k++) {
            float share = gradient[k] * o->factor / o->batch;
            bias[k] += share;
            for (ptrdiff_t c = 0; c < channels; c++) {
                weight[k * channels + c] += share * pooled[c];
                scratch[c] += share * arena[o->weight + k * channels + c] / pixels;
            }
        }
        for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) memcpy(x + pixel * channels, scratch, channels * sizeof(float));
    }
}

/* Floats of a sample whose products are summed in float32; their sums are summed in float64. */
#define PIECE 2048
/* Rows whose dot products with as many others are computed side by side. */
#define BESIDE 4

static double sum_lanes(vec value) {
    double lanes[LANES] = {0};
    add_lanes(lanes, value);
    for (int step = LANES / 2; step; step /= 2)
        for (int i = 0; i < step; i++) lanes[i] += lanes[i + step];
    return *lanes;
}

/* Floats from row to row of copies. */
#define DISTANCE (PIECE + ALIGNMENT)

/* gram (batch x batch) += the products of rows from i and from j on, of `length` floats. */
static void add_square(const float *rows, double *gram, ptrdiff_t batch, ptrdiff_t i, ptrdiff_t j, ptrdiff_t length) {
    vec sums[BESIDE][BESIDE] = {{{0}}};
    for (ptrdiff_t c = 0; c < length; c += LANES) {
        vec others[BESIDE];
        for (int k = 0; k < BESIDE; k++) others[k] = load(rows + (j + k) * DISTANCE + c);
        for (int m = 0; m < BESIDE; m++) {
            vec value = load(rows + (i + m) * DISTANCE + c);
            for (int k = 0; k < BESIDE; k++) sums[m][k] += value * others[k];
        }
    }
    for (int m = 0; m < BESIDE && i + m < batch; m++)
        for (int k = 0; k < BESIDE && j + k < batch; k++) gram[(i + m) * batch + j + k] += sum_lanes(sums[m][k]);
}

/* The same of all rows; at least the half below the diagonal. */
static void add_products(const float *rows, double *gram, ptrdiff_t batch, ptrdiff_t length) {
    for (ptrdiff_t i = 0; i < batch; i += BESIDE)
        for (ptrdiff_t j = 0; j <= i; j += BESIDE) add_square(rows, gram, batch, i, j, length);
}

/* Mirrors the lower half of a Gram matrix, and centres its rows and columns. means: batch. */
static void centre(double *gram, double *means, ptrdiff_t batch) {
    double all = 0;
    for (ptrdiff_t i = 0; i < batch; i++)
        for (ptrdiff_t j = 0; j < i; j++) gram[j * batch + i] = gram[i * batch + j];
    for (ptrdiff_t i = 0; i < batch; i++) {
        means[i] = 0;
        for (ptrdiff_t j = 0; j < batch; j++) means[i] += gram[i * batch + j] / batch;
        all += means[i] / batch;
    }
    for (ptrdiff_t i = 0; i < batch; i++)
        for (ptrdiff_t j = 0; j < batch; j++) gram[i * batch + j] -= means[i] + means[j] - all;
}

static ptrdiff_t features_of(const operation *o) { return o->height * o->width * o->inputs; }

ptrdiff_t rminas_comparison_scratch(const operation *o) {
    return aligned((ptrdiff_t)(sizeof(double) / sizeof(float)) * (o->batch * o->batch + o->batch)) +
           (o->batch + BESIDE - 1) / BESIDE * BESIDE * DISTANCE;
}

/*
 * y = the CKA. reference: the teacher's centred Gram matrix, whose norm is 1. Writes its gradient by the products of x to
 * `statistics`, batch x batch.
 */
void rminas_comparison(const operation *o, float *arena, float *scratch) {
    ptrdiff_t batch = o->batch, length = features_of(o);
    const float *x = arena + o->x, *reference = arena + o->reference;
    double *gram = (double *)scratch, *means = gram + batch * batch, dot = 0, square = 0;
    float *rows = scratch + aligned((ptrdiff_t)(sizeof(double) / sizeof(float)) * (batch * batch + batch));
    memset(gram, 0, batch * batch * sizeof(double));
    for (ptrdiff_t start = 0; start < length; start += PIECE) {
        ptrdiff_t count = start + PIECE < length ? PIECE : length - start;
        /* Samples may lie at a distance at which they share the sets of the cache. */
        for (ptrdiff_t i = 0; i < batch; i++) memcpy(rows + i * DISTANCE, x + i * length + start, count * sizeof(float));
        add_products(rows, gram, batch, count);
    }
    centre(gram, means, batch);
    for (ptrdiff_t i = 0; i < batch * batch; i++) {
        dot += gram[i] * reference[i];
        square += gram[i] * gram[i];
    }
    double norm = sqrt(square), cka = dot / norm;
    for (ptrdiff_t i = 0; i < batch * batch; i++)
        arena[o->statistics + i] = (reference[i] - cka * gram[i] / norm) / norm;
    arena[o->y] = cka;
}

/* Features whose gradients are computed side by side. */
#define FEATURES 256

/* The batch, or as many rows as products take. */
static ptrdiff_t padded_batch(const operation *o) { return (o->batch + BLOCK - 1) / BLOCK * BLOCK; }

ptrdiff_t rminas_comparison_gradient_scratch(const operation *o) {
    return aligned(padded_batch(o) * o->batch) + aligned(o->batch * FEATURES) + padded_batch(o) * FEATURES;
}

/* x_gradient = base (0 if absent) + factor * the gradient of the CKA, which is a product of `statistics` and x. */
void rminas_comparison_gradient(const operation *o, float *arena, float *scratch) {
    ptrdiff_t batch = o->batch, length = features_of(o), count = padded_batch(o);
    const float *x = arena + o->x, *base = at(arena, o->base);
    float *x_gradient = arena + o->x_gradient, factor = 2 * o->factor;
    float *shares = take_zeros(&scratch, count * batch), *panels = take(&scratch, batch * FEATURES), *products = scratch;
    memcpy(shares, arena + o->statistics, batch * batch * sizeof(float));
    for (ptrdiff_t start = 0; start < length; start += FEATURES) {
        ptrdiff_t width = start + FEATURES < length ? FEATURES : length - start;
        pack_panels(x + start, panels, batch, width, length);
        multiply_panels(shares, panels, products, count, batch, width, NOTHING_AHEAD);
        for (ptrdiff_t i = 0; i < batch; i++)
            for (ptrdiff_t c = 0; c < width; c += LANES) {
                ptrdiff_t place = i * length + start + c;
                vec gradient = factor * load(products + i * width + c);
                store(x_gradient + place, gradient + (base ? load(base + place) : (vec){0}));
            }
    }
}
