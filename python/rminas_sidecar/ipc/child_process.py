"""A child process as the server sees it: it reads and writes lines of JSON, and its end is reported."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import rminas_sidecar
from rminas_sidecar.protocol import Body

_STDERR_TAIL = 8192
_STDERR_SECONDS = 1.0


@dataclass(frozen=True)
class Death:
    """How a process ended.

    Args:
        code: exit code; negative for a signal, as in `subprocess`.
        stderr: the last 8 KiB that it wrote there.
    """

    code: int
    stderr: str

    def __str__(self) -> str:
        if self.code >= 0:
            return f"exit code {self.code}"
        try:
            return f"signal {signal.Signals(-self.code).name}"
        except ValueError:
            return f"signal {-self.code}"


class ChildProcess:
    """A child process. Both callbacks are called from threads of this object.

    Args:
        command: a module of this package and its arguments.
        environment: variables in addition to those of this process.
        on_message: called with each message of the child.
        on_death: called once, after the last message, also after `end`.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        on_message: Callable[[Body], None],
        on_death: Callable[[Death], None],
    ) -> None:
        self._on_message = on_message
        self._on_death = on_death
        self._stderr = b""
        self._child = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**_environment(), **environment},
        )
        self.pid = self._child.pid
        self.ended = False
        """Whether its pipe has closed. Its death is reported soon afterwards."""
        self._stderr_reader = threading.Thread(target=self._read_stderr, daemon=True)
        self._stderr_reader.start()
        threading.Thread(target=self._read_messages, daemon=True).start()

    def send(self, message: Body) -> None:
        """Sends the child a request. A dead child ignores it; its death is reported anyway."""
        pipe = self._child.stdin
        if pipe is None:
            return
        with contextlib.suppress(OSError, ValueError):
            pipe.write(json.dumps(message).encode() + b"\n")
            pipe.flush()

    def end(self) -> None:
        """Closes the child's pipe, whereupon the child ends itself. Returns at once."""
        pipe = self._child.stdin
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()

    def kill(self) -> None:
        """Kills the child; its death is reported like any other."""
        self._child.kill()

    def wait(self, seconds: float) -> None:
        """Waits for a child that was told to end, and kills it after this many seconds."""
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self._child.wait()

    def _read_messages(self) -> None:
        pipe = self._child.stdout
        if pipe is not None:
            for line in pipe:
                # A child that is killed while it writes leaves half a line.
                if not line.endswith(b"\n"):
                    continue
                message = _message(line)
                if message is not None:
                    self._on_message(message)
                else:
                    with contextlib.suppress(OSError):
                        os.write(2, line)
        self.ended = True
        code = self._child.wait()
        self.end()
        # A process that the child started may keep the pipe open after the child has ended.
        self._stderr_reader.join(_STDERR_SECONDS)
        self._on_death(Death(code, self._stderr.decode("utf-8", "replace").strip()))

    def _read_stderr(self) -> None:
        pipe = self._child.stderr
        if pipe is None:
            return
        while chunk := os.read(pipe.fileno(), 4096):
            self._stderr = (self._stderr + chunk)[-_STDERR_TAIL:]
            with contextlib.suppress(OSError):
                os.write(2, chunk)


def _message(line: bytes) -> Body | None:
    """None for a line that start-up code of the site printed, before the child could take stdout for itself."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) and "event" in message else None


def _environment() -> dict[str, str]:
    # The child imports this very package, and no module that happens to lie in the current folder.
    package = str(Path(rminas_sidecar.__file__).parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
