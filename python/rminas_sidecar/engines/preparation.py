"""One `prepare` that all workers do, and one answer to it."""

from collections.abc import Callable

from rminas_sidecar.engines import Job
from rminas_sidecar.failures import error_body
from rminas_sidecar.protocol import Body


class Preparation:
    """Gathers the answers of the workers: the first failure is the answer, else the report once all have it.

    Args:
        job: the request.
        parts: number of workers that have to do it.
        on_done: called before the answer, when all of them did.
    """

    def __init__(self, job: Job, parts: int, on_done: Callable[[], None]) -> None:
        self._job = job
        self._outstanding = parts
        self._on_done = on_done
        self._batch: str | None = None
        self._answered = False

    def part(self) -> Job:
        """The job of one worker."""
        return Job(self._job.type, self._job.body, reply=self._gather, progress=self._job.progress)

    def _gather(self, kind: str, body: Body) -> None:
        self._outstanding -= 1
        if self._answered:
            return
        if kind == "prepared":
            kind, body = self._compare(body)
        if kind == "error":
            self._answer(kind, body)
        elif self._outstanding == 0:
            self._on_done()
            self._answer(kind, body)

    def _compare(self, body: Body) -> tuple[str, Body]:
        """Workers with unequal batches would give one architecture two scores."""
        batch = body["batch"]["digest"]
        if self._batch is None:
            self._batch = batch
        if batch == self._batch:
            return "prepared", body
        message = f"The workers drew different batches from one specification: {self._batch} and {batch}."
        return "error", error_body("internal", message, ["Report this as a bug, with the configuration."])

    def _answer(self, kind: str, body: Body) -> None:
        self._answered = True
        self._job.reply(kind, body)
