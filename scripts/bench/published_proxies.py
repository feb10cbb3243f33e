"""Times proxies beside their published code, on the same networks, weights and images, with one thread.

The published code is written anew here, as it is in github.com/SLDGroup/ZiCo (`compute_zico.py`) and
github.com/cvlab-yonsei/AZ-NAS (`compute_az_nas_score.py`): passes, statistics and their order are theirs.
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from statistics import geometric_mean, mean, median
from typing import Any

import numpy as np
import torch
from rminas_sidecar.evaluation.compiled import CompiledNetworks
from rminas_sidecar.evaluation.costs import count_network
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.nas_bench_201 import OPERATIONS
from rminas_sidecar.objective.observation import TrainingBatch
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.proxies import Context, Shortcuts, measure, select
from rminas_sidecar.specification import NetworkSpecification
from torch import Tensor, nn
from torch.nn import functional

SIZE = NetworkSpecification(channels=16, cells=5, classes=10, resolution=32)
SAMPLES = 32
SEED = 3
AZ_NAS = ("az-expressivity", "az-progressivity", "az-trainability", "az-complexity")
Build = Callable[[], nn.Module]
SPECIFICATION: Any = argparse.Namespace(
    backend="native", space="nas-bench-201", network=SIZE, arithmetic="compiled", precision="float32"
)


def published_zico(network: nn.Module, images: Tensor, labels: Tensor) -> dict[str, float]:
    """ZiCo of two batches, which are the halves of one."""
    gradients: dict[str, list[Any]] = {}
    network.train()
    for half, classes in zip(images.tensor_split(2), labels.tensor_split(2), strict=True):
        network.zero_grad()
        functional.cross_entropy(network(half)[1], classes).backward()
        for name, layer in network.named_modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)) and layer.weight.grad is not None:
                gradients.setdefault(name, []).append(layer.weight.grad.data.cpu().reshape(-1).numpy())
    score = 0.0
    for pair in gradients.values():
        both = np.array(pair)
        deviations = np.std(both, axis=0)
        varying = np.nonzero(deviations)[0]
        means = np.mean(np.abs(both), axis=0)
        total = np.sum(means[varying] / deviations[varying])
        score += 0.0 if total == 0 else float(np.log(total))
    return {"zico": score}


def published_az_nas(network: nn.Module, images: Tensor, _labels: Tensor) -> dict[str, float]:
    """All proxies of AZ-NAS but the FLOPs, which the authors look up in a table."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    features = _cell_features(network, torch.randn(images.shape))
    scores = np.array([_published_entropy(each.detach().clone()) for each in features])
    trained = [_published_trainability(features[at - 1], features[at]) for at in reversed(range(1, len(features)))]
    return {
        "az-expressivity": float(scores.sum()),
        "az-progressivity": float(np.min(scores[1:] - scores[:-1])),
        "az-trainability": float(np.mean(trained)),
    }


def _cell_features(network: nn.Module, images: Tensor) -> list[Tensor]:
    features: list[Tensor] = [network.stem(images)]
    for cell in network.cells:
        features.append(cell(features[-1]))
    return features


def _published_entropy(features: Tensor) -> float:
    batch, channels, height, width = features.shape
    vectors = features.permute(0, 2, 3, 1).contiguous().view(batch * height * width, channels)
    vectors = vectors - vectors.mean(dim=0, keepdim=True)
    spectrum = torch.linalg.eigvalsh(torch.mm(vectors.transpose(1, 0), vectors) / vectors.size(0))
    shares = spectrum / spectrum.sum()
    return float((-shares * torch.log(shares + 1e-8)).sum().item())


