"""Compiles C for this processor, once for each machine, and loads the library."""

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

# A busy machine compiles slowly, and without the library it would compute with another rounding.
_SECONDS = 300
# The first one that the compiler accepts is used: GCC and Clang on x86, Clang on ARM, any other.
_TARGETS: tuple[list[str], ...] = (["-march=native"], ["-mcpu=native"], [])
_OPTIONS = ["-std=gnu11", "-O3", "-shared", "-fPIC"]


class CompilationError(Exception):
    """There is no compiler, or it failed. The message says which."""


def load_library(folder: Path, options: Sequence[str] = ()) -> ctypes.CDLL:
    """Loads the library of the C files in a folder; compiles it if the cache does not have it, or has a damaged one.

    Args:
        folder: contains the C files.
        options: of the compiler, in addition to the usual ones.

    Raises:
        CompilationError: the library cannot be compiled or loaded.
    """
    compiler = find_c_compiler()
    if compiler is None:
        raise CompilationError("no C compiler was found (CC, or cc on the PATH)")
    try:
        library = _cache() / f"{_digest(folder, Path(compiler), options)}.so"
        if library.exists():
            # A crash of the machine may have left a part of the file: it is compiled again.
            with contextlib.suppress(OSError):
                return ctypes.CDLL(str(library))
        _compile([compiler, *_OPTIONS, *options], sorted(folder.glob("*.c")), library)
        return ctypes.CDLL(str(library))
    except OSError as error:
        raise CompilationError(f"the compiled library cannot be stored or loaded: {error}") from error


def find_c_compiler() -> str | None:
    """The path of the C compiler; None where there is none."""
    return shutil.which(os.environ.get("CC") or "cc")


def _cache() -> Path:
    """The folder of compiled libraries. Only this user may write to it, because its files are executed."""
    home = os.environ.get("RMINAS_HOME")
    base = Path(home) if home else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rminas"
    folder = base / "kernels"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        raise PermissionError(f"other users can write to {folder}")
    return folder


def _digest(folder: Path, compiler: Path, options: Sequence[str]) -> str:
    """A digest of everything the library depends on, the processor included: machines may share a home folder."""
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
    """Several processes may compile at the same time: each writes its own file, and the files are equivalent."""
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
            failures.append(done.stderr.strip() or f"exit code {done.returncode}")
    raise CompilationError(f"{compiler[0]} failed: {failures[0]}")
