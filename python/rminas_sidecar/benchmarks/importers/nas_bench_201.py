"""What all file formats of NAS-Bench-201 share: data sets, splits, genotypes and series."""

from __future__ import annotations

import re
import sys
from array import array
from functools import cache
from pathlib import Path

from ..table import AccuracySeries

BENCHMARK = "nas-bench-201"
SPACE_SIZE = 15_625
#: Epochs of the full training, which papers report.
FULL_EPOCHS = 200

#: The benchmark's names. `cifar10-valid` trains on half of CIFAR-10's training images and keeps the other half
#: for `x-valid`; `cifar10` trains on all of them. `ori-test` is the data set's own test set, which cifar100 and
#: ImageNet16-120 split into halves, `x-valid` and `x-test`. Answers have this order.
SPLITS = {
    "cifar10": ("ori-test", "train"),
    "cifar100": ("x-test", "x-valid", "ori-test", "train"),
    "ImageNet16-120": ("x-test", "x-valid", "ori-test", "train"),
    "cifar10-valid": ("x-valid", "ori-test", "train"),
}

#: The figures of NAS-Bench-201's table 5 and of the tables of RMI-NAS: means after the full training.
_REPORTED = {
    ("cifar10-valid", "x-valid"),
    ("cifar10", "ori-test"),
    ("cifar100", "x-valid"),
    ("cifar100", "x-test"),
    ("ImageNet16-120", "x-valid"),
    ("ImageNet16-120", "x-test"),
}

_OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
_OPERATION = f"(?:{'|'.join(_OPERATIONS)})"
_GENOTYPE = re.compile(
    r"\|{op}~0\|\+\|{op}~0\|{op}~1\|\+\|{op}~0\|{op}~1\|{op}~2\|".replace("{op}", _OPERATION), re.ASCII
)


def is_genotype(text: object) -> bool:
    """Whether the text is a genotype of the space."""
    return isinstance(text, str) and _GENOTYPE.fullmatch(text) is not None


@cache
def _numbers() -> dict[int, int]:
    """Numbers in the benchmark's order, by the architecture's operations as digits in base 5, edge by edge."""
    order = array("H", Path(__file__).with_name("nas_bench_201_order.bin").read_bytes())
    if sys.byteorder == "big":
        order.byteswap()
    return {code: number for number, code in enumerate(order)}


def number_of(genotype: str) -> int:
    """The number of an architecture in the benchmark's order."""
    code = 0
    for name in re.findall(r"(\w+)~", genotype):
        code = code * len(_OPERATIONS) + _OPERATIONS.index(name)
    return _numbers()[code]


def is_number(value: object) -> bool:
    """Whether the value is the number of an architecture of the benchmark."""
    return type(value) is int and 0 <= value < SPACE_SIZE


def mean_series(dataset: str, split: str, epochs: int) -> AccuracySeries:
    """The series of means over seeds; marked if papers report it."""
    reported = epochs == FULL_EPOCHS and (dataset, split) in _REPORTED
    return AccuracySeries(dataset, split, epochs, reported=reported)


def seed_series(dataset: str, split: str, epochs: int, seed: int) -> AccuracySeries:
    """The series of one seed: one training of each architecture."""
    return AccuracySeries(dataset, split, epochs, f"seed {seed}", seed)
