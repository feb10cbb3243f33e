"""Memory that the server owns and all workers map: the first worker publishes the prepared batch there."""

import os
import sys
import weakref
from contextlib import suppress
from pathlib import Path


class SharedMemory:
    """A file in memory without a name.

    It exists as long as this object, or as long as a process maps it. The system frees it with the last such process,
    even after a crash.
    """

    def __init__(self) -> None:
        self._descriptor = os.memfd_create("rminas", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        weakref.finalize(self, os.close, self._descriptor)

    @property
    def path(self) -> str:
        """The path by which another process of this user opens it, as long as this object exists."""
        return f"/proc/{os.getpid()}/fd/{self._descriptor}"

    @property
    def filled(self) -> bool:
        """Whether it has content."""
        return os.fstat(self._descriptor).st_size > 0

    def content(self) -> bytes:
        """All of its content."""
        return Path(self.path).read_bytes()

    def fill(self, content: bytes) -> None:
        """Writes all of its content, which is read-only from then on."""
        Path(self.path).write_bytes(content)
        self.seal()

    def seal(self) -> None:
        """Makes it read-only for all processes, also against truncation."""
        import fcntl  # Not on every system.

        fcntl.fcntl(self._descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)


def make_shared_memory() -> SharedMemory | None:
    """Creates shared memory; None on systems other than Linux, which cannot free it automatically."""
    if sys.platform != "linux":
        return None
    with suppress(OSError):
        return SharedMemory()
    return None
