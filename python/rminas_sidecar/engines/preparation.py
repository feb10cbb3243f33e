"""One `prepare` that all workers do, and one answer to it."""

from collections.abc import Callable

from rminas_sidecar.engines.engine import Job, Reply
from rminas_sidecar.engines.shared_memory import SharedMemory
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import error_body


class Preparable:
    """What workers are asked to prepare, and the memory in which they have it in common.

    Args:
        request: body of the protocol's `prepare`.
        memory: filled by the worker that prepares first, and mapped by the others; None where each does it by itself.
    """

    def __init__(self, request: Body, memory: SharedMemory | None) -> None:
        self.request = request
        self._memory = memory

    def part(self, reply: Reply, progress: Callable[[Body], None]) -> Job:
        """The job of one worker."""
        memory = None if self._memory is None else self._memory.path
        body = {"request": self.request, "memory": memory}
        return Job("prepare", body, reply, progress, keeps=self._memory)

    def settle(self) -> None:
        """To be called when a worker has prepared it, before another one is asked to."""
        if self._memory is not None and self._memory.filled:
            self._memory.seal()
        else:
            # It could not be filled, and two workers must not try at once.
            self._memory = None


class Preparation:
    """Gathers the answers of the workers: the first failure is the answer, else the first report once all have it.

    Args:
        job: the request.
        preparable: what it is for.
        workers: number of those that have to do it.
        on_begun: called with this object when the first of them did, to give the others their parts.
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

    def part(self) -> Job:
        """The job of one worker."""
        return self._preparable.part(self._gather, self._job.progress)

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
        """The first worker's report: it took the time. Unequal batches would give one architecture two scores."""
        if self._first is None:
            self._first = body
            self._on_begun(self)
        ours, theirs = self._first["batch"]["digest"], body["batch"]["digest"]
        if ours == theirs:
            return "prepared", self._first
        message = f"The workers drew different batches from one specification: {ours} and {theirs}."
        return "error", error_body("internal", message, ["Report this as a bug, with the configuration."])
