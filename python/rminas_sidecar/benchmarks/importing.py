"""Imports a table of trained accuracies into an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..system.garbage import paused_collections
from .importers import read_table
from .index import write_index
from .table import DEFAULT_OPTIONS, ImportOptions, Progress


def import_file(
    file: str, folder: str, on_progress: Progress, options: ImportOptions = DEFAULT_OPTIONS
) -> dict[str, Any]:
    """Imports a table of trained accuracies (a file or a folder) into `<folder>/<benchmark>.sqlite`.

    Replaces an older index, but not a larger one unless the options say so.

    Returns the body of the protocol's `benchmark-imported` without `seconds`. Raises `SidecarError`: `missing-file`,
    `refused-file`, `corrupt-file`, `smaller-table`, `out-of-memory` or `unwritable`; an older index is kept then.
    """
    # A table has no cycles, and the search for them takes a tenth of an import.
    with paused_collections():
        table = read_table(Path(file).absolute(), options.columns)
        written = write_index(table, Path(folder).absolute(), on_progress, options)
    return {
        "benchmark": written.path.stem,
        "index": str(written.path),
        "architectures": written.architectures,
        "results": written.results,
        "datasets": written.datasets,
    }
