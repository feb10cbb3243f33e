"""The spaces whose networks are compiled."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rminas_sidecar.programs import darts, nas_bench_201, nas_bench_macro, proxyless
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.network import Network
from rminas_sidecar.programs.operations import NARROW
from rminas_sidecar.programs.parameters import Parameters
from rminas_sidecar.programs.tape import Image
from rminas_sidecar.specification import NetworkSpecification


class Build(Protocol):
    """The compilation of a network of a space."""

    def __call__(
        self, graph: Graph, parameters: Parameters, patches: Image, genotype: str, size: NetworkSpecification
    ) -> Network:
        """Appends the operations and the parameters of a network.

        Args:
            graph: gets the operations.
            parameters: gets the parameters.
            patches: 3 × 3 patches of the images, see :func:`rminas_sidecar.programs.images.patches_of`.
            genotype: of the space.
            size: of the network; the space suits it.

        Raises:
            SidecarError: `invalid-genotype`.
        """


@dataclass(frozen=True)
class CompiledSpace:
    """How the networks of a space are compiled.

    Args:
        build: appends operations and parameters of a network.
        suits: whether there are operations for networks of a size and so many samples.
        example: a genotype with all operations, on which compiled networks are compared with torch's.
        cells: of the example.
        resolution: of the example.
        knows: whether there are operations for a genotype.
        narrowest: channels that fit into the vectors of the second library; None for those of the stem.
    """

    build: Build
    suits: Callable[[NetworkSpecification, int], bool]
    example: str
    cells: int
    resolution: int
    knows: Callable[[str], bool] = lambda _: True
    narrowest: int | None = None


SPACES = {
    "nas-bench-201": CompiledSpace(nas_bench_201.build, nas_bench_201.suits, nas_bench_201.EXAMPLE, 1, 16),
    "nas-bench-macro": CompiledSpace(nas_bench_macro.build, nas_bench_macro.suits, nas_bench_macro.EXAMPLE, 1, 32),
    "darts": CompiledSpace(darts.build, darts.suits, darts.EXAMPLE, 3, 16, darts.knows),
    "proxyless": CompiledSpace(proxyless.build, proxyless.suits, proxyless.EXAMPLE, 1, 64, narrowest=NARROW),
}


def can_compile(space: str, size: NetworkSpecification, samples: int) -> bool:
    """Whether there are operations for networks of this space and size, and so many samples."""
    return space in SPACES and SPACES[space].suits(size, samples)
