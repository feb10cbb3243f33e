"""Batches that a worker of this machine prepares, and that travel to the nodes as objects of Ray."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from rminas_sidecar.engines.device_copies import DeviceCopies
from rminas_sidecar.engines.engine import Job
from rminas_sidecar.engines.local import LocalEngine
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import error_body

ON_CLUSTER = frozenset({"evaluate", "measure", "costs"})
"""Requests that need no file of this machine, once their batch is prepared."""


@dataclass
class Batch:
    """A prepared specification: its request, the prepared batch as a Ray object, and its copies on devices."""

    request: Body
    content: Any
    copies: DeviceCopies = field(default_factory=DeviceCopies)


class Batches:
    """The batches of an engine.

    Args:
        host: the worker of this machine.
    """

    def __init__(self, host: LocalEngine) -> None:
        self._host = host
        self._batches: dict[str, Batch] = {}

    def prepare(self, job: Job, publish: Callable[[bytes], Any]) -> None:
        """Runs a `prepare` request here, and publishes its batch before the reply.

        Args:
            job: the request.
            publish: makes content available to all nodes.
        """
        self._host.submit(replace(job, reply=partial(self._prepared, job, publish)))

    def of(self, job: Job) -> Batch | None:
        """The batch that a job needs; None for a job without one."""
        return self._batches.get(job.body.get("digest", ""))

    def forget(self, worker: int) -> None:
        """Forgets the copies of a worker that has ended."""
        for batch in self._batches.values():
            batch.copies.forget(worker)

    def _prepared(self, job: Job, publish: Callable[[bytes], Any], kind: str, body: Body) -> None:
        if kind == "prepared":
            content = self._host.prepared_batch(job.body["digest"])
            if content is None:
                message = "The prepared batch cannot be sent to the cluster: this system has no shared memory."
                kind, body = "error", error_body("internal", message, ["Run the search on Linux."])
            else:
                self._batches[job.body["digest"]] = Batch(job.body, publish(content))
        job.reply(kind, body)
