"""Detects that another process has been silent for too long."""

import time
from collections.abc import Callable

_SUSPENDED_SECONDS = 5.0


class Watchdog:
    """Measures how long another process has been silent. It must be checked about every second.

    Args:
        seconds: how long the process may be silent.
        clock: monotonic seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._heard = self._checked = clock()

    def heard(self) -> None:
        """Restarts the measurement: the process sent something, or is only now expected to."""
        self._heard = self._clock()

    def expired(self) -> bool:
        """Whether the process has been silent for too long."""
        now = self._clock()
        # This process was stopped itself, by Ctrl-Z or with the whole machine, and could receive nothing.
        if now - self._checked > _SUSPENDED_SECONDS:
            self._heard = now
        self._checked = now
        return now - self._heard > self.seconds
