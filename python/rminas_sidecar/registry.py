"""Registries of spaces, data sets, teachers and proxies, which built-in modules and plugins fill in the same way."""

import difflib
import re
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol.failures import is_out_of_memory

T = TypeVar("T")

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PACKAGE = Path(__file__).parent
_STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
_INSTALLED = {"site-packages", "dist-packages"}
# Folders of packages whose lines tell a plugin's author nothing.
_LIBRARIES = {"torch", "numpy", "PIL", "sklearn"}

_current_plugin: ContextVar[str | None] = ContextVar("current_plugin", default=None)


class RegistrationError(Exception):
    """A decorator of `rminas_sidecar.plugins` was called with wrong arguments."""


@dataclass(frozen=True)
class Origin:
    """Where a registered function comes from.

    Args:
        kind: the kind of the function, e.g. ``space``.
        name: its registered name.
        function: the function's own name.
        plugin: the plugin that registered it; None for a built-in.
    """

    kind: str
    name: str
    function: str
    plugin: str | None

    def __str__(self) -> str:
        return f"The {self.kind} {self.name!r} (function {self.function} of the plugin {self.plugin})"

    def failure(self, problem: str) -> SidecarError:
        """The error of a plugin's function that answers something wrong.

        Args:
            problem: follows "The … ", e.g. ``answers 3, not a network``.
        """
        return SidecarError("plugin-failed", f"{self} {problem}.", [f"Correct the function in {self.plugin}."])

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turns an exception in its body into an error that names the plugin, the exception and the user's line.

        A built-in's exception passes unchanged, and so do errors with a code and exhausted memory.

        Raises:
            SidecarError: `plugin-failed`.
        """
        try:
            yield
        except Exception as error:
            if self.plugin is None or isinstance(error, SidecarError) or is_out_of_memory(error):
                raise
            raise self.failure(f"failed: {explain(error)}") from error


class Registry(Mapping[str, T], Generic[T]):
    """Things by name, in the order of their registration.

    Args:
        kind: the kind of the things, in the singular, e.g. ``space``.
        unknown: the error code for a name that is not registered.
    """

    def __init__(self, kind: str, unknown: str = "unknown-name") -> None:
        self.kind = kind
        self._unknown = unknown
        self._things: dict[str, T] = {}
        self._plugins: dict[str, str | None] = {}

    def __getitem__(self, name: str) -> T:
        return self._things[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def origin(self, name: str, function: Callable[..., object]) -> Origin:
        """Where a function comes from that is about to be registered."""
        return Origin(self.kind, name, getattr(function, "__name__", repr(function)), _current_plugin.get())

    def register(self, name: str, thing: T) -> None:
        """Adds a thing under a name.

        Raises:
            RegistrationError: the name is taken, or has characters that a name cannot have.
        """
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise RegistrationError(
                f"{name!r} cannot be the name of a {self.kind}: "
                "use up to 64 lower-case letters, digits, dots, hyphens and underscores"
            )
        if name in self._things:
            owner = self._plugins[name]
            taken = "is built in" if owner is None else f"is registered already, by the plugin {owner}"
            raise RegistrationError(f"The {self.kind} {name!r} {taken}: choose another name")
        self._things[name] = thing
        self._plugins[name] = _current_plugin.get()

    def find(self, name: str) -> T:
        """The thing with that name.

        Raises:
            SidecarError: the registry's code for unknown names, with the nearest names.
        """
        if name in self._things:
            return self._things[name]
        near = difflib.get_close_matches(name, self._things, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise SidecarError(
            self._unknown,
            f"This sidecar has no {self.kind} {name!r}.{hint}",
            [
                f"Available: {', '.join(self._things)}.",
                f"Load the plugin that registers the {self.kind} with --plugin.",
            ],
        )

    def plugin_of(self, name: str) -> str | None:
        """The plugin that registered a name; None for a built-in."""
        return self._plugins[name]


@contextmanager
def registering_for(plugin: str) -> Iterator[None]:
    """Attributes everything that is registered in its body to a plugin."""
    token = _current_plugin.set(plugin)
    try:
        yield
    finally:
        _current_plugin.reset(token)


def explain(error: BaseException) -> str:
    """An exception and the line of the user's code that raised it, e.g. `ValueError: no (x.py, line 3: …)`."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, SyntaxError):
        # The message names file and line, and no frame of the file exists.
        return text
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _is_library(frame.filename)]
    if not own:
        return text
    line = f": {own[-1].line}" if own[-1].line else ""
    return f"{text} ({own[-1].filename}, line {own[-1].lineno}{line})"


def _is_library(file: str) -> bool:
    parts = Path(file).parts
    installed = not _INSTALLED.isdisjoint(parts)
    return (
        file.startswith("<")
        or Path(file).is_relative_to(_PACKAGE)
        or (Path(file).is_relative_to(_STANDARD_LIBRARY) and not installed)
        or (installed and not _LIBRARIES.isdisjoint(parts))
    )
