"""The command that installs an optional package."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from rminas_sidecar.system import packages


def test_the_step_installs_into_this_python_in_the_versions_of_the_release() -> None:
    constraints = Path(packages.__file__).parents[2] / "constraints.txt"
    step = packages.install_step("ray[client]", "timm")
    command = shlex.split(step.removeprefix("Install it: "))
    assert command == [sys.executable, "-m", "pip", "install", "-c", str(constraints), "ray[client]", "timm"]
    # pip of this very Python understands it.
    dry = [*command[:4], "--dry-run", "--no-index", *command[4:6], "numpy"]
    ended = subprocess.run(dry, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_a_wheel_has_no_constraints(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "_CONSTRAINTS", tmp_path / "constraints.txt")
    monkeypatch.setattr(sys, "executable", "/opt/my python/bin/python")
    assert packages.install_step("timm") == "Install it: '/opt/my python/bin/python' -m pip install timm"
