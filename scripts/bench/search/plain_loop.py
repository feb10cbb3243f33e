"""The search's inner loop as the paper's authors run it, to measure against. It is meant to be read next to theirs.

Eager PyTorch, images channel by channel in memory, `torch.optim.SGD` as it comes; `none` is a multiplication by zero,
every edge is computed, a node is a `sum` that begins with 0, and the teacher's Gram matrices are computed at every step.
A backward pass and an update follow the last loss, too. Source: `train_arch` of XNAS's `RMINAS.py`, `InferCell` of its
NAS-Bench-201, `RMI_loss`. Data, teacher and initial weights are those of the rest of this repository, so that losses can
be compared; none of it is timed but the start. On a CUDA device operations are float32 and deterministic, as ours are.

It reads requests and writes answers, one JSON a line: first {specification, assets}, then {genotype, seed, updates}.
With `--originals`, the classes are XNAS's own (XNAS_HOME), which shows whether this loop is as fast as theirs.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from rminas_sidecar.backends import BACKENDS
from rminas_sidecar.backends.xnas import import_xnas
from rminas_sidecar.data import batch
from rminas_sidecar.data.datasets import find_dataset
from rminas_sidecar.engines.worker import choose_device
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.networks.nas_bench_201 import Cell, CellEdge, NasBench201Network, parse
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.specification import Assets, Specification
from rminas_sidecar.teachers import load_teacher
from torch import Tensor, nn
from torch.nn import functional

Compare = Callable[[Sequence[Tensor], Sequence[Tensor]], Tensor]


class PlainCell(nn.Module):
    """A cell that computes all of its edges, with the layers of one that does not."""

    def __init__(self, edges: Sequence[CellEdge], layers: nn.ModuleList) -> None:
        super().__init__()
        self.layers = layers
        self._edges = edges

    def forward(self, x: Tensor) -> Tensor:
        nodes = [x]
        for target in (1, 2, 3):
            terms = [
                nodes[edge.source].mul(0.0) if edge.operation == "none" else layer(nodes[edge.source])
                for edge, layer in zip(self._edges, self.layers, strict=True)
                if edge.target == target
            ]
            nodes.append(sum(terms))  # type: ignore[arg-type]
        return nodes[-1]


class PlainNetwork(nn.Module):
    """The network of a genotype, with the weights that ours begins with."""

    def __init__(self, specification: Specification, genotype: str) -> None:
        super().__init__()
        size = specification.network
        self.network = NasBench201Network(genotype, size.channels, size.cells, size.classes)
        edges = parse(genotype)
        for index, cell in enumerate(self.network.cells):
            if isinstance(cell, Cell):
                self.network.cells[index] = PlainCell(edges, cell.layers)
        self._tapped = (size.cells - 1, 2 * size.cells)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Answers the features of three stages and the logits."""
        features = []
        x = self.network.stem(images)
        for index, cell in enumerate(self.network.cells):
            x = cell(x)
            if index in self._tapped:
                features.append(x)
        x = self.network.lastact(x)
        features.append(x)
        return features, self.network.classifier(functional.adaptive_avg_pool2d(x, 1).flatten(1))


@dataclass(frozen=True)
class PlainLoop:
    """Trains candidates on one batch, one after the other."""

    specification: Specification
    images: Tensor
    labels: Tensor
    teacher_features: Sequence[Tensor]
    originals: bool

    @classmethod
    def prepare(cls, request: Mapping[str, Any], device: torch.device, originals: bool) -> "PlainLoop":
        """Reads the data, draws the batch and asks the teacher."""
        spec, files = Specification.from_dict(request["specification"]), Assets.from_dict(request["assets"])
        dataset = find_dataset(spec.dataset, spec.network.resolution, spec.network.classes)
        teacher = load_teacher(spec.teacher.architecture, files.teacher, dataset.classes).to(device)
        teacher.train(spec.teacher.mode == "train")
        pool = batch.draw_pool(dataset.read_training(files.dataset), dataset, spec.batch.pool, spec.seed)
        images, labels = batch.select(*(part.to(device) for part in pool), teacher, spec.batch)
        with torch.no_grad():
            features, _ = teacher(images)
        return cls(spec, images, labels, features, originals)

    def evaluate(self, genotype: str, seed: int, updates: int) -> dict[str, Any]:
        """Trains one architecture.

        Args:
            genotype: in NAS-Bench-201's notation.
            seed: of the initial weights.
            updates: after the first so many of the losses there is an update; the originals make one after each.
        """
        start = time.perf_counter()
        network, compare = self._build(genotype, seed)
        network.train()
        optimizer = self.specification.optimizer
        sgd = torch.optim.SGD(
            network.parameters(),
            optimizer.learning_rate,
            momentum=optimizer.momentum,
            dampening=optimizer.dampening,
            weight_decay=optimizer.weight_decay,
            nesterov=optimizer.nesterov,
        )
        beta = self.specification.beta
        curve, ends = [], [time.perf_counter()]
        for step in range(self.specification.steps):
            sgd.zero_grad()
            features, logits = network(self.images)
            cross_entropy = functional.cross_entropy(logits, self.labels)
            loss = beta * compare(features, self.teacher_features) + (1 - beta) * cross_entropy
            if step < updates:
                loss.backward()
                sgd.step()
            curve.append(loss.detach().cpu().item())
            ends.append(time.perf_counter())
        return {
            "curve": [value if math.isfinite(value) else None for value in curve],
            "seconds": ends[-1] - start,
            "secondsOfSteps": [end - begin for begin, end in pairwise(ends)],
        }

    def _build(self, genotype: str, seed: int) -> tuple[nn.Module, Compare]:
        device = self.images.device
        with seeded(seed):
            if not self.originals:
                return PlainNetwork(self.specification, genotype).to(device), compare_plainly
            network = BACKENDS["xnas"].build_network(self.specification, genotype).to(device)
        return network, import_xnas("xnas.algorithms.RMINAS.utils.RMI_torch").RMI_loss(len(self.images))


def compare_plainly(features: Sequence[Tensor], teacher_features: Sequence[Tensor]) -> Tensor:
    """The sum over the stages of 1 - CKA, all of it computed anew."""
    return RepresentationLoss(teacher_features)(features)[0]


def main() -> None:
    """Answers until its input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--originals", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with deterministic_algorithms():
        loop = PlainLoop.prepare(json.loads(sys.stdin.readline()), choose_device(options.device), options.originals)
        answer({"batch": batch.digest(loop.images, loop.labels)})
        for line in sys.stdin:
            answer(loop.evaluate(**json.loads(line)))


def answer(body: Mapping[str, Any]) -> None:
    """Writes one line."""
    print(json.dumps(body), flush=True)


if __name__ == "__main__":
    main()
