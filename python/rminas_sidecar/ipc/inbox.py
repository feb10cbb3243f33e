"""How other threads reach the server's loop."""

import contextlib
import socket
from collections.abc import Callable
from queue import Empty, SimpleQueue


class Inbox:
    """Functions that wait to be called in the loop, and a socket that is readable while there are any."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        # A socket and no pipe, because ZeroMQ cannot poll pipes on Windows.
        self.bell, self._rope = socket.socketpair()
        self.bell.setblocking(False)
        self._rope.setblocking(False)

    def post(self, call: Callable[[], None]) -> None:
        """Has the function called in the loop; from any thread or signal handler."""
        self._waiting.put(call)
        # A full bell rings already, and a closed one belongs to a loop that has ended.
        with contextlib.suppress(OSError):
            self._rope.send(b"!")

    def run(self) -> None:
        """Calls what is waiting, in order."""
        with contextlib.suppress(BlockingIOError):
            while self.bell.recv(4096):
                pass
        with contextlib.suppress(Empty):
            while True:
                self._waiting.get_nowait()()

    def close(self) -> None:
        """Later posts are forgotten."""
        self.bell.close()
        self._rope.close()
