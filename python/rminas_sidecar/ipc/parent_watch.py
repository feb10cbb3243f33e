"""Detects that the controller is gone."""

import os
import threading
import time
from collections.abc import Callable

from rminas_sidecar.ipc.parent_death_signal import request_parent_death_signal
from rminas_sidecar.ipc.watchdog import Watchdog


class ParentWatch:
    """Tells when the server should end: its stdin closes, its parent process changes, or the controller is silent.

    Args:
        parent_timeout_seconds: how long the controller may be silent.
        on_stdin_closed: called from another thread.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        parent_timeout_seconds: float,
        on_stdin_closed: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._watchdog = Watchdog(parent_timeout_seconds, clock)
        self._parent = os.getppid()
        request_parent_death_signal()
        threading.Thread(target=_read_until_closed, args=(on_stdin_closed,), daemon=True).start()

    def heard(self) -> None:
        """Records that the controller sent a message."""
        self._watchdog.heard()

    def reason_to_end(self) -> str | None:
        """Why the server should end, or None. Must be called about every second."""
        silent = self._watchdog.expired()
        if os.getppid() != self._parent:
            return "the process that started it is gone"
        if silent:
            return f"the controller was silent for {self._watchdog.seconds:g} s"
        return None


def _read_until_closed(on_closed: Callable[[], None]) -> None:
    # Not through sys.stdin: the interpreter cannot shut down while a thread holds its lock.
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    on_closed()
