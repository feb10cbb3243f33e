"""Notices that the controller is gone."""

import os
import threading
import time
from collections.abc import Callable

from rminas_sidecar.ipc.parent_death_signal import request_parent_death_signal
from rminas_sidecar.ipc.watchdog import Watchdog


class ParentWatch:
    """Tells why the server should end itself, by any of three signs: stdin closes, another process becomes the parent,
    or the controller says nothing for too long.

    Args:
        parent_timeout_seconds: how long the controller may say nothing.
        on_stdin_closed: called from another thread.
        clock: seconds that never go back.
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
        """The controller said something."""
        self._watchdog.heard()

    def reason_to_end(self) -> str | None:
        """Why to end, or None; asked every second or so."""
        too_long = self._watchdog.too_long()
        if os.getppid() != self._parent:
            return "the process that started it is gone"
        if too_long:
            return f"the controller said nothing for {self._watchdog.seconds:g} s"
        return None


def _read_until_closed(on_closed: Callable[[], None]) -> None:
    # Not through sys.stdin: the interpreter cannot end while a thread holds that object's lock.
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    on_closed()
