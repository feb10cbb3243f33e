"""Trains a supernet by a one-shot method and reads the architecture.

A search that is interrupted after any epoch and resumed gives the same architecture parameters, bit for bit on one CPU.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from rminas_sidecar.data.datasets import notes_on
from rminas_sidecar.data.images import make_generator
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded, seeded_on
from rminas_sidecar.retraining.checkpoint import Checkpoint, History
from rminas_sidecar.retraining.images import split_into_batches
from rminas_sidecar.supernets.acceleration import accelerate
from rminas_sidecar.supernets.catalogue import build_method
from rminas_sidecar.supernets.images import SplitImages
from rminas_sidecar.supernets.method import Batch, Method
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.recipe import OneShot, OneShotRecipe
from rminas_sidecar.supernets.updates import Updates

OnProgress = Callable[[float, float, str], None]
_JUDGED_BATCH = 250
"""Images of a batch whose statistics normalise a path that is compared."""


def search_supernet(body: Mapping[str, Any], device: torch.device, on_progress: OnProgress) -> dict[str, Any]:
    """Runs a one-shot search, or resumes it from the checkpoint if there is one.

    Args:
        body: the protocol's `one-shot`, validated.
        device: where the supernet is trained.
        on_progress: called after each step with the epochs done (a fraction), the epochs in all, and the result of the
            last whole epoch.

    Returns:
        The protocol's `one-shot-found`.

    Raises:
        SidecarError: `diverged` when the loss is not finite; the errors of reading the images or the checkpoint, and of
            building the supernet.
        OSError: when a checkpoint cannot be written.
    """
    one_shot = OneShot.from_dict(body["oneShot"], body["seed"])
    recipe = one_shot.recipe
    with deterministic_algorithms():
        with seeded(make_generator(one_shot.seed, "supernet weights").initial_seed()):
            method = build_method(one_shot.method, one_shot.space, one_shot.network, one_shot.options).to(device)
        if device.type == "cpu":
            accelerate(method.supernet)
        updates = Updates(method.supernet.parameters(), method.architecture, recipe.optimizer, recipe.architecture)
        images = SplitImages.read(one_shot, None if body["dataset"] is None else Path(body["dataset"]))
        checkpoint = Checkpoint.of(Path(body["checkpoint"]), body["oneShot"], body["seed"], images.images.labels)
        history = checkpoint.load(method, updates)
        resumed_from = len(history)
        while len(history) < recipe.epochs:
            history.append(_run_epoch(one_shot, method, updates, images, device, history, on_progress))
            checkpoint.save(method, updates, history)
        genotype, judging = _answer(one_shot, method, images, device, on_progress)
    return {
        "genotype": genotype,
        "alpha": _rows(method),
        "epochs": history,
        "judging": judging,
        "resumedFrom": resumed_from,
        "operations": list(method.supernet.operations),
        "parameters": sum(weight.numel() for weight in method.supernet.parameters()),
        "trainImages": len(images.training),
        "validationImages": len(images.validation),
        "notes": notes_on(images.dataset, images.images),
    }


def _run_epoch(
    one_shot: OneShot,
    method: Method,
    updates: Updates,
    images: SplitImages,
    device: torch.device,
    history: History,
    on_progress: OnProgress,
) -> dict[str, Any]:
    """Trains on every training image once; returns one of the protocol's epochs."""
    start, epoch, recipe = time.perf_counter(), len(history), one_shot.recipe
    steps = len(split_into_batches(images.training, recipe.batch_size))
    note = _describe(history)
    method.train()
    method.begin_epoch(epoch, recipe.epochs)
    method.supernet.multiply_adds = 0
    seed = make_generator(one_shot.seed, f"supernet samples {epoch}").initial_seed()
    # Summed on the device and read once, because each read waits for the device.
    total = torch.zeros((), dtype=torch.float64, device=device)
    with seeded_on(device, seed):
        for number, (training, validation) in enumerate(images.batches(one_shot, epoch, device)):
            updates.learning_rate = learning_rate_at(recipe, epoch, number / steps)
            total += method.step(training, validation, updates) * len(training.labels)
            on_progress(epoch + (number + 1) / steps, recipe.epochs, note)
    loss = total.item() / len(images.training)
    if not math.isfinite(loss):
        raise SidecarError(
            "diverged",
            f"The loss was not finite in epoch {epoch + 1}, at learning rate {updates.learning_rate:g}.",
            ["Lower OPTIM.BASE_LR."],
        )
    return {
        "epoch": epoch + 1,
        "learningRate": updates.learning_rate,
        "loss": loss,
        "genotype": method.read(),
        "alpha": _rows(method),
        "multiplyAdds": method.supernet.multiply_adds,
        "seconds": time.perf_counter() - start,
    }


def learning_rate_at(recipe: OneShotRecipe, epoch: int, share: float) -> float:
    """The learning rate along half a cosine.

    Args:
        recipe: its start, its end, and when it changes.
        epoch: counted from 0.
        share: of the epoch's steps that is done.
    """
    done = (epoch + (share if recipe.rate_per == "step" else 0)) / recipe.epochs
    start, end = recipe.optimizer.learning_rate, recipe.minimum_rate
    return end + (start - end) * (1 + math.cos(math.pi * done)) / 2


def _answer(
    one_shot: OneShot, method: Method, images: SplitImages, device: torch.device, on_progress: OnProgress
) -> tuple[str, dict[str, Any]]:
    """The genotype, and the cost of comparing paths."""
    start, epochs = time.perf_counter(), one_shot.recipe.epochs
    batches: list[Batch] = []
    judged = 0

    def judge(path: Sequence[int]) -> float:
        nonlocal judged
        if not batches:
            batches.extend(images.validation_batches(one_shot.recipe.judged_images, _JUDGED_BATCH, device))
        judged += 1
        return _accuracy_of(method, path, batches)

    def report(share: float) -> None:
        on_progress(epochs, epochs, f"comparing paths: {100 * share:.0f} %")

    method.eval()
    method.supernet.multiply_adds = 0
    seed = make_generator(one_shot.seed, "supernet answer").initial_seed()
    with torch.no_grad(), seeded_on(device, seed):
        genotype = method.answer(judge, report)
    spent = {"paths": judged, "multiplyAdds": method.supernet.multiply_adds, "seconds": time.perf_counter() - start}
    return genotype, spent


def _accuracy_of(method: Method, path: Sequence[int], batches: Sequence[Batch]) -> float:
    correct = sum(
        int((method.supernet(images, Mixture(chosen=path)).argmax(1) == labels).sum()) for images, labels in batches
    )
    return correct / sum(len(labels) for _, labels in batches)


def _rows(method: Method) -> list[list[float]] | None:
    return None if method.alpha is None else method.alpha.detach().cpu().tolist()


def _describe(history: History) -> str:
    """The result of the last epoch, e.g. `loss 1.2345, |nor_conv_3x3~0|+…`."""
    if not history:
        return "first epoch"
    last = history[-1]
    genotype = "" if last["genotype"] is None else f", {last['genotype']}"
    return f"loss {last['loss']:.4f}{genotype}"
