"""Memory that the server keeps and that all of its workers map: what was prepared once lies there once."""

import os
import sys
import weakref
from contextlib import suppress


class SharedMemory:
    """A file in memory that has no name. It is there for as long as this object is, and for who has mapped it by then;
    the system frees it with the last process that uses it, however these end.
    """

    def __init__(self) -> None:
        self._descriptor = os.memfd_create("rminas", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        weakref.finalize(self, os.close, self._descriptor)

    @property
    def path(self) -> str:
        """Where another process of this user finds it, for as long as this object is there."""
        return f"/proc/{os.getpid()}/fd/{self._descriptor}"

    @property
    def filled(self) -> bool:
        """Whether anything was written to it."""
        return os.fstat(self._descriptor).st_size > 0

    def seal(self) -> None:
        """From now on nobody can change it, and a process that maps it cannot lose a part of it."""
        import fcntl  # Not everywhere.

        fcntl.fcntl(self._descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)


def make_shared_memory() -> SharedMemory | None:
    """None where the system has none that is freed by itself, as on everything but Linux."""
    if sys.platform != "linux":
        return None
    with suppress(OSError):
        return SharedMemory()
    return None
