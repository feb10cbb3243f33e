/* Sums of images, pixels x channels, float32, with a multiple of LANES channels. */
#include "kernels.h"

/* y = the sum of `count` terms, at most MOST_TERMS. */
void rminas_add(const term *terms, ptrdiff_t count, float *y, ptrdiff_t pixels, ptrdiff_t channels) {
    for (ptrdiff_t c = 0; c < channels; c += LANES) {
        vec shift = {0}, scale[MOST_TERMS];
        const float *from[MOST_TERMS];
        ptrdiff_t images = 0;
        for (ptrdiff_t i = 0; i < count; i++) {
            if (terms[i].shift) shift += load(terms[i].shift + c);
            if (!terms[i].pixels) continue;
            scale[images] = terms[i].scale ? load(terms[i].scale + c) : (vec){0} + 1;
            from[images++] = terms[i].pixels;
        }
        for (ptrdiff_t at = c; at < pixels * channels; at += channels) {
            vec sum = shift;
            for (ptrdiff_t i = 0; i < images; i++) sum += load(from[i] + at) * scale[i];
            store(y + at, sum);
        }
    }
}
