/*
 * Average pooling, 3 x 3 with stride 1, which counts only pixels within the image. Images are batch x height x width x
 * channels, float32.
 */
#include "kernels.h"

/* Number of pixels that count, along one dimension: the one at `at`, and its neighbours within `length`. */
static float neighbours(ptrdiff_t at, ptrdiff_t length) { return 1 + (at > 0) + (at < length - 1); }

/* Scales the first and the last pixel of a row of sums or means, which have fewer neighbours. */
static void correct_ends(float *pixels, ptrdiff_t width, ptrdiff_t channels) {
    float factor = 3 / neighbours(0, width);
    for (ptrdiff_t c = 0; c < channels; c++) pixels[c] *= factor;
    if (width > 1)
        for (ptrdiff_t c = 0; c < channels; c++) pixels[(width - 1) * channels + c] *= factor;
}

/* The weighted sum of a row and of those above and below it. A row outside of the image has the weight 0. */
static void sum_rows(const float *x, float *restrict sum, const float *weights, ptrdiff_t length) {
    const float *above = weights[0] != 0 ? x - length : x, *below = weights[2] != 0 ? x + length : x;
    for (ptrdiff_t i = 0; i < length; i++) sum[i] = weights[0] * above[i] + weights[1] * x[i] + weights[2] * below[i];
}

/* `weight` times the mean of each pixel of a row and of its neighbours left and right. */
static void average_row(const float *restrict padded, float *restrict y, float weight, ptrdiff_t length,
                        ptrdiff_t channels) {
    for (ptrdiff_t i = 0; i < length; i++)
        y[i] = (padded[i] + padded[i + channels] + padded[i + 2 * channels]) * (weight / 3);
}

/*
 * y = the means of x; or, if `adjoint` is not 0, the gradient of x from that of the means. `row` is scratch memory: a row of
 * the image and two pixels.
 */
void rminas_average(const float *x, float *y, float *row, int adjoint, ptrdiff_t batch, ptrdiff_t height,
                    ptrdiff_t width, ptrdiff_t channels) {
    ptrdiff_t length = width * channels;
    for (ptrdiff_t c = 0; c < channels; c++) row[c] = row[channels + length + c] = 0;
    for (ptrdiff_t line = 0; line < batch * height; line++) {
        ptrdiff_t h = line % height;
        float weights[3] = {h > 0, 1, h < height - 1};
        if (adjoint)
            for (int i = 0; i < 3; i++)
                if (weights[i] != 0) weights[i] = 1 / neighbours(h + i - 1, height);
        sum_rows(x + line * length, row + channels, weights, length);
        if (adjoint) correct_ends(row + channels, width, channels);
        average_row(row, y + line * length, adjoint ? 1 : 1 / neighbours(h, height), length, channels);
        if (!adjoint) correct_ends(y + line * length, width, channels);
    }
}
