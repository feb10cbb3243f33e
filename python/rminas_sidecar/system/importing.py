"""Imports Python files of the user."""

import importlib.util
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


def is_file(source: str) -> bool:
    """Whether a source is the path of a file, and not the name of a module."""
    return source.endswith(".py") or Path(source).name != source


def module_name(path: Path) -> str:
    """The name under which a file is imported: two files of the user may have one name, so it has the whole path."""
    return f"rminas_plugin_{path.stem}_{zlib.crc32(str(path).encode()):08x}"


def import_file(path: Path) -> ModuleType:
    """Imports a Python file as a module of its own, each time anew."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    name = module_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    # Registered, because dataclasses and pickle need it.
    sys.modules[name] = module
    with without_bytecode():
        spec.loader.exec_module(module)
    return module


@contextmanager
def without_bytecode() -> Iterator[None]:
    """Modules that are imported meanwhile leave no `__pycache__` in their folders, which belong to the user.

    Bytecode could also be older than its source: Python compares only the length and the second of the last change.
    """
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
