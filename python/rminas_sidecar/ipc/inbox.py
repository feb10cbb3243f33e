"""Calls from other threads into the server's loop."""

import contextlib
import socket
from collections.abc import Callable
from queue import Empty, SimpleQueue


class Inbox:
    """A queue of functions for the loop to call, and a socket that is readable while the queue is not empty."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        # A socket instead of a pipe, because ZeroMQ cannot poll pipes on Windows.
        self.wakeup, self._sender = socket.socketpair()
        self.wakeup.setblocking(False)
        self._sender.setblocking(False)

    def post(self, call: Callable[[], None]) -> None:
        """Queues a call. May be called from any thread or signal handler."""
        self._waiting.put(call)
        # A full socket is readable already, and a closed one belongs to a loop that has ended.
        with contextlib.suppress(OSError):
            self._sender.send(b"!")

    def run(self) -> None:
        """Calls the queued functions, in order."""
        with contextlib.suppress(BlockingIOError):
            while self.wakeup.recv(4096):
                pass
        with contextlib.suppress(Empty):
            while True:
                self._waiting.get_nowait()()

    def close(self) -> None:
        """Closes the socket; later calls are ignored."""
        self.wakeup.close()
        self._sender.close()
