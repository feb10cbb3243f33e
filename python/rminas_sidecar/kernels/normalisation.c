/*
 * Batch normalisation in training mode. Images are pixels x channels, float32, with a multiple of LANES channels.
 */
#include <math.h>

#include "kernels.h"

int rminas_lanes(void) { return LANES; }

/* Pixels that are summed in float32; their sums are summed in float64. */
#define RUN 64

/* Sums that are computed side by side: an addition takes longer than the next two reads. */
#define BESIDE 4

static ALWAYS_INLINE void add_pixel(const float *a, vec a0, const float *b, vec b0, vec *sum, vec *product) {
    vec value = load(a) - a0;
    *sum += value;
    *product += value * (load(b) - b0);
}

/* The sums of a - a0 and of (a - a0) (b - b0) over all pixels, for LANES channels. */
static void sum_products(const float *a, vec a0, const float *b, vec b0, ptrdiff_t pixels, ptrdiff_t channels,
                         double *sums, double *products) {
    for (int i = 0; i < LANES; i++) sums[i] = products[i] = 0;
    for (ptrdiff_t start = 0; start < pixels; start += RUN) {
        ptrdiff_t end = start + RUN < pixels ? start + RUN : pixels;
        vec sum[BESIDE] = {{0}}, product[BESIDE] = {{0}};
        ptrdiff_t pixel = start;
        for (; pixel + BESIDE <= end; pixel += BESIDE)
            for (int k = 0; k < BESIDE; k++)
                add_pixel(a + (pixel + k) * channels, a0, b + (pixel + k) * channels, b0, sum + k, product + k);
        for (; pixel < end; pixel++) add_pixel(a + pixel * channels, a0, b + pixel * channels, b0, sum, product);
        for (int k = 0; k < BESIDE; k++) {
            add_lanes(sums, sum[k]);
            add_lanes(products, product[k]);
        }
    }
}

/* Writes the normalised images y, and mean and inverse standard deviation of each channel. */
void rminas_normalise(const float *x, const float *weight, const float *bias, float epsilon, float *y, float *mean,
                      float *inverse, ptrdiff_t pixels, ptrdiff_t channels) {
    for (ptrdiff_t c = 0; c < channels; c += LANES) {
        double sums[LANES], squares[LANES];
        /* Sums differences from the first pixel: subtracting the squared mean then loses fewer digits. */
        vec origin = load(x + c), scale, shift;
        sum_products(x + c, origin, x + c, origin, pixels, channels, sums, squares);
        for (int i = 0; i < LANES; i++) {
            double offset = sums[i] / pixels, variance = squares[i] / pixels - offset * offset;
            double deviation = sqrt((variance < 0 ? 0 : variance) + epsilon);
            mean[c + i] = origin[i] + offset;
            inverse[c + i] = 1 / deviation;
            scale[i] = weight[c + i] / deviation;
            shift[i] = bias[c + i] - (origin[i] + offset) * weight[c + i] / deviation;
        }
        for (ptrdiff_t at = c; at < pixels * channels; at += channels) store(y + at, load(x + at) * scale + shift);
    }
}

/*
 * Computes the statistics of images from their moments (parts x 2 x channels: sums and sums of squares). statistics:
 * 4 x channels, the rows mean, inverse standard deviation, factor and offset. Weight and bias may be null: 1 and 0.
 */
void rminas_norm_statistics(const double *moments, ptrdiff_t parts, const float *weight, const float *bias, float epsilon,
                            float *statistics, ptrdiff_t pixels, ptrdiff_t channels) {
    for (ptrdiff_t c = 0; c < channels; c++) {
        double sum = 0, square = 0;
        for (ptrdiff_t part = 0; part < parts; part++) {
            sum += moments[2 * part * channels + c];
            square += moments[(2 * part + 1) * channels + c];
        }
        double mean = sum / pixels, variance = square / pixels - mean * mean;
        double deviation = sqrt((variance < 0 ? 0 : variance) + epsilon);
        statistics[c] = mean;
        statistics[channels + c] = 1 / deviation;
        float factor = weight ? weight[c] : 1, offset = bias ? bias[c] : 0;
        statistics[2 * channels + c] = factor / deviation;
        statistics[3 * channels + c] = offset - mean * factor / deviation;
    }
}

/*
 * Computes the gradients of weight and bias (`vectors`, 2 x channels), and the rows scale, slope and shift of `factors`
 * (3 x channels). The gradient of x is gradient * scale + (x - mean) * slope + shift, where `gradient` is that of the
 * normalised images. sums: 2 x channels, of the gradient and of gradient * (x - mean). `weight` may be null, then `vectors` is
 * not written.
 */
void rminas_norm_factors(const double *sums, const float *weight, const float *statistics, float *factors, float *vectors,
                         ptrdiff_t pixels, ptrdiff_t channels) {
    const float *inverse = statistics + channels;
    const double *products = sums + channels;
    for (ptrdiff_t c = 0; c < channels; c++) {
        double share = (weight ? (double)weight[c] : 1) * inverse[c];
        if (weight) {
            vectors[c] = products[c] * inverse[c];
            vectors[channels + c] = sums[c];
        }
        factors[c] = share;
        factors[channels + c] = -share * inverse[c] * inverse[c] * products[c] / pixels;
        factors[2 * channels + c] = -share * sums[c] / pixels;
    }
}

/* The same, from the gradient of the normalised images in place of its sums. */
void rminas_norm_gradient(const float *x, const float *gradient, const float *weight, const float *statistics,
                          float *factors, float *vectors, ptrdiff_t pixels, ptrdiff_t channels) {
    double sums[2 * channels];
    for (ptrdiff_t c = 0; c < channels; c += LANES)
        sum_products(gradient + c, (vec){0}, x + c, load(statistics + c), pixels, channels, sums + c, sums + channels + c);
    rminas_norm_factors(sums, weight, statistics, factors, vectors, pixels, channels);
}

/* Computes the gradient of x, from the mean and the factors of `rminas_norm_gradient`. */
void rminas_normalise_gradient(const float *x, const float *gradient, const float *mean, const float *factors,
                               float *x_gradient, ptrdiff_t pixels, ptrdiff_t channels) {
    for (ptrdiff_t c = 0; c < channels; c += LANES) {
        vec centre = load(mean + c), scale = load(factors + c), slope = load(factors + channels + c);
        vec shift = load(factors + 2 * channels + c);
        for (ptrdiff_t at = c; at < pixels * channels; at += channels)
            store(x_gradient + at, load(gradient + at) * scale + (load(x + at) - centre) * slope + shift);
    }
}
