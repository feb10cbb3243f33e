"""Work that is too long for the server's loop and needs no worker."""

import threading
from collections.abc import Callable
from queue import SimpleQueue


class WorkerThread:
    """One thread that does one thing after the other.

    Its thread is a daemon: a server that is told to end does not wait for a forest or a table.
    """

    def __init__(self, name: str) -> None:
        self._tasks: SimpleQueue[Callable[[], None]] = SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def add(self, task: Callable[[], None]) -> None:
        """Has the task done after those that were added before; it must not raise."""
        self._tasks.put(task)

    def _work(self) -> None:
        while True:
            self._tasks.get()()
