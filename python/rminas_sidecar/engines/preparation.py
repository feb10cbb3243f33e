"""A `prepare` request that every worker runs, and its one answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rminas_sidecar.engines.engine import Job, Reply
from rminas_sidecar.engines.shared_memory import SharedMemory
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import error_body


@dataclass
class Placement:
    """Where a worker computes, and whose copies of batches it uses there."""

    worker: int
    device: str | None = None
    """A device whose workers share its memory; None where each has its own."""
    owners: set[int] = field(default_factory=set)
    """The workers whose copies it has mapped. It cannot compute without them."""


@dataclass
class _Copy:
    """The copy of a batch on one device. It goes with the process of its owner."""

    owner: int
    exists: bool = False
    handles: Any = None
    """None where other workers cannot map it."""


@dataclass(frozen=True)
class Part(Job):
    """One worker's part of a preparation."""

    take: Callable[[], Body | None] = lambda: None

    def message(self) -> Body | None:
        """Waits while another worker of the device makes the copy that this one can map."""
        return self.take()


class Preparable:
    """A specification to prepare, and the memory in which the workers share the result.

    Args:
        request: body of the protocol's `prepare`.
        memory: the first worker fills it and the others map it. None where each worker prepares by itself.
    """

    def __init__(self, request: Body, memory: SharedMemory | None) -> None:
        self.request = request
        self._memory = memory
        self._copies: dict[str, _Copy] = {}

    def part(self, placement: Placement, reply: Reply, progress: Callable[[Body], None]) -> Part:
        """The job of one worker."""
        return Part(
            "prepare",
            self.request,
            partial(self._answered, placement, reply),
            progress,
            keeps=self._memory,
            take=partial(self._take, placement),
        )

    def content(self) -> bytes | None:
        """The prepared batch that the workers share; None when they do not."""
        return None if self._memory is None else self._memory.content()

    def seal(self) -> None:
        """Makes the memory read-only. Must be called after the first worker has prepared, before another one starts."""
        if self._memory is not None and self._memory.filled:
            self._memory.seal()
        else:
            # The first worker could not fill it, and two workers must not try at the same time.
            self._memory = None

    def forget(self, worker: int) -> None:
        """Forgets the copy of a worker that has ended. The next one of its device makes another."""
        self._copies = {device: copy for device, copy in self._copies.items() if copy.owner != worker}

    def _take(self, placement: Placement) -> Body | None:
        """The body for a worker, which makes the copy of its device if there is none."""
        offer = None
        if placement.device is not None:
            copy = self._copies.setdefault(placement.device, _Copy(placement.worker))
            if copy.owner != placement.worker:
                if not copy.exists:
                    return None
                offer = {"owner": copy.owner, "handles": copy.handles}
        memory = None if self._memory is None else self._memory.path
        return {"request": self.request, "memory": memory, "copy": offer}

    def _answered(self, placement: Placement, reply: Reply, kind: str, body: Body) -> None:
        if kind == "prepared":
            body = {**body}
            self._keep(placement, body.pop("copy"))
        else:
            self.forget(placement.worker)
        reply(kind, body)

    def _keep(self, placement: Placement, made: Body) -> None:
        copy = self._copies.get(placement.device or "")
        if copy is not None and copy.owner == placement.worker:
            copy.exists, copy.handles = True, made["handles"]
        if made["owner"] is not None:
            placement.owners.add(made["owner"])


class Preparation:
    """Gathers the workers' answers. The answer is the first failure, or the first report once all have succeeded.

    Args:
        job: the request.
        preparable: the specification.
        workers: number of workers.
        on_begun: called with this object after the first worker's success, to start the others.
    """

    def __init__(
        self, job: Job, preparable: Preparable, workers: int, on_begun: "Callable[[Preparation], None]"
    ) -> None:
        self._job = job
        self._preparable = preparable
        self._outstanding = workers
        self._on_begun = on_begun
        self._first: Body | None = None
        self._answered = False

    def part(self, placement: Placement) -> Part:
        """The job of one worker."""
        return self._preparable.part(placement, self._gather, self._job.progress)

    def _gather(self, kind: str, body: Body) -> None:
        self._outstanding -= 1
        if self._answered:
            return
        if kind == "prepared":
            kind, body = self._compare(body)
        if kind == "error" or self._outstanding == 0:
            self._answered = True
            self._job.reply(kind, body)

    def _compare(self, body: Body) -> tuple[str, Body]:
        """Answers the first worker's report, unless the batches differ: then one architecture would have two scores."""
        if self._first is None:
            self._first = body
            self._on_begun(self)
        ours, theirs = self._first["batch"]["digest"], body["batch"]["digest"]
        if ours == theirs:
            return "prepared", self._first
        message = f"The workers drew different batches for one specification: {ours} and {theirs}."
        return "error", error_body("internal", message, ["Report this as a bug, with the configuration."])
