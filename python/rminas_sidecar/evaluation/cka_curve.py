"""CKA of each stage over a training, at few enough steps for a line of a journal."""

from typing import Any

from rminas_sidecar.objective.observation import Observation, finite_or_none

POINTS = 20
DIGITS = 4


class CkaCurve:
    """Keeps the CKA of about 20 evenly spaced observations. It reads numbers that are there and computes nothing.

    Args:
        steps: number of observations of a whole training, at least 1.
    """

    def __init__(self, steps: int) -> None:
        self._every = -(-steps // POINTS)
        self._seen = 0
        self._points: list[list[float | None]] = []

    def add(self, observation: Observation) -> None:
        """Takes the next observation. It must be called with each one, before its memory is reused."""
        if self._seen % self._every == 0:
            values = [finite_or_none(value) for value in observation.cka.cpu()]
            self._points.append([None if value is None else round(value, DIGITS) for value in values])
        self._seen += 1

    def as_message(self) -> dict[str, Any]:
        """The protocol's `ckaCurve`: the distance of the points in steps, and the CKA by stage and point."""
        return {"every": self._every, "stages": [list(stage) for stage in zip(*self._points, strict=True)]}
