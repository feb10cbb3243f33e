/*
 * ReLU and 1 x 1 convolutions. Images are pixels x channels, float32; pixels are a multiple of BLOCK, channels of LANES.
 * Threads may divide the blocks; each has its own scratch memory, aligned to 64 bytes.
 */
#include "kernels.h"
#include "products.h"

static ALWAYS_INLINE void read_block(images from, reading read, ptrdiff_t channels, ptrdiff_t block, float *out) {
    for (ptrdiff_t row = 0; row < BLOCK; row++)
        for (ptrdiff_t c = 0; c < channels; c += LANES)
            store(out + row * channels + c, read(from, (block * BLOCK + row) * channels + c, c));
}

/* As `rminas_convolve`, with filters of inputs x outputs. scratch: BLOCK x (2 x inputs + outputs). */
void rminas_convolve_pixels(const float *x, const float *filters, float *y, double *moments, ptrdiff_t inputs,
                            ptrdiff_t outputs, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last, float *scratch) {
    for (ptrdiff_t block = first; block < last; block++) {
        float *answer = y + block * BLOCK * outputs;
        read_block((images){.pixels = x}, rectified, inputs, block, scratch);
        multiply(scratch, filters, answer, inputs, outputs);
        add_block_moments(answer, outputs, moments + block / part * 2 * outputs);
    }
}

/* As `rminas_convolve_gradients`, with filters of inputs x outputs, and turned filters of outputs x inputs. */
void rminas_convolve_pixels_gradients(const float *x, const images *gradient, const float *turned, const float *base,
                                      float *x_gradient, float *filters, ptrdiff_t inputs, ptrdiff_t outputs,
                                      ptrdiff_t part, ptrdiff_t first, ptrdiff_t last, float *scratch) {
    images from = {.pixels = x}, to = *gradient;
    float *positive = scratch, *products = scratch + BLOCK * inputs, *back = products + BLOCK * inputs;
    for (ptrdiff_t block = first; block < last; block++) {
        read_block(to, normalised_gradient, outputs, block, back);
        read_block(from, rectified, inputs, block, positive);
        add_outer(positive, back, filters + block / part * inputs * outputs, inputs, outputs);
        multiply(back, turned, products, outputs, inputs);
        for (ptrdiff_t at = 0; at < BLOCK * inputs; at += LANES)
            add_where_positive(load(products + at), x, base, x_gradient, block * BLOCK * inputs + at);
    }
}
