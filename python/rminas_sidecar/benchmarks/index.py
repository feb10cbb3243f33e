"""Builds the index of a benchmark: one SQLite file, written once and then only read.

Ranks are computed here, so that a query is a lookup. The index appears complete or not at all: it is built in memory,
written to a temporary file in the same folder, flushed to the disk and renamed. A failed import leaves nothing behind.
"""

from __future__ import annotations

import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import SidecarError
from .schema import RESULT_INDEX, SCHEMA, SCHEMA_VERSION, meta_of, open_index
from .table import DEFAULT_OPTIONS, AccuracySeries, ImportOptions, Progress, Table, TableEntry
from .units import check_unit, to_percent

_DRAFT_SUFFIX = ".draft"
#: A draft is written in less than a second. A draft of this age was left behind by a killed import.
_ABANDONED_AFTER_SECONDS = 3600
_PROGRESS_EVERY = 500

_UNRANKED = """
CREATE TEMP TABLE unranked (
  architecture INTEGER, series INTEGER, accuracy REAL, loss REAL, train_seconds REAL, eval_seconds REAL
);
"""
_RANK = """
INSERT INTO result
SELECT architecture, series, accuracy, RANK() OVER (PARTITION BY series ORDER BY accuracy DESC),
       loss, train_seconds, eval_seconds
FROM unranked ORDER BY architecture, series;
"""
_SUM_UP = "SELECT series, count(*), max(accuracy), min(accuracy), avg(accuracy) FROM unranked GROUP BY series"


@dataclass(frozen=True)
class Written:
    """Contents of an index that was written."""

    path: Path
    architectures: int
    results: int
    #: In the order of the table.
    datasets: list[str]


