"""The tables of an index: one SQLite file, written once and then only read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from ..errors import SidecarError

#: Increased whenever older or newer versions of the program could not read the tables.
SCHEMA_VERSION = 2

#: The figures of a `series` summarise its results; `place` is its position in answers.
SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE architecture (number INTEGER PRIMARY KEY, genotype TEXT NOT NULL UNIQUE);
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  place INTEGER NOT NULL,
  dataset TEXT NOT NULL,
  split TEXT NOT NULL,
  epochs INTEGER,
  aggregation TEXT NOT NULL,
  seed INTEGER,
  reported INTEGER NOT NULL,
  architectures INTEGER NOT NULL,
  best REAL NOT NULL,
  worst REAL NOT NULL,
  mean REAL NOT NULL
);
CREATE TABLE result (
  architecture INTEGER NOT NULL REFERENCES architecture (number),
  series INTEGER NOT NULL REFERENCES series (id),
  accuracy REAL NOT NULL,
  rank INTEGER NOT NULL,
  loss REAL,
  train_seconds REAL,
  eval_seconds REAL,
  PRIMARY KEY (architecture, series)
) WITHOUT ROWID;
CREATE TABLE cost (
  architecture INTEGER NOT NULL REFERENCES architecture (number),
  dataset TEXT NOT NULL,
  name TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (architecture, dataset, name)
) WITHOUT ROWID;
"""

RESULT_INDEX = "CREATE INDEX result_by_rank ON result (series, rank);"

_IMPORT_AGAIN = "Import the table again: rminas benchmark import FILE"


@contextmanager
def open_index(path: Path) -> Iterator[sqlite3.Connection]:
    """Opens an index for reading.

    Raises `SidecarError`: `missing-file` if there is no index, `corrupt-file` if the file is not an index of this
    version. Damage that is noticed only while reading raises `corrupt-file`, too.
    """
    if not path.is_file():
        raise SidecarError(
            "missing-file", f"There is no benchmark index {path}.", ["Import a table: rminas benchmark import FILE"]
        )
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            _check_tables(database, path)
            _check_version(database, path)
            yield database
    # The other errors: SQLite stores any type in any column, a damaged text need not be UTF-8, and a damaged length can
    # ask for more memory than there is.
    except (sqlite3.DatabaseError, KeyError, MemoryError, TypeError, ValueError) as error:
        raise SidecarError(
            "corrupt-file",
            f"{path} is not a complete benchmark index: {error or type(error).__name__}.",
            [_IMPORT_AGAIN],
        ) from error


def meta_of(database: sqlite3.Connection) -> dict[str, str]:
    """The names `benchmark`, `source` and `architectures` of an index, with their values."""
    return dict(database.execute("SELECT name, value FROM meta LIMIT 100"))


def _check_tables(database: sqlite3.Connection, path: Path) -> None:
    """Refuses a file with other tables than an index has.

    A view could run for ever, and a generated column or a virtual table could fill the memory.
    """
    database.execute("PRAGMA trusted_schema = OFF")
    rows = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL LIMIT 100")
    for kind, name, sql in rows.fetchall():
        if (kind, sql) not in _statements():
            found = f"has the {kind} {str(name)[:80]!r}, which no benchmark index of this version has"
            raise SidecarError("corrupt-file", f"{path} {found}.", [_IMPORT_AGAIN])


@cache
def _statements() -> frozenset[tuple[str, str]]:
    """Kind and statement of everything in an index, as SQLite keeps them."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(SCHEMA + RESULT_INDEX)
        return frozenset(database.execute("SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def _check_version(database: sqlite3.Connection, path: Path) -> None:
    row = database.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    version = row[0] if row else "none"
    if version != str(SCHEMA_VERSION):
        raise SidecarError(
            "corrupt-file",
            f"The benchmark index {path} has schema version {version}, and this version of rminas reads "
            f"{SCHEMA_VERSION}.",
            [_IMPORT_AGAIN],
        )
