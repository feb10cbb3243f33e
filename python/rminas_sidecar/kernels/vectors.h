/* Vectors of LANES floats, in the notation of GCC and Clang: as wide as an instruction, unless LANES is given. */
#ifndef RMINAS_VECTORS_H
#define RMINAS_VECTORS_H

#include <stddef.h>

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

typedef double wide_lanes __attribute__((vector_size(8 * LANES)));
typedef double wide_unaligned_lanes __attribute__((vector_size(8 * LANES), aligned(8)));

static inline vec load(const float *from) { return *(const unaligned *)from; }
static inline void store(float *to, vec value) { *(unaligned *)to = value; }

/* The lanes of `one` where the mask is set, else those of `other`. */
static inline vec choose(lanes_mask where, vec one, vec other) {
    return (vec)(((lanes_mask)one & where) | ((lanes_mask)other & ~where));
}

/* Adds each lane to a sum of its own. */
static inline void add_lanes(double *sums, vec value) {
    *(wide_unaligned_lanes *)sums += __builtin_convertvector(value, wide_lanes);
}

#endif
