"""Computations that ask for trainings. Several of them can be run together, in a stack."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from torch import nn

from rminas_sidecar.evaluation.stopping import FutilityBounds
from rminas_sidecar.evaluation.training import Training
from rminas_sidecar.objective.observation import OnObservation


@dataclass(frozen=True)
class TrainingOrder:
    """A training on the batch of a specification.

    Args:
        genotype: in the space's notation.
        seed: of the initial weights.
        steps: number of losses to observe.
        bounds: of the loss.
        on_observation: called with each observation.
        built: the network or the program with the initial weights; None in a stack.
    """

    genotype: str
    seed: int
    steps: int
    bounds: FutilityBounds
    on_observation: OnObservation
    built: nn.Module | Training | None


@dataclass(frozen=True)
class Trained:
    """The answer to an order.

    Args:
        answer: the protocol's evaluation without its seconds.
        seconds: that the training took; of a step of several trainings, the same share each.
    """

    answer: dict[str, Any]
    seconds: float


Task = Generator[TrainingOrder, Trained, dict[str, Any]]
"""Yields orders, receives their answers, and returns the body of a reply."""


def run_alone(task: Task, train: Callable[[TrainingOrder], Trained]) -> dict[str, Any]:
    """Runs a task to its end; answers the body of its reply."""
    try:
        order = next(task)
        while True:
            order = task.send(train(order))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
