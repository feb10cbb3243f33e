"""NAS-Bench-Macro's table as JSON.

The table is an object keyed by genotype, eight digits of 0 to 2. Each value has `test_acc`, the CIFAR-10 test
accuracies of single trainings in per cent, `mean_acc`, their mean, and optionally the counts `params` and `flops`. The
file names no seeds, so trainings are numbered in order. It has no order of architectures, so their numbers are the
genotypes read in base 3. A table may have only a part of the 6,561 architectures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeGuard

from ..table import AccuracySeries, Cost, Result, Table, TableEntry
from .corrupt import corrupt

BENCHMARK = "nas-bench-macro"
SPACE_SIZE = 3**8
DATASET = "cifar10"
DESCRIPTION = (
    "a JSON table of NAS-Bench-Macro: an object keyed by genotype (eight digits of 0 to 2) "
    "whose values have mean_acc and test_acc"
)
#: Trainings of one architecture; the published table has three.
MAX_TRIALS = 100

_GENOTYPE = re.compile(r"[0-2]{8}", re.ASCII)
_MEAN = AccuracySeries(DATASET, "test", None, reported=True)
#: Fields that are costs. The file has counts, the index millions.
_COSTS = {"params": "parameters (M)", "flops": "FLOPs (M)"}


class _BadJsonError(Exception):
    """Raised by the hooks of the JSON parser: Python accepts the text, but it is not a table."""


def recognises(text: str) -> bool:
    """Whether the text is a JSON object whose first key is a genotype."""
    return re.match(r"\s*\{\s*(\"[0-2]{8}\"|\}|\Z)", text, re.ASCII) is not None


def read(file: Path, text: str) -> Table:
    """The table in `text`, the content of `file`.

    Raises `SidecarError` (`corrupt-file`) that names the line or the genotype, now or while the entries are read.
    """
    table = _parse(file, text)
    return Table(
        benchmark=BENCHMARK,
        file=file,
        description="CIFAR-10 test accuracy of single trainings and their mean",
        space_size=SPACE_SIZE,
        expected=lambda _read: len(table),
        entries=_entries(file, table),
    )


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        table = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"{file}, line {error.lineno}, column {error.colno}"
        raise corrupt(place, f"this is not JSON, so the file may have been cut off: {error.msg}") from error
    except RecursionError as error:
        raise corrupt(str(file), "it is nested more deeply than a table can be") from error
    except (_BadJsonError, ValueError) as error:
        raise corrupt(str(file), str(error)) from error
    if not isinstance(table, dict):
        raise corrupt(str(file), "the table is not a JSON object")
    return table


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _BadJsonError(f"{twice!r} is there more than once")
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise _BadJsonError(f"{name} is not a number that a table may hold")


def _entries(file: Path, table: dict[str, Any]) -> Iterator[TableEntry]:
    for genotype in sorted(table):
        place = f"{file}, architecture {genotype!r}"
        fields = table[genotype]
        if not _GENOTYPE.fullmatch(genotype):
            raise corrupt(place, "the genotype is not eight digits of 0 to 2")
        if not isinstance(fields, dict):
            raise corrupt(place, "its value is not an object")
        yield TableEntry(int(genotype, 3), genotype, _results(place, fields), _costs(place, fields))


def _results(place: str, fields: dict[str, Any]) -> dict[AccuracySeries, Result]:
    """The mean, then each training."""
    results = {_MEAN: Result(_accuracy(f"{place}, mean_acc", fields.get("mean_acc")))}
    trials = fields.get("test_acc", [])
    if not isinstance(trials, list) or len(trials) > MAX_TRIALS:
        raise corrupt(f"{place}, test_acc", f"this is not a list of at most {MAX_TRIALS} accuracies")
    for trial, accuracy in enumerate(trials, start=1):
        series = AccuracySeries(DATASET, "test", None, f"training {trial}", trial)
        results[series] = Result(_accuracy(f"{place}, test_acc, training {trial}", accuracy))
    return results


def _costs(place: str, fields: dict[str, Any]) -> tuple[Cost, ...]:
    costs = []
    for name, label in _COSTS.items():
        value = fields.get(name)
        if value is None:
            continue
        if not _is_number(value) or not 0 <= value < 1e18:
            raise corrupt(f"{place}, {name}", f"{value!r} is not a count")
        costs.append(Cost(label, value / 1e6))
    return tuple(costs)


def _accuracy(place: str, value: object) -> float:
    if _is_number(value) and 0 <= value <= 100:
        return float(value)
    raise corrupt(place, f"{value!r} is not an accuracy from 0 to 100 per cent")


def _is_number(value: object) -> TypeGuard[float]:
    # In Python, JSON's true is an int.
    return isinstance(value, int | float) and not isinstance(value, bool)
