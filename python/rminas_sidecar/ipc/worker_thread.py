"""A thread for work that would block the server's loop and needs no worker process."""

import threading
from collections.abc import Callable
from queue import SimpleQueue


class WorkerThread:
    """One thread that runs tasks one after the other.

    It is a daemon thread: a server that is told to end does not wait for a forest or a table.
    """

    def __init__(self, name: str) -> None:
        self._tasks: SimpleQueue[Callable[[], None]] = SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def add(self, task: Callable[[], None]) -> None:
        """Queues a task, which must not raise."""
        self._tasks.put(task)

    def _work(self) -> None:
        while True:
            self._tasks.get()()
