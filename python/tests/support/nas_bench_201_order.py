"""The architectures of NAS-Bench-201 by their number."""

from array import array
from functools import cache
from pathlib import Path

from rminas_sidecar.benchmarks.importers import nas_bench_201

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")


@cache
def _order() -> "array[int]":
    return array("H", Path(nas_bench_201.__file__).with_name("nas_bench_201_order.bin").read_bytes())


def cell(number: int) -> str:
    """The genotype of the architecture with this number in the benchmark."""
    code = _order()[number]
    ops = [OPERATIONS[code // 5**edge % 5] for edge in reversed(range(6))]
    return "|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*ops)
