"""When the training of a candidate is futile: whatever it still did, it would not be a good one.

The bounds come from the controller, which calibrates them on the curves of the run so far and knows what they cost.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class FutilityBounds:
    """At some steps, the loss that a training has to have reached by then.

    Args:
        bounds: the protocol's bounds: `step`, a number of observed losses, and `loss`.
    """

    def __init__(self, bounds: Iterable[Mapping[str, Any]] = ()) -> None:
        self._losses = {bound["step"]: bound["loss"] for bound in bounds}

    def crossed_by(self, curve: Sequence[float | None]) -> bool:
        """Whether there is a bound at the curve's end, and no loss of the curve has reached it.

        The lowest loss so far counts, not the last one: a loss that jumps for a few steps is no reason to stop.
        """
        bound = self._losses.get(len(curve))
        return bound is not None and min((loss for loss in curve if loss is not None), default=bound) > bound


NO_BOUNDS = FutilityBounds()
