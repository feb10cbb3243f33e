/*
 * 3 x 3 convolutions by Winograd's minimal filtering, F(4 x 4, 3 x 3): Lavin and Gray, CVPR 2016, section 4.
 *
 * Images are batch x height x width x channels, float32; height and width are multiples of 4, channels of LANES. A block of
 * tiles is transformed, multiplied and transformed back while it is in the cache. The large functions work on the blocks
 * from `first` to before `last`, so that threads can share them, each with `rminas_scratch` floats of its own, which
 * are aligned to 64 bytes.
 */
#include "vectors.h"

#define TILE 4
#define PATCH 6
#define PLANES (PATCH * PATCH)
/* Tiles in a block: as many accumulators as hide the latency of a multiplication. */
#define BLOCK 8

typedef struct {
    ptrdiff_t batch, height, width;
} shape;

/* B transposed, applied to six vectors that are `step` apart. */
static inline void combine(const vec *in, int step, vec *out, int out_step) {
    vec d0 = in[0], d1 = in[step], d2 = in[2 * step], d3 = in[3 * step], d4 = in[4 * step], d5 = in[5 * step];
    vec a = d4 - 4 * d2, b = d3 - 4 * d1, c = d4 - d2, d = 2 * (d3 - d1);
    out[0] = 4 * d0 - 5 * d2 + d4;
    out[out_step] = a + b;
    out[2 * out_step] = a - b;
    out[3 * out_step] = c + d;
    out[4 * out_step] = c - d;
    out[5 * out_step] = 4 * d1 - 5 * d3 + d5;
}

/* A transposed: six vectors that are `step` apart to four that are `out_step` apart. */
static inline void assemble(const vec *in, int step, vec *out, int out_step) {
    vec a = in[step] + in[2 * step], b = in[step] - in[2 * step];
    vec c = in[3 * step] + in[4 * step], d = in[3 * step] - in[4 * step];
    out[0] = in[0] + a + c;
    out[out_step] = b + 2 * d;
    out[2 * out_step] = a + 4 * c;
    out[3 * out_step] = b + 8 * d + in[5 * step];
}

/* A: four vectors that are `step` apart to six that are `out_step` apart. */
static inline void scatter(const vec *in, int step, vec *out, int out_step) {
    vec p = in[0], q = in[step], r = in[2 * step], s = in[3 * step];
    vec a = p + r, b = q + s, c = p + 4 * r, d = 2 * q + 8 * s;
    out[0] = p;
    out[out_step] = a + b;
    out[2 * out_step] = a - b;
    out[3 * out_step] = c + d;
    out[4 * out_step] = c - d;
    out[5 * out_step] = s;
}

/* The place of a tile: where its image begins, and the upper left pixel. */
typedef struct {
    ptrdiff_t image, h, w;
} place;

static inline place place_of(ptrdiff_t tile, shape s) {
    ptrdiff_t down = s.height / TILE, across = s.width / TILE;
    return (place){tile / (down * across) * s.height, tile / across % down * TILE, tile % across * TILE};
}

static inline ptrdiff_t tiles_of(shape s) { return s.batch * (s.height / TILE) * (s.width / TILE); }

/* Zeros for the rows of a block that no tile is left for. */
static inline void clear_row(float *out, ptrdiff_t channels, ptrdiff_t row) {
    for (ptrdiff_t k = 0; k < PLANES; k++)
        for (ptrdiff_t c = 0; c < channels; c += LANES) *(vec *)(out + (k * BLOCK + row) * channels + c) = (vec){0};
}

/*
 * The patches of a block, combined: PLANES x BLOCK x channels. A patch reaches one pixel beyond its tile on each side, so
 * only its first and last rows and columns can be outside; zeros are read for those.
 */
static void transform_patches(const float *x, shape s, ptrdiff_t channels, ptrdiff_t block, float *out) {
    static const vec zeros = {0};
    ptrdiff_t tiles = tiles_of(s);
    for (ptrdiff_t row = 0; row < BLOCK; row++) {
        ptrdiff_t tile = block * BLOCK + row;
        if (tile >= tiles) {
            clear_row(out, channels, row);
            continue;
        }
        place at = place_of(tile, s);
        const float *corner = x + ((at.image + at.h - 1) * s.width + at.w - 1) * channels;
        int outside[PATCH] = {at.h == 0, 0, 0, 0, 0, at.h + TILE == s.height};
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec m[PLANES];
            for (int j = 0; j < PATCH; j++) {
                int beside = (j == 0 && at.w == 0) || (j == PATCH - 1 && at.w + TILE == s.width);
                vec d[PATCH];
                for (int i = 0; i < PATCH; i++) {
                    const float *pixel = corner + (i * s.width + j) * channels + c;
                    d[i] = load(beside | outside[i] ? (const float *)&zeros : pixel);
                }
                combine(d, 1, m + j, PATCH);
            }
            for (int i = 0; i < PATCH; i++) {
                vec d[PATCH];
                combine(m + PATCH * i, 1, d, 1);
                for (int j = 0; j < PATCH; j++) *(vec *)(out + ((PATCH * i + j) * BLOCK + row) * channels + c) = d[j];
            }
        }
    }
}

