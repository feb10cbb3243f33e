"""The tables of an index: one SQLite file, written once and then only read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
    return dict(database.execute("SELECT name, value FROM meta"))


def _check_tables(database: sqlite3.Connection, path: Path) -> None:
    """Refuses views and triggers: an index has none, and the file's own could run for ever."""
    database.execute("PRAGMA trusted_schema = OFF")
    found = database.execute("SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger')").fetchone()
    if found is not None:
        raise SidecarError(
            "corrupt-file",
            f"{path} has the {found[0]} {found[1][:80]!r}, which no benchmark index has.",
            [_IMPORT_AGAIN],
        )


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