def _published_trainability(entering: Tensor, leaving: Tensor) -> float:
    signs = (torch.bernoulli(torch.ones_like(leaving) * 0.5) - 0.5) * 2
    (returned,) = torch.autograd.grad(leaving, entering, signs, retain_graph=True)
    if signs.shape == returned.shape and torch.all(returned == signs):
        return -math.inf
    if signs.shape[2:] != returned.shape[2:]:
        returned = nn.PixelUnshuffle(returned.size(2) // signs.size(2))(returned)
    rows = signs.permute(0, 2, 3, 1).contiguous().view(-1, 1, signs.size(1))
    columns = returned.permute(0, 2, 3, 1).contiguous().view(-1, returned.size(1), 1)
    matrix = torch.bmm(columns, rows).mean(dim=0)
    if matrix.size(0) < matrix.size(1):
        matrix = matrix.transpose(0, 1)
    largest = torch.linalg.svdvals(matrix).max().item()
    return -largest - 1 / (largest + 1e-6) + 2


PUBLISHED: dict[str, tuple[Sequence[str], Callable[[nn.Module, Tensor, Tensor], dict[str, float]]]] = {
    "zico": (("zico",), published_zico),
    "AZ-NAS": (AZ_NAS, published_az_nas),
}


def measure_ours(
    build: Build, genotype: str, proxies: Sequence[str], batch: TrainingBatch, compiled: CompiledNetworks | None
) -> dict[str, float]:
    """As a worker measures an architecture."""
    shortcuts = Shortcuts(
        flops=lambda: count_network(SPECIFICATION, genotype).multiply_adds / 1e6,
        loss_gradients=None if compiled is None else partial(compiled.loss_gradients, genotype, SEED),
    )
    context = Context(build, batch, SIZE.resolution, SEED, shortcuts)
    values = measure(select(proxies, 1), context, lambda *_: None, lambda: None)["values"]
    return {it["proxy"]: it["value"] for it in values}


def draw_batch() -> TrainingBatch:
    """Random images, labels and a teacher."""
    with seeded(0):
        images, labels = torch.randn(SAMPLES, 3, 32, 32), torch.randint(10, (SAMPLES,))
        teacher = RepresentationLoss([torch.randn(SAMPLES, 8) for _ in range(3)])
    return TrainingBatch(images, labels, teacher)


def draw_genotype(drawn: random.Random) -> str:
    """A random cell of NAS-Bench-201."""
    edges = iter(drawn.choices(OPERATIONS, k=6))
    cell = [[f"{next(edges)}~{source}" for source in range(target)] for target in (1, 2, 3)]
    return "+".join(f"|{'|'.join(node)}|" for node in cell)


def draw_network(genotype: str) -> nn.Module:
    """A network with the initial weights of the seed."""
    with seeded(SEED):
        return build_network("nas-bench-201", genotype, SIZE)


def time_architecture(
    genotype: str, name: str, batch: TrainingBatch, compiled: CompiledNetworks | None, rounds: int
) -> tuple[list[float], list[dict[str, float]]]:
    """The median seconds of the published code and of ours, which take turns, and the last answer of each."""
    proxies, published = PUBLISHED[name]
    build = partial(draw_network, genotype)
    sides: list[Callable[[], dict[str, float]]] = [
        lambda: published(build(), batch.images, batch.labels),
        lambda: measure_ours(build, genotype, proxies, batch, compiled),
    ]
    seconds: list[list[float]] = [[], []]
    answers: list[dict[str, float]] = [{}, {}]
    for _ in range(rounds):
        for side, run in enumerate(sides):
            with deterministic_algorithms():
                start = time.process_time()
                answers[side] = run()
                seconds[side].append(time.process_time() - start)
    return [median(each) for each in seconds], answers


def main() -> None:
    """Prints the seconds of the processor, and the ratio, for each published code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--architectures", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    batch = draw_batch()
    compiled = CompiledNetworks.find(SPECIFICATION, batch, torch.device("cpu"))
    drawn = random.Random(1)
    for name in PUBLISHED:
        times: list[list[float]] = []
        errors: list[list[float]] = []
        for _ in range(options.architectures):
            genotype = draw_genotype(drawn)
            seconds, answers = time_architecture(genotype, name, batch, compiled, options.rounds)
            times.append(seconds)
            if name == "zico":
                exact = published_zico(draw_network(genotype).double(), batch.images.double(), batch.labels)["zico"]
                errors.append([abs(answer["zico"] / exact - 1) for answer in answers])
        ratios = [published / own for published, own in times]
        sys.stdout.write(
            f"{name}: published {median(it for it, _ in times):.3f} s, ours {median(it for _, it in times):.3f} s, "
            f"{geometric_mean(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})\n"
        )
        for side, of_side in zip(("published", "ours"), zip(*errors, strict=True), strict=False):
            sys.stdout.write(f"  {side}, beside float64: {mean(of_side):.2%} on average, {max(of_side):.2%} at most\n")


if __name__ == "__main__":
    main()
