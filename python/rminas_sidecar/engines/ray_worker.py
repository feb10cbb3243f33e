"""The actor of a Ray worker: it starts a worker process on its node and passes the messages on.

The actor outlives the process. So the death of a process, which its evaluation may have caused, differs from the loss
of the actor, which the cluster caused.
"""

import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from queue import Empty, SimpleQueue

from rminas_sidecar.engines.carried_files import Files, TrainingFolder
from rminas_sidecar.engines.shared_memory import SharedMemory
from rminas_sidecar.engines.worker_process import WorkerProcess, WorkerSettings
from rminas_sidecar.ipc.child_process import Death
from rminas_sidecar.ipc.process_activity import activity_of
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import failure_body

_POLL_SECONDS = 1.0
_COMPARED = ("rminas-sidecar", "torch")


def versions() -> dict[str, str]:
    """The versions of this machine that all nodes must share."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _COMPARED}}


class RemoteWorker:
    """Runs in an actor's process, with two threads: one for requests, one for `messages`."""

    def __init__(self) -> None:
        self._messages: SimpleQueue[Body] = SimpleQueue()
        self._batches: dict[str, SharedMemory] = {}
        self._training: TrainingFolder | None = None
        self._process: WorkerProcess | None = None
        self._starting = True
        self._activity: int | None = None

    def versions(self) -> Mapping[str, str]:
        """The versions of this node."""
        return versions()

    def start(self, settings: WorkerSettings) -> None:
        """Starts the worker process."""
        # Ray shows a worker its own GPUs only, so it takes the first one.
        self._process = WorkerProcess(settings, 0, self._messages.put, self._died)

    def send(self, request: Body) -> None:
        """Passes a request to the worker process."""
        if self._process is not None:
            self._process.send(request)

    def prepare(self, request: Body, batch: bytes, copy: Body | None) -> None:
        """Lets the worker process map a prepared batch.

        Args:
            request: body of the protocol's `prepare`.
            batch: the batch as :meth:`PreparedBatch.shared` reads it.
            copy: the copy of another worker of the device, see :meth:`DeviceCopies.offer`.
        """
        memory = SharedMemory()
        memory.fill(batch)
        # The worker process opens it by its path, which exists as long as the object.
        self._batches[request["digest"]] = memory
        self.send({"type": "prepare", "body": {"request": request, "memory": memory.path, "copy": copy}})

    def train(self, request: Body, paths: Sequence[str], checkpoint: bytes | None, *inputs: Files) -> None:
        """Writes the files of a training to this node, and passes the request to the worker process.

        Args:
            request: with paths of the controller's machine.
            paths: those that the training reads.
            checkpoint: content of its checkpoint; None for a new training.
            inputs: the content of each path.
        """
        try:
            contents = dict(zip(paths, inputs, strict=True))
            folder = TrainingFolder(request["type"], request["body"], contents, checkpoint)
        except Exception as error:
            self._messages.put({"event": "reply", "type": "error", "body": failure_body(error)})
            return
        self._training = folder
        self.send({"type": request["type"], "body": folder.body})

    def messages(self) -> list[Body]:
        """The next messages of the worker process, after at most a second; none when it has sent none.

        Before them stands a checkpoint that the training has saved: `saved`, with its `content`.
        """
        found = []
        try:
            found.append(self._messages.get(timeout=_POLL_SECONDS))
            while True:
                found.append(self._messages.get_nowait())
        except Empty:
            pass
        self._starting = self._starting and all(message["event"] != "ready" for message in found)
        return [*self._saved(found), *found] or self._signs_of_life()

    def _saved(self, found: list[Body]) -> list[Body]:
        """A checkpoint that is not older than the messages. The end of a training removes its files."""
        if self._training is None or not found:
            return []
        content = self._training.saved()
        if any(message["event"] in ("reply", "died") for message in found):
            self._training.remove()
            self._training = None
        return [] if content is None else [{"event": "saved", "content": content}]

    def _signs_of_life(self) -> list[Body]:
        """A starting process may be at work and unable to send a heartbeat."""
        if not self._starting or self._process is None:
            return []
        before, self._activity = self._activity, activity_of(self._process.pid)
        return [] if self._activity == before else [{"event": "alive"}]

    def _died(self, death: Death) -> None:
        self._messages.put({"event": "died", "code": death.code, "stderr": death.stderr})
