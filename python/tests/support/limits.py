"""Limits that only guard against hanging. No test passes or fails by the time it takes within them."""

import os
import time
from functools import cache

# On a quiet core of 2023.
_QUIET_SECONDS = 0.2
# The machine may become busier after it was measured.
_GENEROSITY = 5


def scaled(seconds: float) -> float:
    """The seconds after which a test may give up something that takes at most so many on a quiet machine."""
    return seconds * _slowness() * _GENEROSITY


@cache
def _slowness() -> float:
    """How much slower a unit of work is here than on a quiet machine, at least 1."""
    given = os.environ.get("RMINAS_TEST_SLOWNESS")
    if given:
        return float(given)
    started = time.perf_counter()
    sum(number * number for number in range(6_000_000))
    slowness = max(1.0, (time.perf_counter() - started) / _QUIET_SECONDS)
    # The processes of pytest-xdist do not measure it again.
    os.environ["RMINAS_TEST_SLOWNESS"] = str(slowness)
    return slowness
