"""A worker's end of the pipes to the server.

Requests arrive as lines of JSON on stdin, and replies leave as lines on the original stdout. Anything else that writes
to stdout writes to stderr instead. The process ends itself as soon as the server closes its pipe.
"""

import json
import os
import sys
import threading
import traceback
from queue import SimpleQueue
from typing import NoReturn

from rminas_sidecar.ipc.parent_death_signal import request_parent_death_signal
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.validate import replace_non_finite


class WorkerPipes:
    """The pipes of this process. A process may create one such object."""

    def __init__(self) -> None:
        request_parent_death_signal()
        self.requests: SimpleQueue[Body] = SimpleQueue()
        self._output = os.fdopen(os.dup(1), "wb")
        # From here on, file descriptor 1 is stderr.
        os.dup2(2, 1)
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, message: Body) -> None:
        """Writes one line to the server."""
        try:
            self._output.write(json.dumps(replace_non_finite(message), allow_nan=False).encode() + b"\n")
            self._output.flush()
        except BrokenPipeError:
            _end(0)

    def give_up(self, error: Exception | None = None) -> NoReturn:
        """Ends the process, after printing the traceback of an error that the server does not know yet."""
        if error is not None:
            traceback.print_exception(error)
        sys.stderr.flush()
        _end(1)

    def _read(self) -> None:
        for line in sys.stdin.buffer:
            self.requests.put(json.loads(line))
        # The server is gone, and no process waits for the result.
        _end(0)


def _end(code: int) -> NoReturn:
    """Ends the process with all its threads.

    A shutdown of the interpreter would wait for threads that compute, and fail because of the thread that reads.
    """
    os._exit(code)
