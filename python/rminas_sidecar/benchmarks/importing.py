"""Imports a table of trained accuracies into an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .importers import read_table
from .index import write_index
from .table import Progress


def import_file(file: str, folder: str, on_progress: Progress) -> dict[str, Any]:
    """Imports a table of trained accuracies (a file or a folder) into `<folder>/<benchmark>.sqlite`.

    Replaces an older index.

    Returns the body of the protocol's `benchmark-imported` without `seconds`. Raises `SidecarError`: `missing-file`,
    `refused-file`, `corrupt-file`, `out-of-memory` or `unwritable`; an older index is kept then.
    """
    written = write_index(read_table(Path(file).absolute()), Path(folder).absolute(), on_progress)
    return {
        "benchmark": written.path.stem,
        "index": str(written.path),
        "architectures": written.architectures,
        "results": written.results,
        "datasets": written.datasets,
    }
