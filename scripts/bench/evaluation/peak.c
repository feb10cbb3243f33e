/* Prints the processor's peak of float32 multiply-adds in 1e9 a second: independent ones, in registers. */
#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
#define LANES 16
#define VECTOR "v"
#elif defined(__x86_64__)
#define LANES 8
#define VECTOR "x"
#else
#define LANES 4
#define VECTOR "w"
#endif
#define SUMS 12
#define STEPS 20000000L

typedef float vec __attribute__((vector_size(4 * LANES)));

/* The compiler must compute the sum each time. */
#define ADD(sum)          \
    sum = sum * one + two; \
    __asm__ volatile("" : "+" VECTOR(sum));

int main(void) {
    vec one = (vec){0} + 0.999f, two = (vec){0} + 0.001f;
    vec a = one, b = two, c = one, d = two, e = one, f = two, g = one, h = two, i = one, j = two, k = one, l = two;
    struct timespec start, end;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    for (long step = 0; step < STEPS; step++) {
        ADD(a) ADD(b) ADD(c) ADD(d) ADD(e) ADD(f) ADD(g) ADD(h) ADD(i) ADD(j) ADD(k) ADD(l)
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
    printf("%f\n", STEPS * SUMS * LANES / seconds / 1e9);
}
