"""Imports of small tables of NAS-Bench-201, in each form of the files, and imports that must fail."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rminas_sidecar.benchmarks import import_file
from rminas_sidecar.errors import SidecarError
from support.nas_bench_201_files import save_bz2, save_pth

SAVERS: dict[str, Callable[[Any, Path], Path]] = {
    "zip": save_pth,
    "legacy": lambda table, file: save_pth(table, file, legacy=True),
    "pbz2": save_bz2,
}


def quiet(_done: int, _total: int, _note: str) -> None:
    pass


def refuses(file: Path, folder: Path, code: str, *said: str) -> SidecarError:
    """An import fails, and the folder of the indexes with an older one in it stays as it was."""
    folder.mkdir(exist_ok=True)
    (folder / "nas-bench-201.sqlite").write_bytes(b"an older index")
    with pytest.raises(SidecarError) as caught:
        import_file(str(file), str(folder), quiet)
    assert caught.value.code == code, caught.value.message
    for words in (str(file), *said):
        assert words in caught.value.message
    assert caught.value.next_steps
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"nas-bench-201.sqlite": b"an older index"}
    return caught.value
