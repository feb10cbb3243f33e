"""Finds the series of an index that fits a query."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SidecarError

#: In the order of `_NAMES`.
SERIES_COLUMNS = "dataset, split, epochs, aggregation, seed, reported"
_NAMES = ("dataset", "split", "epochs", "aggregation", "seed", "reported")


@dataclass(frozen=True)
class Wanted:
    """A query for a series; None matches anything.

    If several series match, those that papers report come first, then means over seeds, then long trainings.
    """

    dataset: str | None
    split: str | None
    epochs: int | None
    seed: int | None


def describe_figures(row: Sequence[Any], names: Sequence[str]) -> dict[str, Any]:
    """Names a row: first the columns of a series by the protocol's names, then the given names."""
    named = dict(zip((*_NAMES, *names), row, strict=True))
    return named | {"reported": bool(named["reported"])}


def find_series(database: sqlite3.Connection, path: Path, wanted: Wanted) -> tuple[int, dict[str, Any]]:
    """Id and description of the series that fits the query.

    Raises `SidecarError` (`unknown-series`), with the available series.
    """
    names = ("architectures", "id")
    rows = database.execute(f"SELECT {SERIES_COLUMNS}, architectures, id FROM series ORDER BY place").fetchall()
    series = [describe_figures(row, names) for row in rows]
    asked = {name: value for name, value in vars(wanted).items() if value is not None}
    fitting = [one for one in series if all(_same(one[name], value) for name, value in asked.items())]
    if not fitting:
        words = ", ".join(f"{name} {value!r}" for name, value in asked.items())
        raise SidecarError("unknown-series", f"{path} has no figures of {words}.", _available(series))
    best = min(fitting, key=lambda one: (not one["reported"], one["seed"] is not None, -(one["epochs"] or 0)))
    return best.pop("id"), best


def _same(known: object, asked: object) -> bool:
    """Compares names without case, because papers capitalise ImageNet16-120 in several ways."""
    return known == asked or (isinstance(known, str) and isinstance(asked, str) and known.lower() == asked.lower())


def _available(series: list[dict[str, Any]]) -> list[str]:
    pairs: dict[str, dict[str, None]] = {}
    for one in series:
        pairs.setdefault(one["dataset"], {})[one["split"]] = None
    lengths = sorted({one["epochs"] for one in series if one["epochs"] is not None})
    seeds = sorted({one["seed"] for one in series if one["seed"] is not None})
    there = [f"{dataset} with {', '.join(splits)}" for dataset, splits in pairs.items()]
    steps = [f"There are: {'; '.join(there)}."]
    if lengths:
        steps.append(f"Epochs are {', '.join(map(str, lengths))}.")
    if seeds:
        steps.append(f"Seeds are {', '.join(map(str, seeds))}.")
    return steps
