"""The best architectures of a series, and a summary of an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .schema import meta_of, open_index
from .series import SERIES_COLUMNS, Wanted, describe_figures, find_series

_BEST = """
SELECT rank, number, genotype, accuracy, loss
FROM result JOIN architecture ON architecture.number = result.architecture
WHERE series = ? ORDER BY rank, number LIMIT ?
"""
_COSTS = "SELECT name, value FROM cost WHERE architecture = ? AND dataset IN (?, '')"
_ENTRY_NAMES = ("rank", "number", "genotype", "accuracy", "loss")
_SERIES_FIGURES = ("architectures", "best", "worst", "mean")


def ranking(index: str, wanted: Wanted, count: int) -> dict[str, Any]:
    """The best architectures of one series, at most `count` of them.

    Returns the body of the protocol's `benchmark-ranking`: accuracies in per cent, ranks from 1, ties in the
    order of the benchmark, costs on the series' data set. Raises `SidecarError`: `missing-file`, `corrupt-file` and
    `unknown-series`.
    """
    path = Path(index).absolute()
    with open_index(path) as database:
        number, series = find_series(database, path, wanted)
        rows = database.execute(_BEST, (number, count)).fetchall()
        best = [dict(zip(_ENTRY_NAMES, row, strict=True)) for row in rows]
        for entry in best:
            entry["costs"] = dict(database.execute(_COSTS, (entry["number"], series["dataset"])).fetchall())
        meta = meta_of(database)
        return {
            "benchmark": meta["benchmark"],
            "source": meta["source"],
            "series": series,
            "best": best,
        }


def summary(index: str) -> dict[str, Any]:
    """Summarises an index.

    Returns the body of the protocol's `benchmark-summary`: for each series how many architectures have it and the
    range of accuracies in per cent, and the range of each cost. Raises `SidecarError`: `missing-file`, `corrupt-file`.
    """
    with open_index(Path(index).absolute()) as database:
        meta = meta_of(database)
        rows = database.execute(f"SELECT {SERIES_COLUMNS}, {', '.join(_SERIES_FIGURES)} FROM series ORDER BY place")
        series = [describe_figures(row, _SERIES_FIGURES) for row in rows]
        costs = database.execute(
            "SELECT dataset, name, count(*), min(value), max(value) FROM cost GROUP BY dataset, name"
        ).fetchall()
        return {
            "benchmark": meta["benchmark"],
            "source": meta["source"],
            "architectures": int(meta["architectures"]),
            "series": series,
            "costs": [
                {"name": f"{dataset} {name}".strip(), "architectures": count, "least": least, "most": most}
                for dataset, name, count, least, most in costs
            ],
        }
