"""Random search with weight sharing (Li and Talwalkar, UAI 2019, section 3.2).

Uniformly sampled paths are trained. The answer is the best of a sample of paths.
"""

from collections.abc import Callable

from rminas_sidecar.supernets.method import Judge
from rminas_sidecar.supernets.sampling import Path, SamplingMethod, best_of_random


class RandomSampling(SamplingMethod):
    """See the module.

    Options: `candidates`: paths that are compared.
    """

    def choose(self, judge: Judge, on_progress: Callable[[float], None]) -> Path:
        """Finds the best of a sample."""
        return best_of_random(self.supernet, int(self.options["candidates"]), judge, on_progress)
