"""Trains a network on one fixed batch and observes the loss that RMI-NAS ranks by."""

from typing import Any

from torch import nn

from rminas_sidecar.evaluation.cka_curve import CkaCurve
from rminas_sidecar.evaluation.sgd import Sgd
from rminas_sidecar.evaluation.stopping import NO_BOUNDS, FutilityBounds
from rminas_sidecar.evaluation.training import EagerTraining, RecordedTraining, Recorder, Training
from rminas_sidecar.objective.observation import Observation, OnObservation, TrainingBatch, finite_or_none, observe
from rminas_sidecar.specification import OptimizerSpecification


def train_on_batch(
    network: nn.Module,
    batch: TrainingBatch,
    optimizer: OptimizerSpecification,
    steps: int,
    beta: float,
    bounds: FutilityBounds = NO_BOUNDS,
    on_observation: OnObservation = lambda _: None,
    recorder: Recorder | None = None,
) -> dict[str, Any]:
    """Trains the network in place, as XNAS's `train_arch` does, and observes `steps` losses.

    The last observed loss is the score, so no update follows it. The training ends early at a loss that is not finite,
    or when the curve crosses a bound.

    Args:
        network: answers (features of three stages, logits).
        batch: the samples.
        optimizer: with a recorder, the learning rate must be constant.
        steps: number of losses to observe.
        beta: weight of the representation loss, 0 to 1.
        bounds: of the loss.
        on_observation: called with each observation, which it must read at once: a recorder reuses its memory.
        recorder: repeats recorded steps. The network then gets one update after the last observation.

    Returns:
        The protocol's evaluation without its seconds; None for numbers that are not finite.
    """
    network.train()
    sgd = Sgd(network.parameters(), optimizer)

    def look() -> Observation:
        return observe(network, batch, beta)

    training = EagerTraining(look, sgd) if recorder is None else RecordedTraining(look, sgd, recorder)
    return run_training(training, steps, bounds, on_observation)


def run_training(
    training: Training, steps: int, bounds: FutilityBounds, on_observation: OnObservation
) -> dict[str, Any]:
    """Runs a training to its end; see :func:`train_on_batch`."""
    record = TrainingRecord(steps, bounds, on_observation)
    while not record.add(training.observe()):
        training.update()
    return record.answer()


class TrainingRecord:
    """The observations of a training so far.

    Args:
        steps: number of losses to observe.
        bounds: of the loss.
        on_observation: called with each observation.
    """

    def __init__(self, steps: int, bounds: FutilityBounds, on_observation: OnObservation) -> None:
        self._steps = steps
        self._bounds = bounds
        self._on_observation = on_observation
        self._curve: list[float | None] = []
        self._cka_curve = CkaCurve(steps)
        self._last: Observation | None = None
        self._stopped = False

    def add(self, observation: Observation) -> bool:
        """Takes the next observation; answers whether the training is over."""
        self._curve.append(finite_or_none(observation.loss))
        self._cka_curve.add(observation)
        self._last = observation
        self._on_observation(observation)
        ended = self._curve[-1] is None or len(self._curve) == self._steps
        self._stopped = not ended and self._bounds.crossed_by(self._curve)
        return ended or self._stopped

    def answer(self) -> dict[str, Any]:
        """The protocol's evaluation without its seconds; None for numbers that are not finite."""
        if self._last is None:
            raise RuntimeError("answer() was called before add().")
        return {
            "loss": self._curve[-1],
            "curve": self._curve,
            "cka": [finite_or_none(value) for value in self._last.cka],
            "ckaCurve": self._cka_curve.as_message(),
            "crossEntropy": finite_or_none(self._last.cross_entropy),
            "steps": len(self._curve),
            "stopped": len(self._curve) if self._stopped else None,
        }
