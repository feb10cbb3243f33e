"""Imports plugins: files and modules that the command line names, and installed packages' entry points."""

import importlib
import importlib.util
import sys
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.registry import RegistrationError, explain, registering_for

GROUP = "rminas.plugins"
"""The entry-point group of installed plugins."""


def load_plugins(sources: Sequence[str]) -> list[str]:
    """Imports the installed plugins, then those that are named; each registers what it adds.

    Args:
        sources: paths of Python files, or names of modules. A source that is named twice is loaded once.

    Returns:
        The plugins' names for messages, in the order of their loading.

    Raises:
        SidecarError: `plugin-failed`, with the plugin, the exception and the line of the plugin that raised it.
    """
    loaded: list[str] = []
    for entry in _installed():
        name = f"{entry.name} ({entry.value})"
        _load(name, entry.load, f"Correct or uninstall {_distribution(entry)}.")
        loaded.append(name)
    for source in dict.fromkeys(sources):
        if is_file(source):
            path = Path(source).absolute()
            _load(str(path), partial(_import_file, path), f"Correct {path}.")
            loaded.append(str(path))
        else:
            _load(source, partial(importlib.import_module, source), f"Correct or install {source}.")
            loaded.append(source)
    return loaded


def is_file(source: str) -> bool:
    """Whether a source is the path of a file, and not the name of a module."""
    return source.endswith(".py") or Path(source).name != source


def _installed() -> list[metadata.EntryPoint]:
    # One entry point may be found twice, where a folder is on the path twice.
    unique = {(entry.name, entry.value): entry for entry in metadata.entry_points(group=GROUP)}
    return [unique[key] for key in sorted(unique)]


def _distribution(entry: metadata.EntryPoint) -> str:
    return f"the package {entry.dist.name}" if entry.dist is not None else f"the package of {entry.value}"


def _import_file(path: Path) -> None:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    # Named by its path, since two plugins may have files of one name; registered, as dataclasses and pickle need it.
    name = f"rminas_plugin_{path.stem}_{zlib.crc32(str(path).encode()):08x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


def _load(name: str, load: Callable[[], object], next_step: str) -> None:
    try:
        with registering_for(name):
            load()
    except (Exception, SystemExit) as error:
        what = explain(error) if not isinstance(error, RegistrationError) else _explain_registration(error)
        raise SidecarError("plugin-failed", f"The plugin {name} cannot be loaded: {what}", [next_step]) from error


def _explain_registration(error: RegistrationError) -> str:
    """Without the exception's type, which the plugin's author never sees elsewhere."""
    return explain(error).removeprefix(f"{type(error).__name__}: ")
