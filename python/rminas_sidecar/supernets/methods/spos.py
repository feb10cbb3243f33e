"""Single Path One-Shot (Guo et al., ECCV 2020, sections 3.2 and 3.4): uniform sampling of paths, then an evolution."""

from collections.abc import Callable

from rminas_sidecar.supernets.method import Judge
from rminas_sidecar.supernets.sampling import Path, SamplingMethod, best_of_evolution


class Spos(SamplingMethod):
    """See the module.

    Options: `population`, `generations`: of the evolution.
    """

    def choose(self, judge: Judge, on_progress: Callable[[float], None]) -> Path:
        """Finds the best path by an evolution."""
        population, generations = int(self.options["population"]), int(self.options["generations"])
        return best_of_evolution(self.supernet, population, generations, judge, on_progress)
