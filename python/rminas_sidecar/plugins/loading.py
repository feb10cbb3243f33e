"""Imports the plugins that the command line names: files, entry points, modules, and the spaces of YAML files."""

import hashlib
import importlib
import inspect
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.own import OwnSpace, register_own_space
from rminas_sidecar.registry import RegistrationError, explain, registering_for
from rminas_sidecar.system.importing import import_file, is_file, module_name

GROUP = "rminas.plugins"
"""The entry-point group of installed plugins."""


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin that was imported.

    Args:
        source: how the command line names it.
        name: for messages.
        file: the Python file that was imported; for a package, its `__init__.py`, and for a space, the builder's.
    """

    source: str
    name: str
    file: Path

    @property
    def is_space(self) -> bool:
        """Whether it is a space that a YAML file describes."""
        return self.source.startswith("{")

    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()


def load_plugins(sources: Sequence[str]) -> list[LoadedPlugin]:
    """Imports plugins, which register their functions. Installed plugins are loaded only if they are named.

    Args:
        sources: paths of Python files, names of entry points in :data:`GROUP`, names of modules, or a space as JSON. A
            source that is named twice is loaded once.

    Returns:
        The plugins, in the order of their loading.

    Raises:
        SidecarError: `plugin-failed`, with the plugin, the exception and the line of the plugin that raised it.
    """
    return [_load_source(source) for source in dict.fromkeys(sources)]


def _load_source(source: str) -> LoadedPlugin:
    if source.startswith("{"):
        return _load_own_space(source)
    if is_file(source):
        path = Path(source).absolute()
        _load(str(path), partial(import_file, path), f"Correct {path}.")
        return LoadedPlugin(source, str(path), path)
    entry = _installed().get(source)
    if entry is not None:
        name = f"{entry.name} ({entry.value})"
        _load(name, entry.load, f"Correct or uninstall {_distribution(entry)}.")
        return LoadedPlugin(source, name, _file_of(entry.module, name))
    _load(source, partial(importlib.import_module, source), f"Correct or install {source}.")
    return LoadedPlugin(source, source, _file_of(source, source))


def _load_own_space(source: str) -> LoadedPlugin:
    """Loads a space that a YAML file describes. The source is the controller's JSON."""
    space = OwnSpace.from_dict(json.loads(source))
    path = Path(space.builder)

    def load() -> None:
        if hashlib.sha256(path.read_bytes()).hexdigest() != space.sha256:
            raise RegistrationError(f"{path} has changed since the work began")
        module = sys.modules.get(module_name(path)) or import_file(path)
        function = getattr(module, space.function, None)
        if not callable(function):
            known = [name for name, value in vars(module).items() if inspect.isfunction(value)]
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise RegistrationError(f"{path} has no function {space.function}; {has}")
        register_own_space(space, function)

    _load(space.file, load, f"Correct {path}.", kind="space file")
    return LoadedPlugin(source, space.file, path)


def _file_of(module: str, plugin: str) -> Path:
    file = sys.modules[module].__file__
    if file is None:
        step = ["Name a module that has a Python file."]
        raise SidecarError("plugin-failed", f"The plugin {plugin} cannot be loaded: its module has no file", step)
    return Path(file).absolute()


def _installed() -> dict[str, metadata.EntryPoint]:
    return {entry.name: entry for entry in metadata.entry_points(group=GROUP)}


def _distribution(entry: metadata.EntryPoint) -> str:
    return f"the package {entry.dist.name}" if entry.dist is not None else f"the package of {entry.value}"


def _load(name: str, load: Callable[[], object], next_step: str, kind: str = "plugin") -> None:
    try:
        with registering_for(name):
            load()
    except (Exception, SystemExit) as error:
        what = explain(error) if not isinstance(error, RegistrationError) else _explain_registration(error)
        raise SidecarError("plugin-failed", f"The {kind} {name} cannot be loaded: {what}", [next_step]) from error


def _explain_registration(error: RegistrationError) -> str:
    """Without the exception's type, which the plugin's author never sees elsewhere."""
    return explain(error).removeprefix(f"{type(error).__name__}: ")
