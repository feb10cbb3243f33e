"""How long another process has said nothing."""

import time
from collections.abc import Callable

_SUSPENDED_SECONDS = 5.0


class Watchdog:
    """Tells when another process has been silent for too long, by looks at it that are a second or so apart.

    Args:
        seconds: how long it may say nothing.
        clock: seconds that never go back.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._heard = self._looked = clock()

    def heard(self) -> None:
        """It said something, or begins only now to have something to say."""
        self._heard = self._clock()

    def too_long(self) -> bool:
        """Whether it has been silent for too long; a look at it, so to be asked every second or so."""
        now = self._clock()
        # Nobody was heard while this process itself was stopped, by Ctrl-Z or with the whole machine.
        if now - self._looked > _SUSPENDED_SECONDS:
            self._heard = now
        self._looked = now
        return now - self._heard > self.seconds
