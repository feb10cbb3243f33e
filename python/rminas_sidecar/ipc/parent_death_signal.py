"""Wakes a stopped process when its parent is killed."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def request_parent_death_signal() -> None:
    """Asks Linux to send this process SIGCONT when its parent ends; does nothing on other systems.

    A process ends itself when its parent is gone, but not while it is stopped by Ctrl-Z or SIGSTOP, and then no process
    is left to continue it. The signal has no effect on a running process.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGCONT, 0, 0, 0)
