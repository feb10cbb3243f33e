"""Reduces the architectures of a NAS-Bench-201 or NATS-Bench pickle to final figures while they are read.

The pickle has a dictionary for each training of an architecture (`ResultsCount` in the API): curves over the epochs,
parameters, FLOPs, latency. A second dictionary (`ArchResults`) has all trainings of one length, and a third all
lengths. Each is reduced when it is complete, so that at most the curves of one training are in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ...system.pickled import Record
from ..table import AccuracySeries, Cost, Result, TableEntry
from .corrupt import corrupt
from .nas_bench_201 import SPLITS, is_genotype, is_number, mean_series, number_of, seed_series
from .nas_bench_201_training import TableTraining, is_training, read_training, spend

_TRAINED = frozenset({"arch_index", "arch_str", "all_results", "dataset_seed"})

Average = Callable[[Sequence[float], Sequence[int]], float]
"""Averages the figures of several seeds; called with the figures and the seeds."""


@dataclass(frozen=True)
class _Trained:
    """Trainings of one length of an architecture: for each data set by seed, in the order of the file."""

    number: int
    genotype: str
    trainings: Mapping[str, Mapping[int, TableTraining]]


class Reducer:
    """Reduces the dictionaries of one pickle, in the order in which they become complete.

    Args:
        place: the file, for messages.
        average_cost: averages parameters and FLOPs.
    """

    def __init__(self, place: str, average_cost: Average) -> None:
        self._place = place
        self._average_cost = average_cost
        self._seen: set[int] = set()
        #: Dictionaries of the current architecture, with their digests.
        self._held: list[Record] = []

    def reduce(self, record: Record) -> Iterator[TableEntry]:
        """Yields the architecture if the dictionary completes one, whose digest becomes its number and its genotype.

        Raises:
            SidecarError: `corrupt-file`.
        """
        if is_training(record):
            place = f"{self._place}, after {len(self._seen)} architectures"
            record.digest, curves = read_training(record, place)
            record.clear()
            self._held += [record, *curves]
        elif record.keys() >= _TRAINED:
            record.digest = self._trained(record)
            record.clear()
            self._held.append(record)
        elif record and all(isinstance(_digest(value), _Trained) for value in record.values()):
            lengths = [_digest(value) for value in record.values()]
            first, entry = lengths[0], self._entry(lengths)
            record.clear()
            spend(self._held)
            self._held.clear()
            record.digest = (first.number, first.genotype)
            yield entry

    def _trained(self, record: Record) -> _Trained:
        number, genotype = record["arch_index"], record["arch_str"]
        if not is_number(number) or not is_genotype(genotype):
            raise corrupt(self._place, f"there is no architecture {number!r} with the text {genotype!r}")
        place = f"{self._place}, architecture {number}"
        seeds, results = record["dataset_seed"], record["all_results"]
        if not isinstance(seeds, Record) or not isinstance(results, Record):
            raise corrupt(place, "its seeds and results are not dictionaries")
        trainings: dict[str, dict[int, TableTraining]] = {}
        for dataset, numbers in seeds.items():
            if not isinstance(dataset, str) or not isinstance(numbers, list):
                raise corrupt(place, f"the seeds of {dataset!r} are {numbers!r}")
            trainings[dataset] = {}
            for seed in numbers:
                training = _digest(results.get((dataset, seed))) if type(seed) is int else None
                if not isinstance(training, TableTraining):
                    raise corrupt(place, f"the training on {dataset} with seed {seed!r} is missing")
                trainings[dataset][seed] = training
        return _Trained(number, genotype, trainings)

    def _entry(self, lengths: list[_Trained]) -> TableEntry:
        first = lengths[0]
        place = f"{self._place}, architecture {first.number}"
        if first.number in self._seen:
            raise corrupt(place, "it is there more than once")
        self._seen.add(first.number)
        results: dict[AccuracySeries, Result] = {}
        for trained in lengths:
            if (trained.number, trained.genotype) != (first.number, first.genotype):
                raise corrupt(place, f"some of its results are those of architecture {trained.number}")
            for series, result in _results(trained):
                if series in results:
                    raise corrupt(place, f"the {series.epochs} epochs on {series.dataset} are there more than once")
                results[series] = result
        # The architecture decides: a table may be in another order than the benchmark.
        return TableEntry(number_of(first.genotype), first.genotype, results, tuple(self._costs(lengths)))

    def _costs(self, lengths: list[_Trained]) -> Iterator[Cost]:
        """The costs from the longest training on each data set, whose latency is measured more precisely."""
        longest: dict[str, Mapping[int, TableTraining]] = {}
        for trained in lengths:
            for dataset, trainings in trained.trainings.items():
                if trainings and _epochs(trainings) > _epochs(longest.get(dataset, {})):
                    longest[dataset] = trainings
        for dataset, trainings in longest.items():
            seeds, each = list(trainings), list(trainings.values())
            yield Cost("parameters (M)", self._average_cost([one.parameters for one in each], seeds), dataset)
            yield Cost("FLOPs (M)", self._average_cost([one.flops for one in each], seeds), dataset)
            latencies = [one.latency for one in each if one.latency is not None]
            if latencies:
                yield Cost("latency (s)", mean(latencies), dataset)


def mean(values: Sequence[float], _seeds: Sequence[int] = ()) -> float:
    """The mean as numpy computes it for the API of NAS-Bench-201: added in order, with rounding."""
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def mean_or_seed_888(values: Sequence[float], seeds: Sequence[int]) -> float:
    """The mean; if seeds disagree, the figure of seed 888, as in the API of NATS-Bench (`fix_legacy_issue`)."""
    if len({f"{value:.5f}" for value in values}) > 1 and 888 in seeds:
        return values[seeds.index(888)]
    return mean(values)


def _results(trained: _Trained) -> Iterator[tuple[AccuracySeries, Result]]:
    """Yields each seed of each data set and split, and the mean if all seeds have the split."""
    for dataset in _in_order(trained.trainings, tuple(SPLITS)):
        trainings = trained.trainings[dataset]
        splits = dict.fromkeys(split for training in trainings.values() for split in training.results)
        for split in _in_order(splits, SPLITS.get(dataset, ())):
            have = {seed: one.results[split] for seed, one in trainings.items() if split in one.results}
            epochs = {trainings[seed].epochs for seed in have}
            if len(have) == len(trainings) and len(epochs) == 1:
                yield _mean_series(dataset, split, *epochs), _mean_result(list(have.values()))
            for seed, result in have.items():
                yield _seed_series(dataset, split, trainings[seed].epochs, seed), result


# A million results have only a few dozen different series.
_mean_series = lru_cache(maxsize=1024)(mean_series)
_seed_series = lru_cache(maxsize=1024)(seed_series)


def _mean_result(results: list[Result]) -> Result:
    return Result(
        mean([one.accuracy for one in results]),
        _mean_if_known([one.loss for one in results]),
        _mean_if_known([one.train_seconds for one in results]),
        _mean_if_known([one.eval_seconds for one in results]),
    )


def _mean_if_known(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if len(known) == len(values) else None


def _epochs(trainings: Mapping[int, TableTraining]) -> int:
    return max((training.epochs for training in trainings.values()), default=0)


def _in_order(names: Mapping[str, Any], order: tuple[str, ...]) -> list[str]:
    """Sorts names: first those in `order`, then the others."""
    return [*(name for name in order if name in names), *(name for name in names if name not in order)]


def _digest(value: object) -> Any:
    return value.digest if isinstance(value, Record) else None
