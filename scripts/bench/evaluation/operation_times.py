"""The time of each operation of a compiled training, to be shown by operations.mjs. Which package is timed decides PYTHONPATH.

It reads {genotype, repetitions}, one JSON a line. For each it answers the operations of a step in their order: kind, sizes,
multiply-adds, and the least CPU seconds of several steps. Operations run as in a step, each after the one before.
"""

import argparse
import json
import sys
import time

import numpy as np
import torch
from rminas_sidecar.evaluation.determinism import seeded
from rminas_sidecar.kernels.program import ABSENT, KINDS, Sgd
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.programs import Material, Program, find_compiler
from rminas_sidecar.specification import NetworkSpecification

CLASSES, RESOLUTION = 10, 32
BETA = 0.8
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
    parser = argparse.ArgumentParser()
    parser.add_argument("--space", required=True)
    parser.add_argument("--channels", type=int, required=True)
    parser.add_argument("--cells", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    size = NetworkSpecification(
        channels=options.channels,
        cells=options.cells,
        classes=CLASSES,
        resolution=RESOLUTION,
    )
    compiler = find_compiler(options.space, size.channels)
    if compiler is None:
        raise SystemExit(
            "Programs need a C compiler, and none was found, or its functions give wrong results."
        )
    with seeded(0):
        images = torch.randn(options.batch, 3, RESOLUTION, RESOLUTION)
        labels = torch.randint(CLASSES, (options.batch,))
        teacher = [
            torch.randn(options.batch, 16 << k, 32 >> k, 32 >> k).relu()
            for k in range(3)
        ]
    material = Material.of(images, labels, RepresentationLoss(teacher).references)

    for line in sys.stdin:
        request = json.loads(line)
        with seeded(11):
            program = compiler.compile(request["genotype"], size, material, BETA)
        # The first step takes memory.
        seconds = [seconds_of_step(program) for _ in range(1 + request["repetitions"])][
            1:
        ]
        kinds = [describe(operation) for table in program.tables for operation in table]
        least = map(min, zip(*seconds, strict=True))
        answer = [
            {**kind, "seconds": each}
            for kind, each in zip(
                [*kinds, {"kind": "update", "multiplyAdds": 0}], least, strict=True
            )
        ]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        del program


if __name__ == "__main__":
    main()