/* The products of a block (PLANES x BLOCK x channels), assembled to pixels. */
static void assemble_tiles(const float *products, shape s, ptrdiff_t channels, ptrdiff_t block, float *y) {
    ptrdiff_t tiles = tiles_of(s);
    for (ptrdiff_t row = 0; row < BLOCK && block * BLOCK + row < tiles; row++) {
        place at = place_of(block * BLOCK + row, s);
        float *corner = y + ((at.image + at.h) * s.width + at.w) * channels;
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec m[PATCH * TILE];
            for (int i = 0; i < PATCH; i++) {
                vec d[PATCH];
                for (int j = 0; j < PATCH; j++)
                    d[j] = *(const vec *)(products + ((PATCH * i + j) * BLOCK + row) * channels + c);
                assemble(d, 1, m + TILE * i, 1);
            }
            for (int j = 0; j < TILE; j++) {
                vec o[TILE];
                assemble(m + j, TILE, o, 1);
                for (int i = 0; i < TILE; i++) store(corner + (i * s.width + j) * channels + c, o[i]);
            }
        }
    }
}

/* The adjoint of it: pixels of a block, scattered to PLANES x BLOCK x channels. */
static void scatter_tiles(const float *y, shape s, ptrdiff_t channels, ptrdiff_t block, float *out) {
    ptrdiff_t tiles = tiles_of(s);
    for (ptrdiff_t row = 0; row < BLOCK; row++) {
        ptrdiff_t tile = block * BLOCK + row;
        if (tile >= tiles) {
            clear_row(out, channels, row);
            continue;
        }
        place at = place_of(tile, s);
        const float *corner = y + ((at.image + at.h) * s.width + at.w) * channels;
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            vec m[PATCH * TILE];
            for (int j = 0; j < TILE; j++) {
                vec o[TILE];
                for (int i = 0; i < TILE; i++) o[i] = load(corner + (i * s.width + j) * channels + c);
                scatter(o, 1, m + j, TILE);
            }
            for (int i = 0; i < PATCH; i++) {
                vec d[PATCH];
                scatter(m + TILE * i, 1, d, 1);
                for (int j = 0; j < PATCH; j++) *(vec *)(out + ((PATCH * i + j) * BLOCK + row) * channels + c) = d[j];
            }
        }
    }
}

/* G: three vectors that are `step` apart to six that are `out_step` apart. */
static inline void spread(const vec *in, int step, vec *out, int out_step) {
    vec a = (in[0] + in[2 * step]) / 6, b = in[step] / 6;
    vec c = in[0] / 24 + in[2 * step] / 6, d = in[step] / 12;
    out[0] = in[0] / 4;
    out[out_step] = -a - b;
    out[2 * out_step] = b - a;
    out[3 * out_step] = c + d;
    out[4 * out_step] = c - d;
    out[5 * out_step] = in[2 * step];
}

/* G transposed: six vectors that are `step` apart to three that are `out_step` apart. */
static inline void gather(const vec *in, int step, vec *out, int out_step) {
    vec a = in[step] + in[2 * step], b = in[2 * step] - in[step];
    vec c = in[3 * step] + in[4 * step], d = in[3 * step] - in[4 * step];
    out[0] = in[0] / 4 - a / 6 + c / 24;
    out[out_step] = b / 6 + d / 12;
    out[2 * out_step] = (c - a) / 6 + in[5 * step];
}

/* filters: 3 x 3 x count, count = inputs x outputs; combined: PLANES x count. */
void rminas_combine_filters(const float *filters, float *combined, ptrdiff_t count) {
    for (ptrdiff_t at = 0; at < count; at += LANES) {
        vec w[9], m[3 * PATCH], u[PLANES];
        for (int k = 0; k < 9; k++) w[k] = load(filters + k * count + at);
        for (int j = 0; j < 3; j++) spread(w + j, 3, m + j, 3);
        for (int i = 0; i < PATCH; i++) spread(m + 3 * i, 1, u + PATCH * i, 1);
        for (int k = 0; k < PLANES; k++) store(combined + k * count + at, u[k]);
    }
}

