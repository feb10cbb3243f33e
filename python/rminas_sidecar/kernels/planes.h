/* Copies of images by vectors of channels, with room for zeros beside each line, and the lines that are fetched ahead. */
#ifndef RMINAS_PLANES_H
#define RMINAS_PLANES_H

#include "operation.h"

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

/*
 * Lines that are fetched into the cache while others are computed. pixels: the line that is fetched during line 0 of the present
 * image, one vector of channels; or null. Memory may end before the lines do.
 */
typedef struct {
    const float *pixels;
    ptrdiff_t width, channels;
} lines_ahead;

static void fetch_line(lines_ahead ahead, ptrdiff_t h) {
    if (!ahead.pixels) return;
    const float *pixel = ahead.pixels + h * ahead.width * ahead.channels;
    for (ptrdiff_t w = 0; w < ahead.width; w++) __builtin_prefetch(pixel + w * ahead.channels, 0, 2);
}

#endif
