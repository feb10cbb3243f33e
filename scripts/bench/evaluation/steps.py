"""One way to train on one batch, step by step, to be timed next to others by measures.mjs.

The batch and the teacher's features are drawn, since no figure depends on them. It reads {genotype, steps}, one JSON a
line, and answers the CPU seconds of each step and the last loss; the first step, which takes memory, is not among them.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.evaluation.precision import at_precision
from rminas_sidecar.evaluation.sgd import Sgd
from rminas_sidecar.evaluation.training import EagerTraining, Training
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.fast import REPLACEMENTS, accelerate
from rminas_sidecar.objective.observation import Observation, TrainingBatch, observe
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.specification import NetworkSpecification, OptimizerSpecification
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parents[1] / "search"))
from plain_loop import PlainCell, compare_plainly

BETA = 0.8
CELLS, CLASSES, RESOLUTION = 5, 10, 32
OPTIMIZER = OptimizerSpecification(0.1, 0.9, 0.0, False, 5e-4)
"""A step: answers the loss before its update."""
Step = Callable[[], Tensor]
Batch = tuple[Tensor, Tensor, list[Tensor]]


def size_of(channels: int) -> NetworkSpecification:
    """The paper's size, with this many channels."""
    return NetworkSpecification(channels=channels, cells=CELLS, classes=CLASSES, resolution=RESOLUTION)


def draw_batch(samples: int) -> Batch:
    """Images, labels, and the features of a teacher like ResNet-20."""
    with seeded(0):
        images, labels = torch.randn(samples, 3, 32, 32), torch.randint(10, (samples,))
        return (
            images,
            labels,
            [torch.randn(samples, 16 << k, 32 >> k, 32 >> k).relu() for k in range(3)],
        )


def build_plain(genotype: str, size: NetworkSpecification, batch: Batch) -> Step:
    """The paper's loop."""
    images, labels, teacher = batch
    network = make_plain(build_network("nas-bench-201", genotype, size), genotype)
    sgd = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)

    def step() -> Tensor:
        sgd.zero_grad()
        features, logits = network(images)
        cross_entropy = functional.cross_entropy(logits, labels)
        loss = BETA * compare_plainly(features, teacher) + (1 - BETA) * cross_entropy
        loss.backward()
        sgd.step()
        return loss.detach()

    return step


def build_fast(
    genotype: str,
    size: NetworkSpecification,
    batch: Batch,
    without: str | None,
    precision: Any,
) -> Step:
    """Ours, without one of the measures."""
    images, labels, teacher = batch
    network = build_network("nas-bench-201", genotype, size)
    network = accelerate(network, {name: of for name, of in REPLACEMENTS.items() if name != without})
    network = at_precision(network, precision).train()
    representation = compare_each_time(teacher) if without == "teacher" else RepresentationLoss(teacher)
    samples = TrainingBatch(images.contiguous(memory_format=torch.channels_last), labels, representation)

    def look() -> Observation:
        return observe(network, samples, BETA)

    if without == "sgd":
        return step_with_torch(look, network)
    return step_of(EagerTraining(look, Sgd(network.parameters(), OPTIMIZER)))


def build_compiled(genotype: str, size: NetworkSpecification, batch: Batch) -> Step:
    """Ours as a program; the releases before it do not have the module."""
    from rminas_sidecar.evaluation.compiled import CompiledTraining
    from rminas_sidecar.programs import Material, find_compiler

    images, labels, teacher = batch
    compiler = find_compiler("nas-bench-201", size.channels)
    if compiler is None:
        raise SystemExit("The C functions cannot be used on this machine.")
    material = Material.of(images, labels, RepresentationLoss(teacher).references)
    return step_of(CompiledTraining(compiler.compile(genotype, size, material, BETA), OPTIMIZER, BETA))


def build_screening(genotype: str, size: NetworkSpecification, compiled: bool) -> Step:
    """Measures synaptic flow and FLOPs, as a search screens a candidate; answers the flow."""
    from rminas_sidecar.networks.counting import Counter
    from rminas_sidecar.programs import find_compiler
    from rminas_sidecar.proxies import Context
    from rminas_sidecar.proxies.inference import inference_flops
    from rminas_sidecar.proxies.static.synflow import measure_synflow

    counter, compiler = Counter("nas-bench-201", size), find_compiler("nas-bench-201", size.channels)
    images = torch.zeros(1, 3, RESOLUTION, RESOLUTION)
    batch = TrainingBatch(images, torch.zeros(1), RepresentationLoss([torch.randn(1, 1)]))
    if compiled and compiler is None:
        raise SystemExit("The C functions cannot be used on this machine.")
    flow = None if compiler is None else compiler.synaptic_flow(size)

    def by_program() -> Tensor:
        assert flow is not None
        counter.count(genotype)
        return torch.tensor(flow.measure(genotype))

    def by_modules() -> Tensor:
        context = Context(
            lambda: build_network("nas-bench-201", genotype, size),
            batch,
            RESOLUTION,
            seed=0,
        )
        context.shared(inference_flops)
        return torch.tensor(measure_synflow(context))

    return by_program if compiled else by_modules


def step_of(training: Training) -> Step:
    """A step of a training."""

    def step() -> Tensor:
        loss = training.observe().loss
        training.update()
        return loss

    return step


def make_plain(network: Any, genotype: str) -> nn.Module:
    """Has every edge of the cells computed."""
    from rminas_sidecar.networks.nas_bench_201 import Cell, parse

    for index, cell in enumerate(network.cells):
        if isinstance(cell, Cell):
            network.cells[index] = PlainCell(parse(genotype), cell.layers)
    return network.train()


def compare_each_time(teacher: list[Tensor]) -> Callable[[Any], tuple[Tensor, Tensor]]:
    """The teacher's Gram matrices again at each step."""
    return lambda features: RepresentationLoss(teacher)(features)


def step_with_torch(look: Callable[[], Observation], network: nn.Module) -> Step:
    """The optimiser as it comes."""
    sgd = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)

    def step() -> Tensor:
        sgd.zero_grad()
        loss = look().loss
        loss.backward()
        sgd.step()
        return loss.detach()

    return step


def main() -> None:
    """Answers until its input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--screening", action="store_true")
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--without")
    parser.add_argument("--precision", default="float32")
    options = parser.parse_args()
    torch.set_num_threads(1)
    batch, size = draw_batch(options.batch), size_of(options.channels)
    for line in sys.stdin:
        request = json.loads(line)
        with seeded(11), deterministic_algorithms():
            if options.screening:
                step = build_screening(request["genotype"], size, options.compiled)
            elif options.plain:
                step = build_plain(request["genotype"], size, batch)
            elif options.compiled:
                step = build_compiled(request["genotype"], size, batch)
            else:
                step = build_fast(request["genotype"], size, batch, options.without, options.precision)
            loss, seconds = step(), []
            for _ in range(request["steps"]):
                start = time.process_time()
                loss = step()
                seconds.append(time.process_time() - start)
        sys.stdout.write(json.dumps({"seconds": seconds, "loss": float(loss)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
