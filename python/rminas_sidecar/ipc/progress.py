"""ProgressReporter reports, at most ten a second."""

import time
from collections.abc import Callable

from rminas_sidecar.protocol import Body

_INTERVAL_SECONDS = 0.1


class ProgressReporter:
    """Called by a long computation with (done, total, note); forwards the last report and at most ten a second.

    Args:
        send: sends the body of a `progress` message.
    """

    def __init__(self, send: Callable[[Body], None]) -> None:
        self._send = send
        self._sent = float("-inf")

    def __call__(self, done: float, total: float, note: str) -> None:
        now = time.monotonic()
        if done >= total or now - self._sent >= _INTERVAL_SECONDS:
            self._sent = now
            self._send({"done": done, "total": total, "note": note})
