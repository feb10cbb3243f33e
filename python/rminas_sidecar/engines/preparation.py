"""A `prepare` request that every worker runs, and its one answer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from rminas_sidecar.engines.device_copies import DeviceCopies, Placement
from rminas_sidecar.engines.engine import Job, Reply
from rminas_sidecar.engines.shared_memory import SharedMemory
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import error_body


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
        self.copies = DeviceCopies()

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

    def _take(self, placement: Placement) -> Body | None:
        """The body for a worker; None while it must wait."""
        if not self.copies.claim(placement):
            return None
        memory = None if self._memory is None else self._memory.path
        return {"request": self.request, "memory": memory, "copy": self.copies.offer(placement)}

    def _answered(self, placement: Placement, reply: Reply, kind: str, body: Body) -> None:
        self.copies.keep(placement, body.get("copy"))
        reply(kind, {name: value for name, value in body.items() if name != "copy"})


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
