"""Accuracies in per cent and in fractions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..errors import SidecarError
from .table import TableEntry

#: Multiplying a fraction by 100 adds digits that the table does not have.
_DIGITS = 10


def to_percent(file: Path, entry: TableEntry) -> TableEntry:
    """The architecture with its accuracies, which are fractions, in per cent.

    Raises `SidecarError` (`corrupt-file`) for an accuracy above 1.
    """
    results = {}
    for series, result in entry.results.items():
        if result.accuracy > 1:
            raise SidecarError(
                "corrupt-file",
                f"{file}, architecture {entry.number}: the accuracy {result.accuracy} is not a fraction from 0 to 1.",
                ["Leave out --unit if the accuracies are in per cent."],
            )
        results[series] = replace(result, accuracy=round(100 * result.accuracy, _DIGITS))
    return replace(entry, results=results)


def check_unit(file: Path, best: float) -> None:
    """Raises `SidecarError` (`corrupt-file`) when no accuracy of a table is above 1 per cent."""
    if best > 1:
        return
    raise SidecarError(
        "corrupt-file",
        f"{file}: no accuracy is above 1, so they seem to be fractions; expected per cent.",
        ["Add --unit fraction, or --unit percent if the accuracies are in per cent after all."],
    )
