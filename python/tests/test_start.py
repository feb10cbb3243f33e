"""The start of a sidecar: silence is counted, not time, and signals to the process group are left to the controller."""

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rminas_sidecar
from rminas_sidecar.ipc.process_activity import activity_of
from rminas_sidecar.system.garbage import without_collections
from support.evaluations import evaluate_body, prepare_body, score

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a process's work on Linux only")
BLOCKED_IMPORT = """
import ctypes
import sys


class Blocked:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "torch":
            ctypes.PyDLL(None).sleep(3600)  # A PyDLL keeps the interpreter's lock, as loading a library does.


sys.meta_path.insert(0, Blocked)
"""


def test_a_worker_that_starts_without_a_sign_of_life_is_killed(launcher: Any, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(BLOCKED_IMPORT)
    path = os.pathsep.join([str(tmp_path), str(Path(rminas_sidecar.__file__).parents[1])])
    arguments = ["--workers", "1", "--start-deadline", "2"]
    sidecar = launcher.start_for(*launcher.bind(), arguments, {"PYTHONPATH": path})
    assert sidecar.receive("starting") == {"type": "starting", "id": "0", "body": {"doing": "starting Python"}}
    code, stderr = sidecar.wait()
    assert code == 1
    assert "ends: [worker-died]" in stderr
    assert "showed no sign of life for 2 s" in stderr
    assert "next step: If the start only needs more time here, raise RMINAS.START_DEADLINE." in stderr


@ON_LINUX
def test_the_work_of_a_process_shows_even_if_it_says_nothing() -> None:
    command = [sys.executable, "-c", "print(flush=True); input(); print(len(b'x' * 10**8), flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        waiting = activity_of(process.pid)
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        assert waiting is not None
        assert (activity_of(process.pid) or 0) > waiting
        process.kill()
    assert activity_of(process.pid) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups of this kind")
def test_signals_of_a_batch_system_do_not_end_a_sidecar_or_its_workers(launcher: Any) -> None:
    sidecar = launcher.start("--workers", "1")
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    before = score(sidecar.ask("evaluate", evaluate_body()))
    workers = sidecar.workers()
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU):
        for pid in (*workers, sidecar.pid):
            os.kill(pid, number)
        assert score(sidecar.ask("evaluate", evaluate_body())) == before
    # SIGTERM ends the sidecar, and the sidecar ends its workers.
    for worker in workers:
        os.kill(worker, signal.SIGTERM)
    assert score(sidecar.ask("evaluate", evaluate_body())) == before
    assert sidecar.workers() == workers
    sidecar.process.send_signal(signal.SIGTERM)
    assert sidecar.wait() == (0, "rminas_sidecar ends: of SIGTERM\n")


def test_imports_run_without_the_garbage_collector_and_later_collections_skip_their_objects() -> None:
    frozen = gc.get_freeze_count()
    try:
        with pytest.raises(ImportError), without_collections():
            assert not gc.isenabled()
            raise ImportError
        assert gc.isenabled()
        assert gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()


def test_the_server_starts_without_the_large_libraries() -> None:
    program = "import sys, rminas_sidecar.arguments, rminas_sidecar.server; print(*sys.modules)"
    imported = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "numpy", "sklearn", "ray", "rminas_sidecar.engines.ray_engine"} & set(imported)
