"""How a worker ended, and what the user can do about it."""

from dataclasses import dataclass

from rminas_sidecar.ipc.child_process import Death
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import error_body

MOST_FAILURES = 3
"""An engine gives up after so many deaths of a worker without an answer in between."""


@dataclass(frozen=True)
class Silence:
    """Why a worker was killed: it showed no sign of life.

    Args:
        seconds: for how long.
        starting: what it did meanwhile, if it was not ready yet.
    """

    seconds: float
    starting: str | None


def explain_death(death: Death, silence: Silence | None) -> tuple[str, list[str]]:
    """How a worker ended, to follow "the worker", and the next steps."""
    if silence is not None and silence.starting is not None:
        return f"was killed because it showed no sign of life for {silence.seconds:g} s while {silence.starting}", [
            "If the start only needs more time here, raise RMINAS.START_DEADLINE."
        ]
    if silence is not None:
        return f"was killed because it sent no heartbeat for {silence.seconds:g} s", [
            "If a training step takes that long on this machine, raise RMINAS.WORKER_DEADLINE."
        ]
    killed = ["If the machine is short of memory, use fewer workers (RMINAS.WORKERS)."]
    return f"ended with {death}", killed if death.code == -9 else []


def error_of_job(kind: str, death: Death, silence: Silence | None) -> Body:
    """The error that answers the request of a worker that died.

    Args:
        kind: type of the request.
        death: of the worker.
        silence: why it was killed; None when it ended by itself.
    """
    end, remedies = explain_death(death, silence)
    stderr = f" Its stderr: {death.stderr}" if death.stderr else ""
    return error_body("worker-died", f"The worker that ran {kind} {end}.{stderr}", remedies)
