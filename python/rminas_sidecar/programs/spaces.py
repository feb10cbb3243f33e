"""The spaces whose networks are compiled."""

from collections.abc import Callable
from dataclasses import dataclass

from rminas_sidecar.programs import darts, nas_bench_201, nas_bench_macro
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.network import Network
from rminas_sidecar.programs.parameters import Parameters
from rminas_sidecar.programs.tape import Image
from rminas_sidecar.specification import NetworkSpecification

_NARROW = 8
"""Channels in the shortest vectors."""


@dataclass(frozen=True)
class CompiledSpace:
    """How the networks of a space are compiled.

    Args:
        build: appends operations and parameters of a network.
        suits: whether there are operations for networks of a size, with this many channels in the shortest vectors.
        example: a genotype with all operations, on which compiled networks are compared with torch's.
        cells: of the example.
        resolution: of the example.
        knows: whether there are operations for a genotype.
    """

    build: Callable[[Graph, Parameters, Image, str, NetworkSpecification], Network]
    suits: Callable[[NetworkSpecification, int], bool]
    example: str
    cells: int
    resolution: int
    knows: Callable[[str], bool] = lambda _: True


SPACES = {
    "nas-bench-201": CompiledSpace(nas_bench_201.build, nas_bench_201.suits, nas_bench_201.EXAMPLE, 1, 16),
    "nas-bench-macro": CompiledSpace(nas_bench_macro.build, nas_bench_macro.suits, nas_bench_macro.EXAMPLE, 1, 32),
    "darts": CompiledSpace(darts.build, darts.suits, darts.EXAMPLE, 3, 16, darts.knows),
}


def can_compile(space: str, size: NetworkSpecification) -> bool:
    """Whether there are operations for networks of this space and size."""
    return space in SPACES and SPACES[space].suits(size, _NARROW)
