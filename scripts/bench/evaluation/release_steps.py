"""Steps of trainings by an installed release or by this tree, to be timed beside each other by evaluation.mjs.

Which one decides PYTHONPATH. The batch and the teacher's features are drawn, since no figure depends on them. It reads
{genotype, steps}, one JSON a line, and answers the CPU seconds of each step, the last loss, and the multiply-adds of an
image in the network. The first step, which takes memory, is not among them.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import torch
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.evaluation.sgd import Sgd
from rminas_sidecar.evaluation.training import EagerTraining
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.fast import accelerate
from rminas_sidecar.networks.flops import count_flops

BETA = 0.8
CLASSES, RESOLUTION = 10, 32
Batch = tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]


def found(name: str, *modules: str) -> Any:
    """A name of the first module that exists: 0.2.1 had them elsewhere."""
    for module in modules:
        try:
            return getattr(import_module(f"rminas_sidecar.{module}"), name)
        except ModuleNotFoundError:
            continue
    raise SystemExit(f"There is no {name} in this release.")


NetworkSpecification = found("NetworkSpecification", "specification", "evaluation.specification")
OptimizerSpecification = found("OptimizerSpecification", "specification", "evaluation.specification")
RepresentationLoss = found("RepresentationLoss", "objective.rmi", "evaluation.rmi")
TrainingBatch = found("TrainingBatch", "objective.observation", "evaluation.observation")
observe = found("observe", "objective.observation", "evaluation.observation")


def draw_batch(samples: int) -> Batch:
    """Images, labels, and the features of a teacher like ResNet-20."""
    with seeded(0):
        images, labels = torch.randn(samples, 3, RESOLUTION, RESOLUTION), torch.randint(CLASSES, (samples,))
        return images, labels, [torch.randn(samples, 16 << k, 32 >> k, 32 >> k).relu() for k in range(3)]


def fast_training(space: str, genotype: str, size: Any, batch: Batch, optimizer: Any) -> Any:
    """By torch and the C functions for single layers and cells, as in 0.2.1."""
    images, labels, teacher = batch
    network = accelerate(build_network(space, genotype, size)).train()
    samples = TrainingBatch(images.contiguous(memory_format=torch.channels_last), labels, RepresentationLoss(teacher))
    return EagerTraining(lambda: observe(network, samples, BETA), Sgd(network.parameters(), optimizer))


def compiled_training(space: str, genotype: str, size: Any, batch: Batch, optimizer: Any) -> Any:
    """By a program; by torch where there is no C compiler."""
    from rminas_sidecar.evaluation.compiled import CompiledTraining
    from rminas_sidecar.programs import Material, find_compiler

    compiler = find_compiler(space, size.channels)
    if compiler is None:
        return fast_training(space, genotype, size, batch, optimizer)
    images, labels, teacher = batch
    material = Material.of(images, labels, RepresentationLoss(teacher).references)
    return CompiledTraining(compiler.compile(genotype, size, material, BETA), optimizer, BETA)


def seconds_of(step: Callable[[], Any]) -> tuple[float, Any]:
    """The CPU seconds of a call, and its answer."""
    start = time.process_time()
    answer = step()
    return time.process_time() - start, answer


def parse_options() -> argparse.Namespace:
    """The case, as the arguments give it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--space", default="nas-bench-201")
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--cells", type=int, default=5)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--compiled", action="store_true")
    return parser.parse_args()


def size_of(options: argparse.Namespace) -> Any:
    """The size of the networks of a case."""
    return NetworkSpecification(
        channels=options.channels, cells=options.cells, classes=CLASSES, resolution=RESOLUTION
    )


def main() -> None:
    """Answers until its input ends."""
    options = parse_options()
    torch.set_num_threads(options.threads)
    size = size_of(options)
    optimizer = OptimizerSpecification(0.1, 0.9, 0.0, False, 5e-4)
    batch, begin = draw_batch(options.batch), compiled_training if options.compiled else fast_training

    for line in sys.stdin:
        request = json.loads(line)
        genotype = request["genotype"]
        with seeded(11), deterministic_algorithms():
            millions = count_flops(build_network(options.space, genotype, size), RESOLUTION)
        with seeded(11), deterministic_algorithms():
            training = begin(options.space, genotype, size, batch, optimizer)

            def step(training: Any = training) -> float:
                loss = training.observe().loss.item()
                training.update()
                return float(loss)

            answers = [seconds_of(step) for _ in range(1 + request["steps"])]
        seconds = [each for each, _ in answers[1:]]
        answer = {"seconds": seconds, "loss": answers[-1][1], "multiplyAdds": millions * 1e6}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        # As in a worker, the next training begins without the memory of this one.
        del training, step


if __name__ == "__main__":
    main()
