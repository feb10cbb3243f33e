"""Reports of progress, no more of them than somebody can look at."""

import time
from collections.abc import Callable

from rminas_sidecar.protocol import Body

_INTERVAL_SECONDS = 0.1


class Progress:
    """What a long computation calls with (done, total, note); passes on the last report and ten a second.

    Args:
        send: takes the body of a `progress` message.
    """

    def __init__(self, send: Callable[[Body], None]) -> None:
        self._send = send
        self._sent = float("-inf")

    def __call__(self, done: float, total: float, note: str) -> None:
        now = time.monotonic()
        if done >= total or now - self._sent >= _INTERVAL_SECONDS:
            self._sent = now
            self._send({"done": done, "total": total, "note": note})
