"""The files and folders that messages may name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol import Body

PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "prepare": (("assets", "dataset"), ("assets", "teacher"), ("assets", "teacherCode")),
    "retrain": (("dataset",), ("teacher", "teacher"), ("teacher", "teacherCode"), ("checkpoint",)),
    "one-shot": (("dataset",), ("checkpoint",)),
    "export": (("weights",), ("folder",)),
    "import-benchmark": (("file",), ("folder",)),
    "query-benchmark": (("index",),),
    "rank-benchmark": (("index",),),
    "summarise-benchmark": (("index",),),
}
"""Where each type of message has paths in its body."""


class PathAllowList:
    """The files and folders that the command line allows. Messages cannot extend the list.

    Args:
        roots: may be read and written, with everything in them. Symbolic links are resolved first.
    """

    def __init__(self, roots: Sequence[str]) -> None:
        self._roots = [Path(root).resolve() for root in roots]

    def check(self, kind: str, body: Body) -> None:
        """Checks all paths in a valid message.

        Raises:
            SidecarError: `refused-file` for a path outside the list.
        """
        for place in PATHS.get(kind, ()):
            path = path_at(body, place)
            if path is not None and not self._allows(path):
                raise SidecarError(
                    "refused-file",
                    f"The {kind} message names a file outside the folders that the sidecar was started for: {path}",
                    ["Start the sidecar with that folder among its `paths`."],
                )

    def _allows(self, path: str) -> bool:
        try:
            target = Path(path).resolve()
        except (OSError, ValueError, RuntimeError):
            # A name that no file can have, or circular links.
            return False
        return any(target.is_relative_to(root) for root in self._roots)


def path_at(body: Body, place: tuple[str, ...]) -> str | None:
    """The path at a place of :data:`PATHS`. None where there is none: null stands for files that need not be named."""
    value: Any = body
    for key in place:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None
