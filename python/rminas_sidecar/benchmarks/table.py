"""A table of trained accuracies, as importers read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Progress = Callable[[int, int, str], None]
"""Called with the count done, the total count, and a description of the step."""

MEAN_OVER_SEEDS = "mean over seeds"


@dataclass(frozen=True)
class ImportOptions:
    """How to read a table, where it does not say so itself."""

    #: `percent` or `fraction`; None for per cent, with a check.
    unit: str | None = None
    #: Names of columns in a CSV table, by the names that the importer knows.
    columns: Mapping[str, str] = field(default_factory=dict)
    #: Whether a table may replace an index with more architectures.
    replace: bool = False


DEFAULT_OPTIONS = ImportOptions()


@dataclass(frozen=True)
class AccuracySeries:
    """One column of comparable accuracies. Architectures are ranked within a series."""

    dataset: str
    split: str
    #: Epochs trained; None if the table does not say.
    epochs: int | None
    #: How seeds were combined, in words.
    aggregation: str = MEAN_OVER_SEEDS
    #: The seed, or the number of the training if the table has no seeds; None for aggregated figures.
    seed: int | None = None
    #: Whether papers report this figure.
    reported: bool = False


@dataclass(frozen=True)
class Result:
    """The figures of one architecture in one series."""

    #: Per cent, 0 to 100.
    accuracy: float
    loss: float | None = None
    #: The whole training.
    train_seconds: float | None = None
    #: One evaluation on the split.
    eval_seconds: float | None = None


@dataclass(frozen=True)
class Cost:
    """A cost of an architecture: parameters and FLOPs in millions, latency in seconds."""

    name: str
    value: float
    #: The data set, since classes and image sizes differ; None if the cost is the same for all.
    dataset: str | None = None


@dataclass(frozen=True)
class TableEntry:
    """One architecture of a table."""

    #: Number in the benchmark's own order.
    number: int
    genotype: str
    results: Mapping[AccuracySeries, Result]
    costs: tuple[Cost, ...] = field(default=())


@dataclass(frozen=True)
class Table:
    """The table of a benchmark. Entries are read lazily, so iterating over them may raise `SidecarError`."""

    benchmark: str
    file: Path
    #: Describes the numbers.
    description: str
    #: Architectures in the benchmark; the table may have fewer.
    space_size: int
    #: Expected number of entries, given how many were read; for progress.
    expected: Callable[[int], int]
    entries: Iterable[TableEntry]