def write_index(table: Table, folder: Path, on_progress: Progress, options: ImportOptions = DEFAULT_OPTIONS) -> Written:
    """Writes `<folder>/<benchmark>.sqlite`; replaces an older one.

    Raises `SidecarError`: `smaller-table` if the older one has more architectures, `unwritable` if the file cannot be
    written, and all errors of reading the entries. Nothing is written then, and an older index is kept.
    """
    path = folder / f"{table.benchmark}.sqlite"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        architectures, results, datasets = _fill(database, table, on_progress, options)
        if not options.replace:
            _check_size(path, table.file, architectures)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(folder)
            with _draft_of(path) as draft:
                _write(database, draft)
                draft.replace(path)
            _flush(folder)
        except (OSError, sqlite3.OperationalError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise SidecarError(
                "unwritable",
                f"The index {path} cannot be written: {reason}.",
                ["Free space on the disk, or set RMINAS_HOME to a folder that can be written."],
            ) from error
    return Written(path, architectures, results, datasets)


def _check_size(path: Path, file: Path, architectures: int) -> None:
    """Raises `SidecarError` (`smaller-table`) if the index at `path` has more architectures."""
    try:
        with open_index(path) as database:
            older = meta_of(database)
    except SidecarError:
        return  # There is no index that can be read.
    if architectures < int(older["architectures"]):
        raise SidecarError(
            "smaller-table",
            f"{file} has {architectures} architectures, and the index {path} has {older['architectures']} "
            f"({older['source']}).",
            ["Add --replace to replace the larger index."],
        )


@contextmanager
def _draft_of(path: Path) -> Iterator[Path]:
    """A temporary file in the folder of `path`; removed afterwards unless it was renamed."""
    draft = path.with_name(f".{path.name}-{uuid.uuid4().hex}{_DRAFT_SUFFIX}")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _write(database: sqlite3.Connection, draft: Path) -> None:
    with closing(sqlite3.connect(draft)) as file:
        # No journal and no synchronisation: an incomplete draft is thrown away.
        file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        database.backup(file)
    _flush(draft)


def _remove_abandoned(folder: Path) -> None:
    for draft in folder.glob(f".*{_DRAFT_SUFFIX}"):
        # Another import may rename or remove its draft at any time.
        with suppress(FileNotFoundError):
            if time.time() - draft.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                draft.unlink()


def _fill(
    database: sqlite3.Connection, table: Table, on_progress: Progress, options: ImportOptions
) -> tuple[int, int, list[str]]:
    """Writes the whole index in one transaction; returns counts of architectures and results, and the data sets."""
    database.execute("PRAGMA temp_store = MEMORY")
    database.executescript(SCHEMA + _UNRANKED)
    database.execute("BEGIN")
    series: dict[AccuracySeries, int] = {}
    architectures = 0
    for entry in table.entries:
        _insert(database, entry if options.unit != "fraction" else to_percent(table.file, entry), series)
        architectures += 1
        if architectures % _PROGRESS_EVERY == 0:
            on_progress(architectures, table.expected(architectures), "reading architectures")
    results: int = database.execute("SELECT count(*) FROM unranked").fetchone()[0]
    if results == 0:
        raise SidecarError("corrupt-file", f"{table.file} has no architectures.", ["Get the table again."])
    if options.unit is None:
        best = dict(database.execute("SELECT series, max(accuracy) FROM unranked GROUP BY series"))
        check_unit(table.file, {one: best[number] for one, number in series.items()})
    on_progress(architectures, architectures, "ranking")
    _insert_series(database, series)
    part = "" if architectures == table.space_size else f" ({architectures} of {table.space_size} architectures)"
    meta = {
        "schema": str(SCHEMA_VERSION),
        "benchmark": table.benchmark,
        "source": f"{table.file.name}{part}: {table.description}",
        "architectures": str(architectures),
    }
    database.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    for statement in (_RANK, RESULT_INDEX):
        database.execute(statement)
    database.execute("COMMIT")
    return architectures, results, list(dict.fromkeys(one.dataset for one in series))


def _insert(database: sqlite3.Connection, entry: TableEntry, series: dict[AccuracySeries, int]) -> None:
    """Adds an architecture. A new series gets the next number."""
    database.execute("INSERT INTO architecture VALUES (?, ?)", (entry.number, entry.genotype))
    database.executemany(
        "INSERT INTO unranked VALUES (?, ?, ?, ?, ?, ?)",
        (
            (
                entry.number,
                series.setdefault(key, len(series)),
                one.accuracy,
                one.loss,
                one.train_seconds,
                one.eval_seconds,
            )
            for key, one in entry.results.items()
        ),
    )
    database.executemany(
        "INSERT INTO cost VALUES (?, ?, ?, ?)",
        ((entry.number, cost.dataset or "", cost.name, cost.value) for cost in entry.costs),
    )


def _insert_series(database: sqlite3.Connection, series: dict[AccuracySeries, int]) -> None:
    by_number = list(series)
    places = {one: place for place, one in enumerate(sorted(series, key=_order(series)))}
    for number, *figures in database.execute(_SUM_UP).fetchall():
        one = by_number[number]
        described = (one.dataset, one.split, one.epochs, one.aggregation, one.seed, one.reported)
        row = (number, places[one], *described, *figures)
        database.execute(f"INSERT INTO series VALUES ({', '.join('?' * len(row))})", row)


def _order(series: dict[AccuracySeries, int]) -> Callable[[AccuracySeries], tuple[int, int, int, bool, int]]:
    """The sort key of series: by data set, training length and split, with the mean before the seeds.

    Data sets and splits are in the order of the table. Seeds are sorted: the table may first mention one late.
    """
    first_of: dict[tuple[str, ...], int] = {}
    for one, number in series.items():
        first_of.setdefault((one.dataset,), number)
        first_of.setdefault((one.dataset, one.split), number)
    return lambda one: (
        first_of[one.dataset,],
        -(one.epochs or 0),
        first_of[one.dataset, one.split],
        one.seed is not None,
        one.seed or 0,
    )


def _flush(path: Path) -> None:
    """Waits until the content of a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder, and its renames need no flush.
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
