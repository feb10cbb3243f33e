/* Vectors of LANES floats, in the notation of GCC and Clang: as wide as an instruction, unless LANES is given. */
#ifndef RMINAS_VECTORS_H
#define RMINAS_VECTORS_H

#include <stddef.h>
#include <string.h>

#if defined(__AVX__)
#include <immintrin.h>
#endif

#ifndef LANES
#if defined(__AVX512F__)
#define LANES 16
#else
#define LANES 8
#endif
#endif

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int lanes_mask __attribute__((vector_size(4 * LANES)));
typedef float unaligned __attribute__((vector_size(4 * LANES), aligned(4)));

/* For functions that take a function: inlined, they are as fast as if written out. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* For loops that need all registers: inlined, GCC may keep some of their values in memory. */
#define NEVER_INLINE __attribute__((noinline, unused))

typedef float half_lanes __attribute__((vector_size(2 * LANES)));
typedef double wide_lanes __attribute__((vector_size(4 * LANES)));
typedef double wide_unaligned_lanes __attribute__((vector_size(4 * LANES), aligned(8)));

static inline vec load(const float *from) { return *(const unaligned *)from; }
static inline void store(float *to, vec value) { *(unaligned *)to = value; }

/* A value that stays in a register. Otherwise GCC may read it from memory for each use. */
static inline vec hold(vec value) {
#if defined(__AVX__)
    __asm__("" : "+v"(value));
#endif
    return value;
}

/* Stores past the caches. `to` is aligned to a vector. */
static inline void stream(float *to, vec value) {
#if defined(__AVX512F__) && LANES == 16
    _mm512_stream_ps(to, (__m512)value);
#elif defined(__AVX__) && LANES == 8
    _mm256_stream_ps(to, (__m256)value);
#else
    store(to, value);
#endif
}

/* Stores, past the caches if `streams` is not zero. */
static inline void put(float *to, vec value, int streams) {
    if (streams)
        stream(to, value);
    else
        store(to, value);
}

/* The lanes of `one` where the mask is set, else those of `other`. */
static inline vec choose(lanes_mask where, vec one, vec other) {
    return (vec)(((lanes_mask)one & where) | ((lanes_mask)other & ~where));
}

/* Lanes of two vectors in turns: those of their first halves, and those of their second halves. */
static inline void interleave(vec one, vec other, vec *low, vec *high) {
#if defined(__GNUC__) && !defined(__clang__)
    lanes_mask first, second;
    for (int i = 0; i < LANES; i++) {
        first[i] = i / 2 + i % 2 * LANES;
        second[i] = first[i] + LANES / 2;
    }
    *low = __builtin_shuffle(one, other, first);
    *high = __builtin_shuffle(one, other, second);
#else
    for (int i = 0; i < LANES; i++) {
        (*low)[i] = i % 2 ? other[i / 2] : one[i / 2];
        (*high)[i] = i % 2 ? other[(i + LANES) / 2] : one[(i + LANES) / 2];
    }
#endif
}

/* Transposes LANES x LANES floats. */
static inline void transpose_lanes(vec *rows) {
    /* Each round moves a bit from the number of the lane to that of the row. */
    for (int round = 1; round < LANES; round *= 2) {
        vec next[LANES];
        for (int i = 0; i < LANES / 2; i++) interleave(rows[i], rows[i + LANES / 2], &next[2 * i], &next[2 * i + 1]);
        memcpy(rows, next, sizeof next);
    }
}

/* Adds each lane to a sum of its own. */
static inline void add_lanes(double *sums, vec value) {
    half_lanes halves[2];
    memcpy(halves, &value, sizeof value);
    for (int i = 0; i < 2; i++)
        *(wide_unaligned_lanes *)(sums + i * LANES / 2) += __builtin_convertvector(halves[i], wide_lanes);
}

#endif
