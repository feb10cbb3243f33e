"""The common part of methods that train uniformly sampled paths and then compare paths by their accuracy."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.supernets.method import Batch, Judge, Method, Options
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.supernet import Supernet
from rminas_sidecar.supernets.updates import Updates

Path = tuple[int, ...]
"""The number of the operation of each edge."""


class SamplingMethod(Method):
    """Trains one uniformly sampled path a step. There are no architecture parameters."""

    repeats = False

    def __init__(self, supernet: Supernet, options: Options) -> None:
        super().__init__(supernet, options)
        self.alpha = None

    def step(self, training: Batch, validation: Batch, updates: Updates) -> Tensor:
        """Updates the weights of one path."""
        return updates.update_weights(self.path_loss(training, self.supernet.draw()))

    def path_loss(self, batch: Batch, path: Sequence[int]) -> Tensor:
        """The cross entropy of a path."""
        return functional.cross_entropy(self.supernet(batch.images, Mixture(chosen=path)), batch.labels)

    def read(self) -> str | None:
        """None: only the accuracies of paths tell."""
        return None

    def answer(self, judge: Judge, on_progress: Callable[[float], None]) -> str:
        """The path with the best validation accuracy."""
        return self.supernet.text(self.choose(judge, on_progress))

    def choose(self, judge: Judge, on_progress: Callable[[float], None]) -> Path:
        """Finds the best path."""
        raise NotImplementedError


def best_of_random(supernet: Supernet, count: int, judge: Judge, on_progress: Callable[[float], None]) -> Path:
    """The best of some uniformly drawn paths; of equal ones the first."""
    known: dict[Path, float] = {}
    for number in range(count):
        path = supernet.draw()
        if path not in known:
            known[path] = judge(path)
        on_progress((number + 1) / count)
    return max(known, key=lambda path: known[path])


def best_of_evolution(
    supernet: Supernet, population: int, generations: int, judge: Judge, on_progress: Callable[[float], None]
) -> Path:
    """The best path of an evolution (Guo et al., ECCV 2020, algorithm 1).

    The first population is random. In each generation, one half are crossovers and one half are mutations of the ten
    best paths so far. A mutation changes each operation with probability .1.

    Args:
        supernet: draws paths from torch's global generator.
        population: paths of a generation.
        generations: besides the random one.
        judge: the fitness.
        on_progress: called with the share that is done.
    """
    known: dict[Path, float] = {}
    for generation in range(generations + 1):
        parents = sorted(known, key=lambda path: -known[path])[:_PARENTS]
        for number in range(population):
            path = supernet.draw() if not parents else _child(supernet, parents, crosses=number % 2 == 0)
            if path not in known:
                known[path] = judge(path)
            on_progress((generation * population + number + 1) / ((generations + 1) * population))
    return max(known, key=lambda path: known[path])


_PARENTS = 10
_MUTATION = 0.1


def _child(supernet: Supernet, parents: Sequence[Path], crosses: bool) -> Path:
    first = parents[int(torch.randint(len(parents), ()))]
    other = parents[int(torch.randint(len(parents), ()))] if crosses else supernet.draw()
    taken = torch.rand(len(first)) < (0.5 if crosses else _MUTATION)
    return tuple(theirs if takes else own for own, theirs, takes in zip(first, other, taken.tolist(), strict=True))
