"""Signals that reach a whole process group: the controller decides how to react to them."""

import signal

_OF_THE_GROUP = ("SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGXCPU")
"""Ctrl-C, a closed terminal, and the warnings of batch systems. Windows has only the first."""


def leave_signals_to_the_controller() -> None:
    """Ignores these signals in this process and in all that it starts.

    The controller gets them too, and ends the sidecar in order.
    """
    for name in _OF_THE_GROUP:
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN)
