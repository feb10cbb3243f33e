"""The fork server of the tests: `python server.py SOCKET MODULE…` serves until its stdin closes.

It imports the modules once, and forks a process for each program that `sitecustomize` hands over. With PyTorch and
scikit-learn, this spares each program a second or two.
"""

import atexit
import contextlib
import fcntl
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from sitecustomize import run_first, surroundings, variables_read_once

_LONGEST_REQUEST = 1 << 22
_MOST_DESCRIPTORS = 4


@dataclass(frozen=True)
class Program:
    """A program that was handed over.

    Args:
        request: what it needs, see `sitecustomize`.
        descriptors: its standard streams and other open files, for which the request has its numbers.
    """

    request: dict[str, Any]
    descriptors: list[int]

    def close_descriptors(self) -> None:
        for descriptor in self.descriptors:
            os.close(descriptor)

    def run(self) -> None:
        """Becomes the program, in a fork."""
        for number in signal.Signals:
            if number not in (signal.SIGKILL, signal.SIGSTOP):
                signal.signal(number, signal.SIG_IGN if number in self.request["ignored"] else signal.SIG_DFL)
        if signal.SIGINT not in self.request["ignored"]:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        self._take_descriptors()
        os.chdir(self.request["folder"])
        os.environ.clear()
        os.environ.update(self.request["variables"])
        sys.path[:] = self.request["path"]
        sys.argv = list(self.request["arguments"])
        gc.enable()
        code = None
        try:
            run_first()
            if self.request["module"]:
                runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
            else:
                sys.path.insert(0, str(Path(sys.argv[0]).parent))
                runpy.run_path(sys.argv[0], run_name="__main__")
        except SystemExit as end:
            code = end.code
        _end(code)

    def _take_descriptors(self) -> None:
        """Gives the descriptors the numbers that they have in the process. No number may be one of the others."""
        numbers = self.request["descriptors"]
        above = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, max(numbers) + 1) for each in self.descriptors]
        self.close_descriptors()
        for number, descriptor in zip(numbers, above, strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)


class ForkServer:
    """Serves one socket.

    Args:
        listener: where programs are handed over.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._surroundings = surroundings()
        self._read_once = variables_read_once()
        self._waiting: dict[int, socket.socket] = {}
        """The connection of the process that waits for each program, by the program's process id."""
        self._selector = selectors.DefaultSelector()
        self._ends, self._wakeup = socket.socketpair()

    def serve(self) -> Program | None:
        """Forks programs and reports their ends until stdin closes.

        Returns:
            The program, in a fork; None in the server.
        """
        self._ends.setblocking(False)
        self._wakeup.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakeup.fileno(), warn_on_full_buffer=False)
        for source in (0, self._listener, self._ends):
            self._selector.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj == 0:
                    return None
                if key.fileobj is self._listener:
                    program = self._accept()
                    if program is not None:
                        return program
                elif key.fileobj is self._ends:
                    self._report_ends()
                elif key.data in self._waiting:
                    # The waiting process was killed.
                    self._selector.unregister(key.fileobj)
                    os.kill(key.data, signal.SIGKILL)

    def _accept(self) -> Program | None:
        connection, _ = self._listener.accept()
        program = _receive(connection)
        if program is None or not self._is_like(program.request):
            connection.close()
        else:
            pid = os.fork()
            if pid == 0:
                self._leave()
                connection.close()
                return program
            self._waiting[pid] = connection
            self._selector.register(connection, selectors.EVENT_READ, pid)
            with contextlib.suppress(OSError):
                connection.sendall(pid.to_bytes(4, "big"))
        if program is not None:
            program.close_descriptors()
        return None

    def _leave(self) -> None:
        """Closes everything of the server, in a fork."""
        signal.set_wakeup_fd(-1)
        self._selector.close()
        for each in (self._ends, self._wakeup, *self._waiting.values()):
            each.close()

    def _is_like(self, request: dict[str, Any]) -> bool:
        """Whether a fork is like the process that asks."""
        theirs, ours = request["read_once"], self._read_once
        same = all(value == ours.get(name) for name, value in theirs.items() if name != "PYTHONPATH")
        return same and _folders(theirs) == _folders(ours) and request["surroundings"] == self._surroundings

    def _report_ends(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._ends.recv(4096)
        while self._waiting:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            connection = self._waiting.pop(pid)
            with contextlib.suppress(KeyError):
                self._selector.unregister(connection)
            with contextlib.suppress(OSError):
                connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
            connection.close()


def _require_one_thread() -> None:
    """Ends the server if the imports have started threads. A fork lacks them, and waits for ever for their locks."""
    others = [task for task in Path("/proc/self/task").iterdir() if task.name != str(os.getpid())]
    names = [(task / "comm").read_text().strip() for task in others]
    # The allocator of pyarrow takes care of forks.
    if set(names) - {"jemalloc_bg_thd"}:
        sys.exit(f"The imports of the fork server have started threads: {', '.join(names)}")


def _keep_until_the_end() -> None:
    """Leaves the objects of the imports out of collections, and out of what happens when a fork ends."""
    gc.freeze()
    for each in list(weakref.finalize._registry):
        each.atexit = False


def _end(code: "int | str | None") -> NoReturn:
    """Ends a fork as Python ends with this exit code or message, but leaves its objects as they are.

    Freeing them one by one takes a quarter of a second, since it copies the memory shared with the server.
    """
    if isinstance(code, str):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code or 0)


def _folders(variables: dict[str, str]) -> set[str]:
    return set(variables.get("PYTHONPATH", "").split(os.pathsep))


def _receive(connection: socket.socket) -> Program | None:
    """What a process hands over; None if it ended meanwhile."""
    header, descriptors, _, _ = socket.recv_fds(connection, 4, _MOST_DESCRIPTORS)
    length, text = int.from_bytes(header, "big"), b""
    while len(text) < length <= _LONGEST_REQUEST and (chunk := connection.recv(length - len(text))):
        text += chunk
    if len(descriptors) >= 3 and 0 < length == len(text):
        return Program(json.loads(text), descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    return None


def main() -> None:
    """Listens, imports, serves, and in a fork runs its program."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        # Programs that start during the imports wait for their end.
        listener.listen(128)
        print("listening", flush=True)
        gc.disable()
        for module in sys.argv[2:]:
            importlib.import_module(module)
        _require_one_thread()
        _keep_until_the_end()
        program = ForkServer(listener).serve()
    if program is not None:
        program.run()


if __name__ == "__main__":
    main()
