"""Trainings on a Ray cluster: their files travel to the node, and each checkpoint travels back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

from rminas_sidecar.engines.carried_files import Files, inputs_of, read_files
from rminas_sidecar.engines.engine import Job
from rminas_sidecar.engines.local import Post
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.ipc.worker_thread import WorkerThread
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import failure_body
from rminas_sidecar.system.files import write_checkpoint

TRAININGS = frozenset({"retrain", "one-shot"})
"""Requests that read data and write a checkpoint."""


@dataclass(frozen=True)
class Training(Job):
    """A training with its files, ready for a node."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    """The files of each path that it reads, as Ray objects."""
    checkpoint: bytes | None = None
    """The last checkpoint; None for a new training."""

    def save(self, checkpoint: bytes) -> Body | None:
        """Writes a checkpoint that the node has sent. Answers the protocol's error when it cannot be written."""
        try:
            write_checkpoint(Path(self.body["checkpoint"]), checkpoint)
        except (OSError, SidecarError) as error:
            return failure_body(error)
        return None


class TrainingFiles:
    """Reads the files of trainings. A data set is read and published once.

    Args:
        publish: makes content available to all nodes; called from a thread.
        post: queues a call for the server's loop.
    """

    def __init__(self, publish: Callable[[Files], Any], post: Post) -> None:
        self._publish = publish
        self._post = post
        self._thread = WorkerThread("files of trainings")
        self._published: dict[str, Any] = {}

    def gather(self, job: Job, on_gathered: Callable[[Training], None]) -> None:
        """Reads the files of a training, or answers it with an error.

        Args:
            job: the training. It continues from its last checkpoint.
            on_gathered: called from the server's loop.
        """
        self._thread.add(lambda: self._gather(job, on_gathered))

    def _gather(self, job: Job, on_gathered: Callable[[Training], None]) -> None:
        try:
            inputs = {path: self._find(path) for path in inputs_of(job.type, job.body)}
            checkpoint = _read_checkpoint(Path(job.body["checkpoint"]))
        except Exception as error:
            self._post(partial(job.reply, "error", failure_body(error)))
            return
        common = {one.name: getattr(job, one.name) for one in fields(Job)}
        self._post(partial(on_gathered, Training(**common, inputs=inputs, checkpoint=checkpoint)))

    def _find(self, path: str) -> Any:
        if path not in self._published:
            self._published[path] = self._publish(read_files(Path(path)))
        return self._published[path]


def _read_checkpoint(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
