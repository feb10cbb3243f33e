"""Imports in a process of their own: what becomes of it when it dies, and when the server does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rminas_sidecar
from support.limits import scaled
from support.nas_bench_201_files import content, save_pth

ARCHITECTURES = 40


@pytest.fixture(scope="module")
def table(tmp_path_factory: Any) -> Path:
    return save_pth(content(ARCHITECTURES), tmp_path_factory.mktemp("table") / "t.pth")


STOP_FIRST_IMPORT = """
import os, signal, sys
from pathlib import Path

stopped = Path(__file__).with_name("stopped")
if "rminas_sidecar.benchmarks.import_worker" in sys.orig_argv and not stopped.exists():
    stopped.write_text(f"{os.getpid()}\\n")
    os.kill(os.getpid(), signal.SIGSTOP)
"""


def start_import(launcher: Any, table: Path, folder: Path) -> tuple[Any, str, int]:
    """A sidecar that imports, and the importing process, which stops itself before it begins (Linux)."""
    site = folder.with_name("site")
    site.mkdir()
    (site / "sitecustomize.py").write_text(STOP_FIRST_IMPORT)
    path = os.pathsep.join([str(site), str(Path(rminas_sidecar.__file__).parents[1])])
    sidecar = launcher.start_for(*launcher.bind(), ["--workers", "0", "--allow", "/"], {"PYTHONPATH": path})
    sidecar.receive("hello")
    request = sidecar.send("import-benchmark", {"file": str(table), "folder": str(folder)})
    until = time.monotonic() + scaled(60)
    while not (pid := stopped_process(site / "stopped")):
        assert time.monotonic() < until, "no process imports"
        time.sleep(0.01)
    return sidecar, request, pid


def stopped_process(file: Path) -> int | None:
    """The process that a file names, once it has stopped."""
    text = file.read_text() if file.exists() else ""
    if not text.endswith("\n"):
        return None
    pid = int(text)
    return pid if ") T " in Path(f"/proc/{pid}/stat").read_text() else None


def test_the_server_answers_while_a_table_is_imported(launcher: Any, table: Path, tmp_path: Path) -> None:
    sidecar, request, pid = start_import(launcher, table, tmp_path / "indexes")
    beats = [sidecar.receive("heartbeat")["type"] for _ in range(2)]
    assert beats == ["heartbeat"] * 2
    other = sidecar.ask("query-benchmark", {"index": str(tmp_path / "none.sqlite"), "architecture": 0})
    assert other["body"]["code"] == "missing-file"
    os.kill(pid, signal.SIGCONT)
    imported = sidecar.receive("benchmark-imported", "error")
    assert (imported["type"], imported["id"]) == ("benchmark-imported", request)
    index = imported["body"]["index"]
    ranking = {"index": index, "dataset": "cifar10", "split": None, "epochs": None, "seed": None, "count": 3}
    assert len(sidecar.ask("rank-benchmark", ranking)["body"]["best"]) == 3
    assert sidecar.ask("rank-benchmark", ranking | {"dataset": "svhn"})["body"]["code"] == "unknown-series"
    assert sidecar.ask("summarise-benchmark", {"index": index})["body"]["architectures"] == ARCHITECTURES
    libraries = Path(f"/proc/{sidecar.pid}/maps").read_text()
    assert "torch" not in libraries


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, "out-of-memory"), (signal.SIGABRT, "internal")])
def test_an_import_that_is_killed_is_an_error(
    launcher: Any, table: Path, tmp_path: Path, number: signal.Signals, code: str
) -> None:
    sidecar, request, pid = start_import(launcher, table, tmp_path / "indexes")
    os.kill(pid, number)
    os.kill(pid, signal.SIGCONT)
    reply = sidecar.receive("error", "benchmark-imported")
    assert (reply["id"], reply["body"]["code"]) == (request, code)
    assert number.name in reply["body"]["message"]
    assert not (tmp_path / "indexes").exists()
    again = sidecar.ask("import-benchmark", {"file": str(table), "folder": str(tmp_path / "indexes")})
    assert again["type"] == "benchmark-imported", "the next import is none the worse"


def test_what_the_site_prints_is_no_message(launcher: Any, table: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("print('hello from the site')\nprint('[1]')\n")
    path = os.pathsep.join([str(site), str(Path(rminas_sidecar.__file__).parents[1])])
    sidecar = launcher.start_for(*launcher.bind(), ["--workers", "0", "--allow", "/"], {"PYTHONPATH": path})
    sidecar.receive("hello")
    imported = sidecar.ask("import-benchmark", {"file": str(table), "folder": str(tmp_path / "indexes")})
    assert imported["type"] == "benchmark-imported"


def test_no_import_outlives_the_server(
    launcher: Any, table: Path, tmp_path: Path, wait_for_end: Callable[[int], None]
) -> None:
    sidecar, _, pid = start_import(launcher, table, tmp_path / "indexes")
    sidecar.send("shutdown", {})
    assert sidecar.receive("bye")["type"] == "bye"
    assert sidecar.wait()[0] == 0
    os.kill(pid, signal.SIGCONT)
    wait_for_end(pid)
    assert not (tmp_path / "indexes").exists()


PEAK = """
import sys
{load}
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
OURS = """
from rminas_sidecar.benchmarks import import_file
if len(sys.argv) > 1:
    import_file(sys.argv[1], sys.argv[2], lambda *_: None)
"""
THEIRS = """
import functools
import torch
from nas_201_api import NASBench201API
# What the API was written for, and what takes least: the default since PyTorch 2.6 refuses numpy's numbers.
torch.load = functools.partial(torch.load, weights_only=False)
if len(sys.argv) > 1:
    NASBench201API(sys.argv[1], verbose=False)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process's memory")
def test_an_import_takes_less_than_half_of_the_apis_memory(table: Path, tmp_path: Path) -> None:
    """Of what the file costs on top of the imports, so that PyTorch's own size does not decide it."""

    def peak(load: str, *arguments: str) -> int:
        command = [sys.executable, "-c", PEAK.format(load=load), *arguments]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    ours = peak(OURS, str(table), str(tmp_path)) - peak(OURS)
    theirs = peak(THEIRS, str(table)) - peak(THEIRS)
    print(f"{ARCHITECTURES} architectures: {ours / 1024:.0f} MiB, the published API {theirs / 1024:.0f} MiB")
    assert ours <= theirs / 2
