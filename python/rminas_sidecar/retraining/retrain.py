"""Trains a network from scratch by a published recipe, to the accuracy that papers report.

A training that is interrupted after any epoch and resumed gives the same result, bit for bit on one CPU.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from rminas_sidecar.data.datasets import notes_on
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.networks.flops import count_flops
from rminas_sidecar.retraining.checkpoint import Checkpoint, History
from rminas_sidecar.retraining.distillation import prepare_distillation
from rminas_sidecar.retraining.epochs import RetrainingRun
from rminas_sidecar.retraining.images import read_images
from rminas_sidecar.retraining.network import build_trainee, count_parameters
from rminas_sidecar.retraining.optimizer import build_sgd
from rminas_sidecar.retraining.recipe import Retraining, RetrainingRecipe

OnProgress = Callable[[float, float, str], None]


def retrain(body: Mapping[str, Any], device: torch.device, on_progress: OnProgress) -> dict[str, Any]:
    """Trains a network, or resumes from the checkpoint if there is one.

    Args:
        body: the protocol's `retrain`, validated.
        device: where the network is trained.
        on_progress: called after each update with the epochs done (a fraction), the epochs in all, and the result of
            the last whole epoch.

    Returns:
        The protocol's `retrained`.

    Raises:
        SidecarError: `invalid-genotype`; `diverged` when the loss is not finite; the errors of reading the images or
            the checkpoint.
        OSError: when a checkpoint cannot be written.
    """
    retraining = Retraining.from_dict(body["retraining"], body["seed"])
    with deterministic_algorithms():
        with seeded(retraining.seed):
            network = build_trainee(retraining).to(device)
        sgd = build_sgd(network.parameters(), retraining.recipe.optimizer)
        images = read_images(retraining, None if body["dataset"] is None else Path(body["dataset"]))
        labels = images.training.labels
        checkpoint = Checkpoint.of(Path(body["checkpoint"]), body["retraining"], body["seed"], labels)
        history = checkpoint.load(network, sgd)
        resumed_from = len(history)
        distillation = prepare_distillation(retraining, images.dataset, body.get("teacher"), device)
        run = RetrainingRun(retraining, images, network, sgd, device, distillation)
        _train(run, history, checkpoint, on_progress)
        flops = count_flops(network, retraining.network.resolution)
    return {
        "epochs": history,
        "resumedFrom": resumed_from,
        "parameters": count_parameters(network),
        "flops": flops,
        "trainImages": len(images.training),
        "testImages": len(images.test),
        "notes": [*notes_on(images.dataset, images.training), *_notes_on_end(history, retraining.recipe)],
    }


def _train(training: RetrainingRun, history: History, checkpoint: Checkpoint, on_progress: OnProgress) -> None:
    """Trains the epochs that the history lacks, and saves each before the next begins."""
    epochs = training.retraining.recipe.epochs
    patience = training.retraining.recipe.patience
    while (epoch := len(history)) < epochs and not has_stalled(history, patience):
        note = _describe(history)

        def on_update(share: float, done: int = epoch, note: str = note) -> None:
            on_progress(done + share, epochs, note)

        history.append(training.run_epoch(epoch, on_update))
        checkpoint.save(training.network, training.sgd, history)
    on_progress(epochs, epochs, _describe(history))


def has_stalled(history: History, patience: int | None) -> bool:
    """Whether the last `patience` measurements were not better than one before them; never without a patience."""
    measured = [epoch["accuracy"] for epoch in history if epoch["accuracy"] is not None]
    return patience is not None and bool(measured) and len(measured) - 1 - measured.index(max(measured)) >= patience


def _notes_on_end(history: History, recipe: RetrainingRecipe) -> list[str]:
    if len(history) == recipe.epochs:
        return []
    return [
        f"The training ended after {len(history)} of {recipe.epochs} epochs: "
        f"{recipe.patience} measurements in a row brought no better test accuracy."
    ]


def _describe(history: History) -> str:
    """The result of the last epoch, e.g. `loss 0.4321, test accuracy 87.50 %`."""
    if not history:
        return "first epoch"
    last = history[-1]
    measured = "" if last["accuracy"] is None else f", test accuracy {100 * last['accuracy']:.2f} %"
    return f"loss {last['loss']:.4f}{measured}"
