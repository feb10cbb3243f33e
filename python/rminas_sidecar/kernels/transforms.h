/*
 * The transforms of Winograd's minimal filtering, F(4 x 4, 3 x 3), along one dimension. The names of the matrices are those
 * of Lavin and Gray, CVPR 2016, section 4. Vectors of the input are `step` apart, those of the output `out_step`.
 */
#ifndef RMINAS_TRANSFORMS_H
#define RMINAS_TRANSFORMS_H

#include "vectors.h"

#define TILE 4
#define PATCH 6
#define PLANES (PATCH * PATCH)

/* B transposed: six vectors to six. */
static inline void input_transform(const vec *in, int step, vec *out, int out_step) {
    vec d0 = in[0], d1 = in[step], d2 = in[2 * step], d3 = in[3 * step], d4 = in[4 * step], d5 = in[5 * step];
    vec a = d4 - 4 * d2, b = d3 - 4 * d1, c = d4 - d2, d = 2 * (d3 - d1);
    out[0] = 4 * d0 - 5 * d2 + d4;
    out[out_step] = a + b;
    out[2 * out_step] = a - b;
    out[3 * out_step] = c + d;
    out[4 * out_step] = c - d;
    out[5 * out_step] = 4 * d1 - 5 * d3 + d5;
}

/* A transposed: six vectors to four. */
static inline void output_transform(const vec *in, int step, vec *out, int out_step) {
    vec a = in[step] + in[2 * step], b = in[step] - in[2 * step];
    vec c = in[3 * step] + in[4 * step], d = in[3 * step] - in[4 * step];
    out[0] = in[0] + a + c;
    out[out_step] = b + 2 * d;
    out[2 * out_step] = a + 4 * c;
    out[3 * out_step] = b + 8 * d + in[5 * step];
}

/* A: four vectors to six. */
static inline void output_transform_adjoint(const vec *in, int step, vec *out, int out_step) {
    vec p = in[0], q = in[step], r = in[2 * step], s = in[3 * step];
    vec a = p + r, b = q + s, c = p + 4 * r, d = 2 * q + 8 * s;
    out[0] = p;
    out[out_step] = a + b;
    out[2 * out_step] = a - b;
    out[3 * out_step] = c + d;
    out[4 * out_step] = c - d;
    out[5 * out_step] = s;
}

/* Divisions take ten times as long as multiplications. */
#define SIXTH (1 / 6.f)

/* G: three vectors to six. */
static inline void filter_transform(const vec *in, int step, vec *out, int out_step) {
    vec a = (in[0] + in[2 * step]) * SIXTH, b = in[step] * SIXTH;
    vec c = in[0] * (SIXTH / 4) + in[2 * step] * SIXTH, d = in[step] * (SIXTH / 2);
    out[0] = in[0] / 4;
    out[out_step] = -a - b;
    out[2 * out_step] = b - a;
    out[3 * out_step] = c + d;
    out[4 * out_step] = c - d;
    out[5 * out_step] = in[2 * step];
}

/* G transposed: six vectors to three. */
static inline void filter_transform_adjoint(const vec *in, int step, vec *out, int out_step) {
    vec a = in[step] + in[2 * step], b = in[2 * step] - in[step];
    vec c = in[3 * step] + in[4 * step], d = in[3 * step] - in[4 * step];
    out[0] = in[0] / 4 - a * SIXTH + c * (SIXTH / 4);
    out[out_step] = b * SIXTH + d * (SIXTH / 2);
    out[2 * out_step] = (c - a) * SIXTH + in[5 * step];
}

#endif
