"""Trains a network on one fixed batch and watches the loss that RMI-NAS ranks by."""

from typing import Any

from torch import nn

from rminas_sidecar.evaluation.sgd import Sgd
from rminas_sidecar.evaluation.stopping import NO_BOUNDS, FutilityBounds
from rminas_sidecar.evaluation.training import EagerTraining, RecordedTraining, Recorder
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
    """Trains the network in place, as `train_arch` of XNAS does, and observes `steps` losses.

    The last observed loss is the score, so no update follows it. A loss that is not finite ends the training, and so
    does a bound that the curve crosses. `on_observation` is given each observation, to be read at once: a recorder has
    the next one written into the same memory. With a recorder, which needs a constant learning rate, the network gets
    one update more than matters.

    Returns:
        The protocol's evaluation without its seconds; what is not finite is None.
    """
    network.train()
    sgd = Sgd(network.parameters(), optimizer)

    def look() -> Observation:
        return observe(network, batch, beta)

    training = EagerTraining(look, sgd) if recorder is None else RecordedTraining(look, sgd, recorder)
    curve: list[float | None] = []
    while True:
        observation = training.observe()
        curve.append(finite_or_none(observation.loss))
        on_observation(observation)
        ended = curve[-1] is None or len(curve) == steps
        stopped = not ended and bounds.crossed_by(curve)
        if ended or stopped:
            break
        training.update()
    return {
        "loss": curve[-1],
        "curve": curve,
        "cka": [finite_or_none(value) for value in observation.cka],
        "crossEntropy": finite_or_none(observation.cross_entropy),
        "steps": len(curve),
        "stopped": len(curve) if stopped else None,
    }
