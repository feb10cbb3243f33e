"""What a worker says while it computes, so that the server tells one that hangs from one that is busy."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_INTERVAL_SECONDS = 1.0


class Heartbeat:
    """Signs of life, no more of them than one a second.

    Args:
        give: says to the server that this process lives; called from any thread.
    """

    def __init__(self, give: Callable[[], None]) -> None:
        self._give = give
        self._given = float("-inf")

    def step(self) -> None:
        """To be called at each step of what proceeds in steps: an endless loop within one of them gives no sign."""
        now = time.monotonic()
        if now - self._given >= _INTERVAL_SECONDS:
            self._given = now
            self._give()

    @contextmanager
    def without_steps(self) -> Iterator[None]:
        """Gives signs for as long as what is computed inside takes; they show that the process runs, and no more."""
        over = threading.Event()

        def give_until_over() -> None:
            while not over.wait(_INTERVAL_SECONDS):
                self._give()

        thread = threading.Thread(target=give_until_over, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
