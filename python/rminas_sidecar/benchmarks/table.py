"""What an importer reads out of a file of trained accuracies, before it becomes an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Progress = Callable[[int, int, str], None]
"""Called with what is done, what there is in all, and a word for what is being done."""

MEAN_OVER_SEEDS = "mean over seeds"


@dataclass(frozen=True)
class Series:
    """One column of comparable accuracies: architectures are ranked against each other within a series."""

    dataset: str
    split: str
    #: Epochs trained; None where the table does not say.
    epochs: int | None
    #: How seeds were combined, in words.
    aggregation: str = MEAN_OVER_SEEDS
    #: The seed, or the number of the trial where seeds are not named; None for what is already aggregated.
    seed: int | None = None
    #: Whether the benchmark's own paper and those that use it report this figure.
    reported: bool = False


@dataclass(frozen=True)
class Result:
    """What was measured of one architecture in one series."""

    #: Per cent, 0 to 100.
    accuracy: float
    loss: float | None = None
    #: The whole training.
    train_seconds: float | None = None
    #: One evaluation on the split.
    eval_seconds: float | None = None


@dataclass(frozen=True)
class Cost:
    """A figure of the architecture itself: parameters and FLOPs in millions, latency in seconds."""

    name: str
    value: float
    #: The data set that it holds for, since classes and image sizes differ; None where it holds for all.
    dataset: str | None = None


@dataclass(frozen=True)
class Entry:
    """One architecture of a table."""

    #: Number in the benchmark's own order.
    number: int
    genotype: str
    results: Mapping[Series, Result]
    costs: tuple[Cost, ...] = field(default=())


@dataclass(frozen=True)
class Table:
    """A benchmark's table. The entries are read as they are asked for, and asking may raise `SidecarError`."""

    benchmark: str
    file: Path
    #: What the numbers are, in words.
    description: str
    #: Architectures that the benchmark has; a table may hold fewer.
    space_size: int
    #: Entries to expect, given how many were read, for progress.
    expected: Callable[[int], int]
    entries: Iterable[Entry]
