"""The time of each operation of a compiled training, to be shown by operations.mjs.

PYTHONPATH decides which package is timed. It reads {genotype, repetitions}, one JSON a line. For each it answers the
operations of a step in their order: kind, sizes, multiply-adds, and the least CPU seconds of several steps. Operations
run as in a step, each after the one before.
"""

import json
import sys
import time

import numpy as np
import torch
from release_steps import BETA, draw_batch, parse_options, size_of
from rminas_sidecar.evaluation.determinism import seeded
from rminas_sidecar.kernels.program import ABSENT, KINDS, Sgd
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.programs import Material, Program, find_compiler

UPDATE = Sgd(0.1, 0.9, 1.0, 0.0, 5e-4, float("inf"))


def multiply_adds(operation: np.void) -> int:
    """The multiply-adds of a convolution or of its gradients, with those by zeros; 0 for other operations."""
    kind = KINDS[operation["kind"]]
    if "convolution" not in kind:
        return 0
    batch, height, width, inputs, outputs, side, stride = (
        int(operation[name])
        for name in ("batch", "height", "width", "inputs", "outputs", "side", "stride")
    )
    pixels = batch * -(-height // stride) * -(-width // stride)
    filters = side**2 * inputs * (1 if kind.startswith("depthwise") else outputs)
    gradients = 1 if operation["x_gradient"] == ABSENT else 2
    return pixels * filters * (gradients if kind.endswith("gradient") else 1)


def describe(operation: np.void) -> dict[str, object]:
    """The kind and the sizes of an operation."""
    sizes = ("height", "width", "inputs", "outputs", "side", "stride")
    answer = {name: int(operation[name]) for name in sizes}
    return {
        "kind": KINDS[operation["kind"]],
        **answer,
        "multiplyAdds": multiply_adds(operation),
    }


def seconds_of_step(program: Program) -> list[float]:
    """The CPU seconds of each operation of a step, and of the update."""
    seconds = []
    for table in program.tables:
        for index in range(len(table)):
            start = time.process_time()
            program.run(table[index : index + 1])
            seconds.append(time.process_time() - start)
    start = time.process_time()
    program.update(UPDATE)
    return [*seconds, time.process_time() - start]


def main() -> None:
    """Answers until its input ends."""
    options = parse_options()
    torch.set_num_threads(options.threads)
    size = size_of(options)
    compiler = find_compiler(options.space, size.channels)
    if compiler is None:
        raise SystemExit("Programs need a C compiler, and none was found, or its functions give wrong results.")
    images, labels, teacher = draw_batch(options.batch)
    material = Material.of(images, labels, RepresentationLoss(teacher).references)

    for line in sys.stdin:
        request = json.loads(line)
        with seeded(11):
            program = compiler.compile(request["genotype"], size, material, BETA)
        # The first step takes memory.
        _, *seconds = (seconds_of_step(program) for _ in range(1 + request["repetitions"]))
        operations = [describe(operation) for table in program.tables for operation in table]
        operations.append({"kind": "update", "multiplyAdds": 0})
        least = map(min, zip(*seconds, strict=True))
        answer = [{**operation, "seconds": each} for operation, each in zip(operations, least, strict=True)]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        del program


if __name__ == "__main__":
    main()
