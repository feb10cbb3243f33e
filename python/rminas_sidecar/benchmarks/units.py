"""Accuracies in per cent and in fractions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import SidecarError
from .table import AccuracySeries, TableEntry

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


def check_unit(file: Path, best: Mapping[AccuracySeries, float]) -> None:
    """Raises `SidecarError` (`corrupt-file`) when a series of a table has no accuracy above 1 per cent.

    Args:
        file: the table, for messages.
        best: the highest accuracy of each series.
    """
    if max(best.values()) <= 1:
        of = ""
    else:
        # A network that guesses has exactly 1 per cent on CIFAR-100.
        doubtful = next((series for series, accuracy in best.items() if accuracy < 1), None)
        if doubtful is None:
            return
        of = f" on {doubtful.dataset}"
    raise SidecarError(
        "corrupt-file",
        f"{file}: no accuracy{of} is above 1, so they seem to be fractions; expected per cent.",
        ["Add --unit fraction, or --unit percent if the accuracies are in per cent after all."],
    )
