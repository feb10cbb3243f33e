"""Trains a network on one fixed batch and watches the loss that RMI-NAS ranks by."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.evaluation.rmi import RepresentationFunction
from rminas_sidecar.evaluation.specification import OptimizerSpecification
from rminas_sidecar.evaluation.stopping import NO_BOUNDS, FutilityBounds


@dataclass(frozen=True)
class TrainingBatch:
    """The samples that every candidate is trained on, and what the teacher makes of them.

    images: samples × 3 × height × width, normalised; labels: samples, int64.
    """

    images: Tensor
    labels: Tensor
    representation: RepresentationFunction


@dataclass(frozen=True)
class Observation:
    """Loss of a network on the batch, and its parts: scalars, and the CKA of each stage."""

    loss: Tensor
    cross_entropy: Tensor
    cka: Tensor


def observe(network: nn.Module, batch: TrainingBatch, beta: float) -> Observation:
    """Answers beta × (sum over the stages of 1 - CKA) + (1 - beta) × cross entropy, with its gradient's graph."""
    features, logits = network(batch.images)
    rmi, cka = batch.representation(features)
    cross_entropy = functional.cross_entropy(logits, batch.labels)
    return Observation(beta * rmi + (1 - beta) * cross_entropy, cross_entropy, cka)


def train_on_batch(
    network: nn.Module,
    batch: TrainingBatch,
    optimizer: OptimizerSpecification,
    steps: int,
    beta: float,
    bounds: FutilityBounds = NO_BOUNDS,
    on_step: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Trains the network in place, as `train_arch` of XNAS does, and observes `steps` losses.

    The last observed loss is the score, so no update follows it. A loss that is not finite ends the training, and so
    does a bound that the curve crosses. `on_step` is called after each observation.

    Returns:
        The protocol's evaluation without its seconds; what is not finite is None.
    """
    network.train()
    sgd = build_sgd(network, optimizer)
    schedule = _build_schedule(sgd, optimizer)
    curve: list[float | None] = []
    while True:
        observation = observe(network, batch, beta)
        curve.append(finite(observation.loss))
        on_step()
        ended = curve[-1] is None or len(curve) == steps
        stopped = not ended and bounds.crossed_by(curve)
        if ended or stopped:
            break
        sgd.zero_grad()
        observation.loss.backward()  # type: ignore[no-untyped-call]
        if optimizer.gradient_norm is not None:
            nn.utils.clip_grad_norm_(network.parameters(), optimizer.gradient_norm)
        sgd.step()
        schedule.step()
    return {
        "loss": curve[-1],
        "curve": curve,
        "cka": [finite(value) for value in observation.cka],
        "crossEntropy": finite(observation.cross_entropy),
        "steps": len(curve),
        "stopped": len(curve) if stopped else None,
    }


def finite(value: Tensor) -> float | None:
    """The scalar as a number, or None where JSON has no number for it."""
    number = float(value.item())
    return number if math.isfinite(number) else None


def build_sgd(network: nn.Module, optimizer: OptimizerSpecification) -> torch.optim.SGD:
    """The optimiser of a network's parameters, at its first learning rate."""
    return torch.optim.SGD(
        network.parameters(),
        lr=optimizer.learning_rate,
        momentum=optimizer.momentum,
        dampening=optimizer.dampening,
        nesterov=optimizer.nesterov,
        weight_decay=optimizer.weight_decay,
        foreach=True,
    )


def _build_schedule(sgd: torch.optim.SGD, optimizer: OptimizerSpecification) -> torch.optim.lr_scheduler.LRScheduler:
    if optimizer.cosine is None:
        return torch.optim.lr_scheduler.LambdaLR(sgd, lambda _update: 1.0)
    return torch.optim.lr_scheduler.CosineAnnealingLR(sgd, optimizer.cosine.updates, optimizer.cosine.minimum)
