"""The command that installs an optional package into the Python that runs the sidecar."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

_CONSTRAINTS = Path(__file__).resolve().parents[2] / "constraints.txt"
"""The versions that the release was tested with. A checkout and the tarball have them, a wheel does not."""


def install_step(*requirements: str) -> str:
    """The step of an error that installs these requirements of pip, e.g. ``timm``."""
    pins = ["-c", str(_CONSTRAINTS)] if _CONSTRAINTS.is_file() else []
    return f"Install it: {shlex.join([sys.executable, '-m', 'pip', 'install', *pins, *requirements])}"
