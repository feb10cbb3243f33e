"""Compiles C for the processor at hand, once for each machine, and loads it."""

import contextlib
import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 60
# The first that the compiler knows: GCC and Clang on x86, Clang on ARM, anything else.
_TARGETS: tuple[list[str], ...] = (["-march=native"], ["-mcpu=native"], [])
_OPTIONS = ["-std=gnu11", "-O3", "-shared", "-fPIC"]


class CompilationError(Exception):
    """There is no compiler, or it failed; says which."""


def load_library(folder: Path, options: Sequence[str] = ()) -> ctypes.CDLL:
    """Loads the library that the C files of a folder make, from the cache if it is there.

    Args:
        folder: with the C files.
        options: for the compiler, besides those that all libraries have.

    Raises:
        CompilationError: when it cannot be made.
    """
    compiler = shutil.which(os.environ.get("CC") or "cc")
    if compiler is None:
        raise CompilationError("no C compiler was found (CC, or cc on the PATH)")
    try:
        library = _cache() / f"{_digest(folder, Path(compiler), options)}.so"
        if not library.exists():
            _compile([compiler, *_OPTIONS, *options], sorted(folder.glob("*.c")), library)
        return ctypes.CDLL(str(library))
    except OSError as error:
        raise CompilationError(f"what was compiled cannot be kept or loaded: {error}") from error


def _cache() -> Path:
    """A folder that nobody else writes to, since what lies there is run."""
    home = os.environ.get("RMINAS_HOME")
    base = Path(home) if home else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rminas"
    folder = base / "kernels"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        raise PermissionError(f"others can write to {folder}")
    return folder


def _digest(folder: Path, compiler: Path, options: Sequence[str]) -> str:
    """Of all that the library depends on: homes are shared by machines with other processors."""
    actual = compiler.resolve()
    digest = hashlib.sha256(f"{_processor()}\0{actual}\0{actual.stat().st_mtime_ns}\0{[*_OPTIONS, *options]}".encode())
    for file in sorted([*folder.glob("*.c"), *folder.glob("*.h")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def _processor() -> str:
    described = f"{platform.system()} {platform.machine()} {platform.processor()}"
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        described += next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return described


def _compile(compiler: Sequence[str], sources: Sequence[Path], library: Path) -> None:
    """Several processes may do it at a time: each writes a file of its own, and any of them will do."""
    failures = []
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        made = Path(folder) / library.name
        for target in _TARGETS:
            command = [*compiler, *target, "-o", str(made), *map(str, sources), "-lm"]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
            except subprocess.TimeoutExpired as error:
                raise CompilationError(f"{compiler[0]} took more than {_SECONDS} s") from error
            if done.returncode == 0:
                made.replace(library)
                return
            failures.append(done.stderr.strip() or f"it ended with {done.returncode}")
    raise CompilationError(f"{compiler[0]} failed: {failures[0]}")
