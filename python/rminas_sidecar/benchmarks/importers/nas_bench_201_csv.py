"""NAS-Bench-201's final test accuracies as a CSV table.

Each line is an architecture: its number in the benchmark's order, its genotype, and the test accuracy in per cent
after 200 epochs, averaged over the seeds, on up to three data sets. The splits are `ori-test` for cifar10 and `x-test`
for cifar100 and ImageNet16-120, as in the paper. A table may have only a part of the 15,625 architectures.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...errors import SidecarError
from ..table import Result, Table, TableEntry
from .corrupt import corrupt
from .nas_bench_201 import BENCHMARK, FULL_EPOCHS, SPACE_SIZE, is_genotype, is_number, mean_series, number_of

NUMBER_COLUMN = "index"
GENOTYPE_COLUMN = "arch_str"
#: Accuracy columns, with the benchmark's names of data set and split.
DATASETS = {
    "cifar10_test": ("cifar10", "ori-test"),
    "cifar100_test": ("cifar100", "x-test"),
    "imagenet16_120_test": ("ImageNet16-120", "x-test"),
}
#: Shorter names of columns in `columns`.
_ALIASES = {column.removesuffix("_test"): column for column in DATASETS} | {
    dataset: column for column, (dataset, _) in DATASETS.items()
}
COLUMNS = (NUMBER_COLUMN, GENOTYPE_COLUMN, *DATASETS)
#: Only the start of the first line is read, because a file of another format may have no line breaks.
MAX_HEADER_CHARACTERS = 1000
DESCRIPTION = f"a CSV table of NAS-Bench-201 with the columns {', '.join(COLUMNS)}"

_ACCURACY = re.compile(r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?", re.ASCII)


def recognises(text: str, columns: Mapping[str, str]) -> bool:
    """Whether the first line is a header with a column of architectures, or `columns` name those of the table."""
    return bool(columns) or GENOTYPE_COLUMN in column_names(text)


def read(file: Path, text: str, columns: Mapping[str, str]) -> Table:
    """The table in `text`, the content of `file`.

    With `columns`, other columns are ignored, and a table needs no numbers. The architecture decides: a number that
    contradicts it is an error.

    Raises `SidecarError` (`corrupt-file`) that names the line and the column, now or while the entries are read.
    """
    if not text.endswith("\n"):
        problem = "the file ends in the middle of this line, so it may have been cut off; end the line if it is whole"
        raise corrupt(f"{file}, line {text.count(chr(10)) + 1}", problem)
    lines = csv.reader(io.StringIO(text), strict=True)
    header = _renamed(file, column_names(text), columns) if columns else _header(file, text)
    return Table(
        benchmark=BENCHMARK,
        file=file,
        description=f"test accuracy after {FULL_EPOCHS} epochs, mean over seeds",
        space_size=SPACE_SIZE,
        expected=lambda _read: text.count("\n") - 1,
        entries=_entries(file, lines, header),
    )


def column_names(text: str) -> list[str]:
    """The names in the first line; none where it is not CSV."""
    first_line = text.partition("\n")[0].strip()[:MAX_HEADER_CHARACTERS]
    try:
        return [name.strip() for name in next(csv.reader([first_line]), [])]
    except csv.Error:
        return []


def _header(file: Path, text: str) -> list[str]:
    place = f"{file}, line 1"
    header = column_names(text)
    for name in header:
        if name not in COLUMNS:
            problem = f"unknown column {name!r}; known are {', '.join(COLUMNS)}; found {', '.join(header)}"
            step = "Name the columns to read, and the others are ignored: --column cifar10_test=NAME"
            raise SidecarError("corrupt-file", f"{place}: {problem}.", [step])
        if header.count(name) > 1:
            raise corrupt(place, f"the column {name!r} is there more than once")
    if NUMBER_COLUMN not in header:
        raise corrupt(place, f"the column {NUMBER_COLUMN!r} is missing")
    if not any(name in DATASETS for name in header):
        raise corrupt(place, f"there is no column of accuracies; known are {', '.join(DATASETS)}")
    return header


def _renamed(file: Path, found: list[str], columns: Mapping[str, str]) -> list[str]:
    """The header in the importer's own names; an ignored column has the name ''."""
    place = f"{file}, line 1"
    own_name = {}
    for target, name in columns.items():
        known = _ALIASES.get(target, target)
        if known not in COLUMNS:
            raise corrupt(place, f"there is no column {target!r} to name; known are {', '.join(COLUMNS)}")
        if found.count(name) != 1:
            raise corrupt(place, f"the column {name!r} is there {found.count(name)} times; found {', '.join(found)}")
        own_name[name] = known
    header = [own_name.get(name, name if name in COLUMNS and name not in own_name.values() else "") for name in found]
    if GENOTYPE_COLUMN not in header:
        problem = f"no column is {GENOTYPE_COLUMN!r}; found {', '.join(found)}; name it with --column arch_str=NAME"
        raise corrupt(place, problem)
    if not any(name in DATASETS for name in header):
        problem = f"no column has accuracies; found {', '.join(found)}; name one with --column cifar10_test=NAME"
        raise corrupt(place, problem)
    return header


