"""What becomes of a process whose parent is killed."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def request_parent_death_signal() -> None:
    """Has the system continue this process when its parent ends (Linux; elsewhere this does nothing).

    A process ends itself when its parent is gone, but not while it is stopped, by Ctrl-Z or SIGSTOP: and then nobody is
    left to continue it. One that runs does not notice the signal.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGCONT, 0, 0, 0)
