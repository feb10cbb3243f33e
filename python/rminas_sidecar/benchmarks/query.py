"""Looks up one architecture in an index; takes well under a millisecond once the index is open."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from ..errors import SidecarError
from .schema import meta_of, open_index
from .series import SERIES_COLUMNS, describe_figures

_FIGURES = f"""
SELECT {SERIES_COLUMNS}, accuracy, rank, architectures, round(best - accuracy, 9), loss, train_seconds, eval_seconds
FROM result JOIN series ON series.id = result.series WHERE architecture = ? ORDER BY place
"""
_FIGURE_NAMES = ("accuracy", "rank", "of", "regret", "loss", "trainSeconds", "evalSeconds")


def query(index: str, architecture: str | int) -> dict[str, Any]:
    """Looks up an architecture by its genotype or by its number in the benchmark.

    Returns the body of the protocol's `benchmark-answer`: accuracies and regrets in per cent, ranks from 1 among the
    architectures that have the figure; ties share the better rank. Raises `SidecarError`: `missing-file` if there is no
    index, `corrupt-file` if the file is not an index of this version, `unknown-architecture`.
    """
    path = Path(index).absolute()
    with open_index(path) as database:
        meta = meta_of(database)
        number, genotype = _find(database, path, architecture)
        figures = database.execute(_FIGURES, (number,)).fetchall()
        costs = database.execute("SELECT dataset, name, value FROM cost WHERE architecture = ?", (number,)).fetchall()
        return {
            "benchmark": meta["benchmark"],
            "source": meta["source"],
            "number": number,
            "genotype": genotype,
            "architectures": int(meta["architectures"]),
            "figures": [describe_figures(figure, _FIGURE_NAMES) for figure in figures],
            "costs": {f"{dataset} {name}".strip(): value for dataset, name, value in costs},
        }


def _find(database: sqlite3.Connection, path: Path, architecture: str | int) -> tuple[int, str]:
    """Number and genotype of an architecture in the index."""
    if isinstance(architecture, str):
        architecture = architecture.strip()
        row = database.execute("SELECT * FROM architecture WHERE genotype = ?", (architecture,)).fetchone()
    elif architecture < 2**63:
        row = database.execute("SELECT * FROM architecture WHERE number = ?", (architecture,)).fetchone()
    else:
        row = None  # SQLite's integers have 64 bits.
    if row is None:
        nearest = _nearest(database, architecture) if isinstance(architecture, str) else None
        hint = _range(database) if nearest is None else f"the nearest one it holds is {nearest!r}"
        raise SidecarError("unknown-architecture", f"{path} has no architecture {architecture!r}: {hint}.")
    return row[0], row[1]


def _range(database: sqlite3.Connection) -> str:
    count, low, high = database.execute("SELECT count(*), min(number), max(number) FROM architecture").fetchone()
    return f"it holds {count}, numbered from {low} to {high}"


def _nearest(database: sqlite3.Connection, genotype: str) -> str | None:
    """The genotype that shares the most operations or digits, by position; None below half of them."""

    def parts(text: str) -> list[str]:
        return [part for part in text.split("|") if part not in ("", "+")] if "|" in text else list(text)

    def common(one: str) -> int:
        return sum(a == b for a, b in zip(parts(one), wanted, strict=False))

    wanted = parts(genotype)
    rows = database.execute("SELECT genotype FROM architecture ORDER BY number")
    nearest = max((str(row[0]) for row in rows), key=common)
    near = len(parts(nearest)) == len(wanted) and 2 * common(nearest) >= len(wanted)
    return nearest if near else None
