"""What is installed: `pip install ./python` has only the files that are declared."""

import subprocess
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]


def test_every_file_that_is_no_module_is_declared() -> None:
    # In the standard library from Python 3.11.
    tomllib = pytest.importorskip("tomllib")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    listed = subprocess.run(
        ["git", "ls-files", "rminas_sidecar"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    files = [PurePosixPath(name).relative_to("rminas_sidecar") for name in listed if not name.endswith(".py")]
    assert any(file.suffix == ".h" for file in files)
    undeclared = [file for file in files if not any(file.match(pattern) for pattern in declared["rminas_sidecar"])]
    assert undeclared == []
