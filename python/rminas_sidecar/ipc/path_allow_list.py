"""Which files a message may name."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol import Body

PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "prepare": (("assets", "dataset"), ("assets", "teacher")),
    "retrain": (("dataset",), ("checkpoint",)),
    "import-benchmark": (("file",), ("folder",)),
    "query-benchmark": (("index",),),
    "rank-benchmark": (("index",),),
    "summarise-benchmark": (("index",),),
}
"""Where the paths stand in the bodies of the types of messages that have any."""


class PathAllowList:
    """Files and folders, which are named when the sidecar is started and to which no message can add.

    Args:
        roots: what may be read and written, with everything that lies in it; where links lead does count.
    """

    def __init__(self, roots: Sequence[str]) -> None:
        self._roots = [Path(root).resolve() for root in roots]

    def check(self, kind: str, body: Body) -> None:
        """Looks at all paths in a valid message.

        Raises:
            SidecarError: `refused-file`, for a path that leads to a place that is not allowed.
        """
        for path in _paths_in(kind, body):
            if not self._allows(path):
                raise SidecarError(
                    "refused-file",
                    f"The {kind} message names a file outside the folders that the sidecar was started for: {path}",
                    ["Start the sidecar with that folder among its `paths`."],
                )

    def _allows(self, path: str) -> bool:
        try:
            target = Path(path).resolve()
        except (OSError, ValueError, RuntimeError):
            # A name that no file can have, or links in a circle.
            return False
        return any(target.is_relative_to(root) for root in self._roots)


def _paths_in(kind: str, body: Body) -> Iterator[str]:
    for place in PATHS.get(kind, ()):
        value: Any = body
        for key in place:
            value = value[key]
        # Null is what ships with the sidecar.
        if isinstance(value, str):
            yield value
