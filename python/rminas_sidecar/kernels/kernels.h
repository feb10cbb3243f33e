/* The functions of the other files that operations of a program are made of. The files describe them. */
#ifndef RMINAS_KERNELS_H
#define RMINAS_KERNELS_H

#include "images.h"

void rminas_convolve(const float *x, const float *filters, float *y, double *moments, ptrdiff_t batch, ptrdiff_t height,
                     ptrdiff_t width, ptrdiff_t inputs, ptrdiff_t outputs, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last,
                     float *scratch);
void rminas_convolve_gradients(const float *x, const images *gradient, const float *turned, const float *base,
                               float *x_gradient, float *filters, ptrdiff_t batch, ptrdiff_t height, ptrdiff_t width,
                               ptrdiff_t inputs, ptrdiff_t outputs, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last,
                               float *scratch);
void rminas_convolve_halves(const float *x, const float *filters, float *y, double *moments, ptrdiff_t batch,
                            ptrdiff_t height, ptrdiff_t width, ptrdiff_t part, ptrdiff_t first, ptrdiff_t last,
                            float *scratch);
void rminas_convolve_halves_gradients(const float *x, const images *gradient, const float *turned, const float *base,
                                      float *x_gradient, float *filters, ptrdiff_t batch, ptrdiff_t height, ptrdiff_t width,
                                      ptrdiff_t part, ptrdiff_t first, ptrdiff_t last, float *scratch);
void rminas_filter_transform(const float *filters, float *transformed, ptrdiff_t count);
void rminas_filter_transform_adjoint(const float *transformed, float *filters, ptrdiff_t count, ptrdiff_t parts);

void rminas_normalise(const float *x, const float *weight, const float *bias, float epsilon, float *y, float *mean,
                      float *inverse, ptrdiff_t pixels, ptrdiff_t channels);
void rminas_norm_statistics(const double *moments, ptrdiff_t parts, const float *weight, const float *bias, float epsilon,
                            float *statistics, ptrdiff_t pixels, ptrdiff_t channels);
void rminas_norm_gradient(const float *x, const float *gradient, const float *weight, const float *statistics,
                          float *factors, float *vectors, ptrdiff_t pixels, ptrdiff_t channels);
void rminas_norm_factors(const double *sums, const float *weight, const float *statistics, float *factors, float *vectors,
                         ptrdiff_t pixels, ptrdiff_t channels);
void rminas_normalise_gradient(const float *x, const float *gradient, const float *mean, const float *factors,
                               float *x_gradient, ptrdiff_t pixels, ptrdiff_t channels);

void rminas_average(const float *x, float *y, float *row, int adjoint, ptrdiff_t batch, ptrdiff_t height, ptrdiff_t width,
                    ptrdiff_t channels);

#define MOST_TERMS 3

/* A term of a sum: images, and a factor and an offset for each channel. Each may be null. */
typedef struct {
    const float *pixels, *scale, *shift;
} term;

void rminas_add(const term *terms, ptrdiff_t count, float *y, ptrdiff_t pixels, ptrdiff_t channels);

#endif
