"""Heartbeats of a worker, by which the server tells a busy worker from a hung one."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_INTERVAL_SECONDS = 1.0


class Heartbeat:
    """Sends at most one heartbeat a second.

    Args:
        send: sends one heartbeat to the server; called from any thread.
    """

    def __init__(self, send: Callable[[], None]) -> None:
        self._send = send
        self._sent = float("-inf")

    def step(self) -> None:
        """Must be called at each step of work that proceeds in steps: an endless loop within one sends no heartbeat."""
        now = time.monotonic()
        if now - self._sent >= _INTERVAL_SECONDS:
            self._sent = now
            self._send()

    @contextmanager
    def in_background(self) -> Iterator[None]:
        """Sends heartbeats from a thread while its body runs; they only show that the process is alive."""
        over = threading.Event()

        def send_until_over() -> None:
            while not over.wait(_INTERVAL_SECONDS):
                self._send()

        thread = threading.Thread(target=send_until_over, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
