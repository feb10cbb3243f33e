"""FairNAS (Chu, Zhang and Xu, ICCV 2021, algorithm 1): strict fairness.

A step draws a permutation of the operations for each edge. Path k takes the k-th operation of each permutation. All
paths see the same batch, and one update uses the sum of their gradients. So a step trains each operation of each edge
once.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from rminas_sidecar.supernets.method import Batch, Judge
from rminas_sidecar.supernets.sampling import Path, SamplingMethod, best_of_evolution
from rminas_sidecar.supernets.updates import Updates


class FairNas(SamplingMethod):
    """See the module.

    Options: `population`, `generations`: of the evolution that finds the answer.
    """

    def draw_paths(self) -> list[Path]:
        """As many paths as there are operations; together they have each operation of each edge once."""
        count = len(self.supernet.operations)
        permutations = [torch.randperm(count).tolist() for _ in range(self.supernet.edges)]
        return [tuple(path) for path in zip(*permutations, strict=True)]

    def step(self, training: Batch, validation: Batch, updates: Updates) -> Tensor:
        """One update by all paths."""
        return updates.update_weights(*(self.path_loss(training, path) for path in self.draw_paths()))

    def choose(self, judge: Judge, on_progress: Callable[[float], None]) -> Path:
        """Finds the best path by an evolution."""
        population, generations = int(self.options["population"]), int(self.options["generations"])
        return best_of_evolution(self.supernet, population, generations, judge, on_progress)
