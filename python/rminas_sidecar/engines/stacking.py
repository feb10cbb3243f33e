"""Requests whose trainings share the steps of a stack."""

from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING

from rminas_sidecar.protocol import Body

if TYPE_CHECKING:
    from rminas_sidecar.evaluation.session import Session

STACKED = frozenset({"evaluate", "measure"})
"""Requests that can join others of the same specification."""

Outcome = tuple[str, Body] | Exception
"""Type and body of a reply, or an error."""


def run_together(
    session: "Session",
    first: Body,
    requests: "SimpleQueue[Body]",
    reply: Callable[[Body, Outcome], None],
    on_step: Callable[[], None],
) -> Body | None:
    """Computes a request, and those that arrive meanwhile, until none is left or one arrives that cannot join.

    Args:
        session: with a stack.
        first: a request of :data:`STACKED`.
        requests: further ones.
        reply: called once with each request and its outcome.
        on_step: called after each step of each training.

    Returns:
        The request that cannot join, after those before it are answered; None if there was none.
    """
    from rminas_sidecar.evaluation.determinism import deterministic_algorithms

    if session.stack is None:
        raise ValueError("The session has no stack.")
    with deterministic_algorithms():
        _add(session, first, reply, on_step)
        other: Body | None = None
        while session.stack.busy:
            session.stack.step()
            while other is None and not requests.empty():
                request = requests.get()
                if request["type"] in STACKED and request["body"]["digest"] == first["body"]["digest"]:
                    _add(session, request, reply, on_step)
                else:
                    other = request
    return other


def _add(
    session: "Session", request: Body, reply: Callable[[Body, Outcome], None], on_step: Callable[[], None]
) -> None:
    from rminas_sidecar.evaluation.stopping import FutilityBounds

    body = request["body"]
    if request["type"] == "evaluate":
        bounds = FutilityBounds(body.get("bounds", ()))
        tasks = [session.evaluation(body["genotype"], body["seed"], bounds, on_step)]
    else:
        asked = body["architectures"]
        tasks = [session.measurement(it["genotype"], it["seed"], body["proxies"], on_step) for it in asked]
    outcomes: dict[int, Body | Exception] = {}

    def end(place: int, outcome: Body | Exception) -> None:
        outcomes[place] = outcome
        if len(outcomes) == len(tasks):
            reply(request, _joined(request["type"], [outcomes[place] for place in range(len(tasks))]))

    assert session.stack is not None
    for place, task in enumerate(tasks):
        session.stack.add(task, partial(end, place))


def _joined(kind: str, outcomes: list[Body | Exception]) -> Outcome:
    """The reply to a request: the bodies of its tasks, or the first of their errors."""
    bodies: list[Body] = []
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            return outcome
        bodies.append(outcome)
    return ("evaluated", bodies[0]) if kind == "evaluate" else ("measured", {"measurements": bodies})
