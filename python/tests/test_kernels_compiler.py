"""How the C functions are compiled and kept, and why a process does without them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rminas_sidecar.kernels import Kernels
from rminas_sidecar.kernels.compiler import CompilationError, load_library
from support.fresh import run_program
from support.limits import scaled

SOURCES = Path(load_library.__code__.co_filename).parent


def _why_not(home: Path, **environment: str) -> str:
    """The text of :func:`why_no_kernels` in a fresh process that has used the networks with kernels."""
    program = (
        "import torch\n"
        "from rminas_sidecar.kernels import why_no_kernels\n"
        "from rminas_sidecar.networks.fast import accelerate\n"
        "from rminas_sidecar.networks.nas_bench_201 import EXAMPLE, NasBench201Network\n"
        "network = accelerate(NasBench201Network(EXAMPLE, 16, 1, 10))\n"
        "images = torch.randn(2, 3, 16, 16).contiguous(memory_format=torch.channels_last)\n"
        "features, logits = network(images)\n"
        "logits.sum().backward()\n"
        "assert logits.isfinite().all()\n"
        "print(why_no_kernels())\n"
    )
    done = run_program(program, environment={"RMINAS_HOME": str(home), **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _compiler(file: Path, script: str) -> str:
    """A program that stands for the compiler."""
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def test_they_are_compiled_once_and_kept_privately(kernels: Kernels, tmp_path: Path) -> None:
    # Without optimisation, which takes most of the time of a compilation.
    compiler = _compiler(tmp_path / "cc", 'exec cc "$@" -O0')
    for _ in range(2):
        assert _why_not(tmp_path, CC=compiler) == "None"
    (library,) = (tmp_path / "kernels").iterdir()
    assert (tmp_path / "kernels").stat().st_mode & 0o077 == 0
    # Without a compiler the library is not used either: its name depends on the compiler.
    assert "no C compiler" in _why_not(tmp_path, CC="no-such-compiler")
    assert [library] == list((tmp_path / "kernels").iterdir())


@pytest.mark.parametrize("content", [b"", b"x", b"\x7fELF\x02\x01\x01"])
def test_a_damaged_library_is_compiled_again(
    kernels: Kernels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (tmp_path / "answer.c").write_text("int answer(void) { return 42; }")
    monkeypatch.setenv("RMINAS_HOME", str(tmp_path / "first"))
    load_library(tmp_path)
    (library,) = (tmp_path / "first" / "kernels").glob("*.so")
    # In a second cache, since a library that is loaded under its path is not loaded again.
    monkeypatch.setenv("RMINAS_HOME", str(tmp_path / "second"))
    damaged = tmp_path / "second" / "kernels" / library.name
    damaged.parent.mkdir(mode=0o700, parents=True)
    damaged.write_bytes(content)
    assert load_library(tmp_path).answer() == 42
    assert damaged.read_bytes() == library.read_bytes()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'internal error: out of ideas' >&2; exit 1", "out of ideas"),
        ("exit 7", "failed: exit code 7"),
        # A compiler that answers at once and makes nothing that can be loaded.
        ('while [ "$1" != -o ]; do shift; done; echo nonsense > "$2"', "cannot be stored or loaded"),
    ],
)
def test_a_compiler_that_fails_is_done_without(tmp_path: Path, script: str, said: str) -> None:
    assert said in _why_not(tmp_path / "home", CC=_compiler(tmp_path / "cc", script))


def test_a_compiler_that_computes_something_else_is_found_out(kernels: Kernels, tmp_path: Path) -> None:
    compiler = _compiler(tmp_path / "cc", 'exec cc -Dsqrt=fabs "$@" -O0')
    assert "give wrong results" in _why_not(tmp_path / "home", CC=compiler)


def test_a_folder_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels").chmod(0o777)
    assert "other users can write to" in _why_not(tmp_path)


def test_processes_that_compile_at_a_time_do_not_disturb_each_other(kernels: Kernels, tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from compiler import load_library; load_library(Path(sys.argv[1]))"
    # Without the file that takes most of the time and those that call it, and by the compiler's module alone, which
    # imports no PyTorch.
    slow = ("winograd.c", "program.c", "*_operations.c")
    shutil.copytree(SOURCES, tmp_path / "sources", ignore=shutil.ignore_patterns("*.py", "__pycache__", *slow))
    full: dict[str, Any] = {**os.environ, "PYTHONPATH": str(SOURCES), "RMINAS_HOME": str(tmp_path)}
    command = [sys.executable, "-c", program, str(tmp_path / "sources")]
    processes = [subprocess.Popen(command, env=full) for _ in range(3)]
    assert [process.wait(timeout=scaled(120)) for process in processes] == [0, 0, 0]
    assert len(list((tmp_path / "kernels").iterdir())) == 1


def test_sources_that_are_not_c_say_so(kernels: Kernels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RMINAS_HOME", str(tmp_path / "home"))
    (tmp_path / "poem.c").write_text("shall I compare thee")
    with pytest.raises(CompilationError, match=r"poem\.c"):
        load_library(tmp_path)