def _entries(file: Path, lines: Iterator[list[str]], header: Sequence[str]) -> Iterator[TableEntry]:
    """Yields the architectures. Accuracies are in the order of DATASETS, not of the columns."""
    series = {
        column: mean_series(dataset, split, FULL_EPOCHS)
        for column, (dataset, split) in DATASETS.items()
        if column in header
    }
    line_of: dict[str, int] = {}
    for place, line, cells in _rows(file, lines, header):
        genotype = _genotype(place, cells[GENOTYPE_COLUMN])
        if genotype in line_of:
            raise corrupt(f"{place}, column {GENOTYPE_COLUMN!r}", f"{genotype} is in line {line_of[genotype]} already")
        line_of[genotype] = line
        number = number_of(genotype)
        if NUMBER_COLUMN in cells:
            _check_number(place, cells[NUMBER_COLUMN], number)
        results = {key: Result(_accuracy(f"{place}, column {name!r}", cells[name])) for name, key in series.items()}
        yield TableEntry(number, genotype, results)


def _rows(file: Path, lines: Iterator[list[str]], header: Sequence[str]) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Yields place, line number and cells of each row below the header. Skips blank lines."""
    numbered = enumerate(lines, start=1)
    next(numbered)
    line = 1
    while True:
        try:
            line, cells = next(numbered)
        except StopIteration:
            return
        except csv.Error as error:
            raise corrupt(f"{file}, line {line + 1}", f"this is not CSV: {error}") from error
        place = f"{file}, line {line}"
        if not cells:
            continue
        if len(cells) != len(header):
            raise corrupt(place, f"there are {len(cells)} columns where the header has {len(header)}")
        yield place, line, dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _check_number(place: str, text: str, number: int) -> None:
    """Checks the number of an architecture against its place in the benchmark's order."""
    place = f"{place}, column {NUMBER_COLUMN!r}"
    if re.fullmatch(r"\d{1,9}", text, re.ASCII) is None or not is_number(int(text)):
        raise corrupt(place, f"{text!r} is not a number from 0 to {SPACE_SIZE - 1}")
    if int(text) != number:
        problem = f"the architecture of this line has the number {number} in the benchmark, not {int(text)}"
        step = f"Correct the numbers, or remove the column and name another one: --column {GENOTYPE_COLUMN}=NAME"
        raise SidecarError("corrupt-file", f"{place}: {problem}.", [step])


def _genotype(place: str, text: str) -> str:
    if is_genotype(text):
        return text
    raise corrupt(f"{place}, column {GENOTYPE_COLUMN!r}", f"{text!r} is not an architecture of NAS-Bench-201")


def _accuracy(place: str, text: str) -> float:
    if _ACCURACY.fullmatch(text) and float(text) <= 100:
        return float(text)
    raise corrupt(place, f"{text!r} is not an accuracy from 0 to 100 per cent")
