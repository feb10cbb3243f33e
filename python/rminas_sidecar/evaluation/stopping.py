"""Futility stopping: ends the training of a candidate that will not be a good one.

The controller calibrates the bounds on the loss curves of the run so far.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class FutilityBounds:
    """The losses that a training must have reached by certain steps.

    Args:
        bounds: the protocol's bounds: `step`, a number of observed losses, and `loss`.
    """

    def __init__(self, bounds: Iterable[Mapping[str, Any]] = ()) -> None:
        self._losses = {bound["step"]: bound["loss"] for bound in bounds}

    def crossed_by(self, curve: Sequence[float | None]) -> bool:
        """Whether there is a bound at the curve's last step and no loss of the curve has reached it.

        The lowest loss so far counts, because a loss may jump for a few steps.
        """
        bound = self._losses.get(len(curve))
        return bound is not None and min((loss for loss in curve if loss is not None), default=bound) > bound


NO_BOUNDS = FutilityBounds()
