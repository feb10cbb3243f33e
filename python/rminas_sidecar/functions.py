"""Single functions of the user that a setting names: `file.py:function` or `module:function`.

Such a function is code and can do everything that the user can do, so it runs only where the user named it.
"""

import contextlib
import hashlib
import importlib
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol.failures import is_out_of_memory
from rminas_sidecar.registry import explain
from rminas_sidecar.system.importing import import_file, is_file
from rminas_sidecar.system.time_limit import TimeLimitError, time_limit

T = TypeVar("T")

LIMIT_VARIABLE = "RMINAS_FUNCTION_SECONDS"
"""Environment variable: seconds that one call of a user's function, or the import of its file, may take."""
_DEFAULT_SECONDS = 120.0


@dataclass(frozen=True)
class UserFunction:
    """A function of the user. Calls are bounded in time, and their errors name the user's line.

    Args:
        source: how the user names it, for messages.
        file: the Python file that defines it.
        function: the function itself.
    """

    source: str
    file: Path
    function: Callable[..., Any]

    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()

    def __call__(self, *arguments: object) -> Any:
        """Calls the function.

        Raises:
            SidecarError: `plugin-failed` when it raises, or does not return in time.
        """
        return run_bounded(partial(self.function, *arguments), f"The function {self.source}", self.file)

    def failure(self, problem: str) -> SidecarError:
        """The error of a function that returns something wrong.

        Args:
            problem: follows "The function … ", e.g. ``returned None, not a torch.nn.Module``.
        """
        step = f"Correct the function in {self.file}."
        return SidecarError("plugin-failed", f"The function {self.source} {problem}.", [step])


def load_function(source: str) -> UserFunction:
    """Imports the file or module, and finds the function.

    Args:
        source: `file.py:function`, with a path from the current folder or an absolute one, or `module:function`.

    Raises:
        SidecarError: `missing-file` when the file does not exist; `plugin-failed` when the import raises or does not
            end in time, or when there is no such function.
    """
    place, colon, name = source.rpartition(":")
    if not colon or not place or not name.isidentifier():
        steps = ["Write file.py:function or module:function."]
        raise SidecarError("plugin-failed", f"Expected FILE.py:FUNCTION or MODULE:FUNCTION, got {source!r}.", steps)
    file = Path(place).absolute() if is_file(place) else None
    if file is not None and not file.is_file():
        raise SidecarError("missing-file", f"The file {file} does not exist.", ["Correct the path."])
    load = partial(importlib.import_module, place) if file is None else partial(import_file, file)
    module = run_bounded(load, f"The import of {place}", file)
    found = getattr(module, name, None)
    if not callable(found):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        steps = [f"Its functions and classes are {', '.join(known[:20]) or 'none'}."]
        raise SidecarError("plugin-failed", f"{place} has no function {name}.", steps)
    origin = file or _file_of(module.__name__)
    return UserFunction(source, origin, found)


def _file_of(module: str) -> Path:
    file = sys.modules[module].__file__
    if file is None:
        raise SidecarError("plugin-failed", f"The module {module} has no Python file.", ["Name another module."])
    return Path(file).absolute()


def _limit() -> float:
    given = os.environ.get(LIMIT_VARIABLE)
    if not given:
        return _DEFAULT_SECONDS
    with contextlib.suppress(ValueError):
        if 0 < (seconds := float(given)) < math.inf:
            return seconds
    steps = [f"Set {LIMIT_VARIABLE} to a number of seconds, or unset it."]
    raise SidecarError("plugin-failed", f"{LIMIT_VARIABLE} is {given!r}, and must be a number above 0.", steps)


def run_bounded(work: Callable[[], T], what: str, file: Path | None) -> T:
    """Runs code of the user.

    Args:
        what: names the code in messages, as the subject of a sentence.
        file: where the user corrects it; None for an installed module.

    Raises:
        SidecarError: `plugin-failed` when it raises, does not end in time, or the limit is no number; errors with a
            code pass unchanged.
    """
    seconds = _limit()
    try:
        with time_limit(seconds):
            return work()
    except TimeLimitError as error:
        steps = [f"Correct {file or what}.", f"If it needs more time, set {LIMIT_VARIABLE} to a number of seconds."]
        raise SidecarError("plugin-failed", f"{what} did not end within {seconds:g} s.", steps) from error
    except (Exception, SystemExit) as error:
        if isinstance(error, SidecarError) or is_out_of_memory(error):
            raise
        steps = [f"Correct {file}."] if file is not None else ["Correct or install the module."]
        raise SidecarError("plugin-failed", f"{what} failed: {explain(error)}.", steps) from error
