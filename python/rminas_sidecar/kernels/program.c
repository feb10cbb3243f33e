/* Runs the operations of a program, and updates its parameters. */
#include <math.h>

#include "operation.h"

/* Every operation has a function `rminas_NAME`, and some have one that tells how much scratch memory they need. */
#define RUNS(name) void rminas_##name(const operation *o, float *arena, float *scratch);
#define NEEDS_SCRATCH(name) RUNS(name) ptrdiff_t rminas_##name##_scratch(const operation *o);
OPERATIONS(RUNS, NEEDS_SCRATCH)

#define WITHOUT_SCRATCH(name) {rminas_##name, NULL},
#define WITH_SCRATCH(name) {rminas_##name, rminas_##name##_scratch},
static const implementation IMPLEMENTATIONS[] = {OPERATIONS(WITHOUT_SCRATCH, WITH_SCRATCH)};

const implementation *rminas_implementations(void) { return IMPLEMENTATIONS; }

/* Bytes of an operation, and the number of kinds: the caller's table must have the same. */
ptrdiff_t rminas_operation_size(void) { return sizeof(operation); }
ptrdiff_t rminas_kinds(void) { return sizeof IMPLEMENTATIONS / sizeof *IMPLEMENTATIONS; }

/* Floats of scratch memory that suffice for each of the operations. */
ptrdiff_t rminas_scratch(const operation *operations, ptrdiff_t count) {
    ptrdiff_t most = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        ptrdiff_t (*scratch)(const operation *) = IMPLEMENTATIONS[operations[i].kind].scratch;
        ptrdiff_t floats = scratch ? scratch(&operations[i]) : 0;
        most = floats > most ? floats : most;
    }
    return most;
}

/* libraries: the implementations of each, by the number that operations have. arena and scratch: aligned to 64 bytes. */
void rminas_run(const operation *operations, ptrdiff_t count, float *arena, float *scratch,
                const implementation *const *libraries) {
    for (const operation *o = operations; o < operations + count; o++) libraries[o->library][o->kind].run(o, arena, scratch);
}

typedef struct {
    double learning_rate, momentum, gradient_share, nesterov, weight_decay;
    /* Infinite where the gradient is not limited. */
    double gradient_norm;
} sgd;

/* The factor by which the gradient is limited, as in torch's `clip_grad_norm_`. */
static float limit(const float *gradients, ptrdiff_t count, double most) {
    if (isinf(most)) return 1;
    double square = 0;
    for (ptrdiff_t i = 0; i < count; i++) square += (double)gradients[i] * gradients[i];
    double factor = most / (sqrt(square) + 1e-6);
    return factor < 1 ? factor : 1;
}

/* Updates parameters and momenta, as `torch.optim.SGD`. */
void rminas_update(float *parameters, const float *gradients, float *momenta, ptrdiff_t count, const sgd *by) {
    float scale = limit(gradients, count, by->gradient_norm), decay = by->weight_decay, momentum = by->momentum;
    float share = by->gradient_share, rate = by->learning_rate;
    for (ptrdiff_t i = 0; i < count; i++) {
        float change = scale * gradients[i] + decay * parameters[i];
        momenta[i] = momentum * momenta[i] + share * change;
        parameters[i] -= rate * (by->nesterov != 0 ? change + momentum * momenta[i] : momenta[i]);
    }
}
