"""Where evaluations are computed: an engine takes jobs and answers each of them, in any order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rminas_sidecar.protocol import Body

Reply = Callable[[str, Body], None]
"""Called once with the type and the body of the answer, which may be an `error`."""


OnBroken = Callable[[str, Body | None], None]


@dataclass(frozen=True)
class Job:
    """What takes a worker: `prepare`, `evaluate`, `measure`, `verify`, `retrain`, or `fit` with an original forest."""

    type: str
    body: Body
    reply: Reply
    progress: Callable[[Body], None]
    keeps: object = None
    """What the worker will look for, and must be there until it has answered."""


@dataclass(frozen=True)
class Readiness:
    """What the workers found when they started."""

    device: str
    versions: dict[str, str]
    xnas: str | None = None
    """The folder that XNAS can be imported from."""
    available: dict[str, list[str]] | None = None
    """The names of spaces, data sets, teachers and proxies; None without a worker."""
    plugins: Sequence[str] = ()
    """The plugins that were loaded."""


class Engine(Protocol):
    """A set of workers. All methods are called from the server's loop, and so are all callbacks."""

    def start(self, on_ready: Callable[[Readiness], None], on_broken: OnBroken) -> None:
        """Starts the workers.

        Args:
            on_ready: called once, when all of them can compute.
            on_broken: called with the reason when the engine cannot go on; nothing is answered any more. The second
                argument is the body of an `error` message, where a worker told one before it ended.
        """

    def submit(self, job: Job) -> None:
        """Computes the job as soon as there is a free worker; `prepare` is computed by all of them."""

    def watch(self) -> None:
        """Ends what is stuck; to be called every second or so."""

    def close(self) -> None:
        """Ends the workers; what they were computing is lost."""
