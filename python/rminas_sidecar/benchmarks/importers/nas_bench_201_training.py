"""Reads one training from a pickle of NAS-Bench-201 or NATS-Bench (`ResultsCount` in the API)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

from ...system.pickled import BadPickle, Record
from ..table import Result
from .corrupt import corrupt

_TRAIN = ("train_acc1es", "train_losses", "train_times")
_EVALUATE = ("eval_acc1es", "eval_losses", "eval_times")
#: Dropped after reading; the last two are not needed at all.
_BULK = (*_TRAIN, *_EVALUATE, "train_acc5es", "net_state_dict")
_NEEDED = frozenset({*_TRAIN, *_EVALUATE, "epochs", "params", "flop", "latency", "eval_names"})
_MOST_EPOCHS = 10_000


@dataclass(frozen=True)
class TableTraining:
    """The figures of a training after its last epoch, by split, and the costs of the network."""

    epochs: int
    results: Mapping[str, Result]
    #: In millions.
    parameters: float
    #: In millions.
    flops: float
    #: In seconds; None if it was not measured.
    latency: float | None


class _Spent:
    """Marks a curve that no later architecture may read."""


_SPENT = _Spent()


def spend(records: Iterable[Record]) -> None:
    """Drops the digests of dictionaries when their architecture is complete."""
    for record in records:
        record.digest = _SPENT


def is_training(record: Record) -> bool:
    """Whether it is the complete dictionary of a training."""
    return record.keys() >= _NEEDED


def read_training(record: Record, place: str) -> tuple[TableTraining, list[Record]]:
    """Reads the final figures, and empties the curves.

    Returns:
        The training, and its curves. Their digests keep the figures that were read, because trainings of an
        architecture may share a curve, until :func:`spend` drops them.

    Raises:
        SidecarError: `corrupt-file`, naming the field.
    """
    epochs = record["epochs"]
    if type(epochs) is not int or not 1 <= epochs <= _MOST_EPOCHS:
        raise corrupt(place, f"a training has {epochs!r} epochs")
    training = TableTraining(
        epochs,
        _results(record, epochs, place),
        _positive(record, "params", place),
        _positive(record, "flop", place),
        _latency(record["latency"], place),
    )
    curves = [curve for curve in map(record.get, _BULK) if isinstance(curve, Record)]
    for curve in curves:
        curve.clear()
    return training, curves


def _results(record: Record, epochs: int, place: str) -> dict[str, Result]:
    """The answers of `get_train` and `get_eval` of the API for the last epoch. Splits without a figure are left out.

    Seconds of training are the sum over the epochs, seconds of evaluation the mean.
    """
    seconds = _sum(record["train_times"], _train_keys(epochs))
    results = {}
    accuracy = _value(record["train_acc1es"], epochs - 1)
    if accuracy is not None:
        loss = _value(record["train_losses"], epochs - 1)
        results["train"] = _result(f"{place}, train", accuracy, loss, seconds, None)
    names = record["eval_names"]
    if not isinstance(names, list):
        raise corrupt(place, f"a training has the evaluations {names!r}")
    for name in names:
        keys = _evaluation_keys(str(name), epochs)
        accuracy = _value(record["eval_acc1es"], keys[-1])
        if accuracy is None:
            continue
        total = _sum(record["eval_times"], keys)
        loss = _value(record["eval_losses"], keys[-1])
        each = None if total is None else total / epochs
        results[str(name)] = _result(f"{place}, {name}", accuracy, loss, seconds, each)
    return results


def _result(place: str, accuracy: object, loss: object, train: float | None, evaluation: float | None) -> Result:
    if not isinstance(accuracy, float | int) or not 0 <= accuracy <= 100:
        raise corrupt(place, f"{accuracy!r} is not an accuracy from 0 to 100 per cent")
    if loss is not None and not isinstance(loss, float | int):
        raise corrupt(place, f"{loss!r} is not a loss")
    return Result(accuracy, loss, train, evaluation)


@lru_cache(maxsize=64)
def _evaluation_keys(name: str, epochs: int) -> tuple[str, ...]:
    return tuple(f"{name}@{epoch}" for epoch in range(epochs))


@lru_cache(maxsize=64)
def _train_keys(epochs: int) -> tuple[int, ...]:
    return tuple(range(epochs))


def _value(curve: object, key: object) -> Any:
    return _remembered(curve, key, lambda values: values.get(key))


def _sum(curve: object, keys: Sequence[object]) -> float | None:
    """The sum over all keys, in order; None if the curve lacks one."""

    def add(values: Record) -> Any:
        try:
            total = sum(map(values.__getitem__, keys))
        except KeyError:
            return None
        return float(total) if isfinite(total) else None

    total: float | None = _remembered(curve, keys, add)
    return total


def _remembered(curve: object, what: object, read: Callable[[Record], Any]) -> Any:
    """Reads a figure of a curve once; later reads take it from the digest."""
    if not isinstance(curve, Record):
        return None
    if curve.digest is _SPENT:
        raise BadPickle("two architectures share a curve")
    if curve.digest is None:
        curve.digest = {}
    if what not in curve.digest:
        curve.digest[what] = read(curve)
    return curve.digest[what]


def _positive(record: Record, name: str, place: str) -> float:
    value = record[name]
    if isinstance(value, float | int) and 0 <= value < 1e12:
        return float(value)
    raise corrupt(place, f"a training has {value!r} as its {name}")


def _latency(value: object, place: str) -> float | None:
    """The mean of the measurements, as `get_latency` of the API computes it."""
    if value is None or value == []:
        return None
    if not isinstance(value, list) or not all(isinstance(one, float | int) for one in value):
        raise corrupt(place, f"a training has the latency {value!r}")
    latency = sum(value) / len(value)
    return latency if latency > 0 else None