/* The adjoint of it, of the sum of several gradients: parts x PLANES x count to 3 x 3 x count. */
void rminas_separate_filters(const float *combined, float *filters, ptrdiff_t count, ptrdiff_t parts) {
    for (ptrdiff_t at = 0; at < count; at += LANES) {
        vec w[9], m[3 * PATCH], u[PLANES];
        for (int k = 0; k < PLANES; k++) {
            u[k] = load(combined + k * count + at);
            for (ptrdiff_t part = 1; part < parts; part++) u[k] += load(combined + (part * PLANES + k) * count + at);
        }
        for (int i = 0; i < PATCH; i++) gather(u + PATCH * i, 1, m + 3 * i, 1);
        for (int j = 0; j < 3; j++) gather(m + j, 3, w + j, 3);
        for (int k = 0; k < 9; k++) store(filters + k * count + at, w[k]);
    }
}

ptrdiff_t rminas_blocks(ptrdiff_t batch, ptrdiff_t height, ptrdiff_t width) {
    return (batch * (height / TILE) * (width / TILE) + BLOCK - 1) / BLOCK;
}

ptrdiff_t rminas_scratch(ptrdiff_t inputs, ptrdiff_t outputs) { return PLANES * BLOCK * (inputs + outputs); }

/* filters: PLANES x inputs x outputs, combined; y is written. */
void rminas_convolve(const float *x, const float *filters, float *y, ptrdiff_t batch, ptrdiff_t height, ptrdiff_t width,
                     ptrdiff_t inputs, ptrdiff_t outputs, ptrdiff_t first, ptrdiff_t last, float *scratch) {
    shape s = {batch, height, width};
    float *patches = scratch, *products = scratch + PLANES * BLOCK * inputs;
    for (ptrdiff_t block = first; block < last; block++) {
        transform_patches(x, s, inputs, block, patches);
        for (ptrdiff_t k = 0; k < PLANES; k++)
            for (ptrdiff_t o = 0; o < outputs; o += LANES) {
                const float *p = patches + k * BLOCK * inputs, *f = filters + k * inputs * outputs + o;
                vec sum[BLOCK] = {{0}};
                for (ptrdiff_t c = 0; c < inputs; c++, p++, f += outputs) {
                    vec weight = load(f);
                    for (int row = 0; row < BLOCK; row++) sum[row] += p[row * inputs] * weight;
                }
                for (int row = 0; row < BLOCK; row++) *(vec *)(products + (k * BLOCK + row) * outputs + o) = sum[row];
            }
        assemble_tiles(products, s, outputs, block, y);
    }
}

/* gradient: of y; the gradient of the combined filters (PLANES x inputs x outputs) is added to `filters`. */
void rminas_filter_gradient(const float *x, const float *gradient, float *filters, ptrdiff_t batch, ptrdiff_t height,
                            ptrdiff_t width, ptrdiff_t inputs, ptrdiff_t outputs, ptrdiff_t first, ptrdiff_t last,
                            float *scratch) {
    shape s = {batch, height, width};
    float *patches = scratch, *products = scratch + PLANES * BLOCK * inputs;
    for (ptrdiff_t block = first; block < last; block++) {
        transform_patches(x, s, inputs, block, patches);
        scatter_tiles(gradient, s, outputs, block, products);
        for (ptrdiff_t k = 0; k < PLANES; k++)
            for (ptrdiff_t c = 0; c < inputs; c += BLOCK)
                for (ptrdiff_t o = 0; o < outputs; o += LANES) {
                    const float *p = patches + k * BLOCK * inputs + c, *q = products + k * BLOCK * outputs + o;
                    float *f = filters + (k * inputs + c) * outputs + o;
                    vec sum[BLOCK];
                    for (int i = 0; i < BLOCK; i++) sum[i] = load(f + i * outputs);
                    for (int row = 0; row < BLOCK; row++, p += inputs, q += outputs) {
                        vec product = *(const vec *)q;
                        for (int i = 0; i < BLOCK; i++) sum[i] += p[i] * product;
                    }
                    for (int i = 0; i < BLOCK; i++) store(f + i * outputs, sum[i]);
                }
    }
}
