"""Bounds the time that code of the user takes."""

import faulthandler
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_GRACE_SECONDS = 30.0
"""After the limit, code that no signal interrupts ends with the process."""
_REPEAT_SECONDS = 1.0


class TimeLimitError(BaseException):
    """The time is up. Not an `Exception`, so that code of the user does not catch it by chance."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupts its body after a time. Code that cannot be interrupted ends the process some time later.

    Only the main thread can be interrupted, and only where there are POSIX signals. Elsewhere the body is not bounded.

    Raises:
        TimeLimitError: the body took longer.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return

    def interrupt(_signal: int, _frame: object) -> None:
        raise TimeLimitError

    before = signal.signal(signal.SIGALRM, interrupt)
    # Repeated, because a bare `except` of the body may swallow the first one.
    signal.setitimer(signal.ITIMER_REAL, seconds, _REPEAT_SECONDS)
    if sys.__stderr__ is not None:
        faulthandler.dump_traceback_later(seconds + _GRACE_SECONDS, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()
