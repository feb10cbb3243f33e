"""Trains a supernet by a one-shot method and reads the architecture.

A search that is interrupted after any epoch and resumed gives the same architecture parameters, bit for bit on one CPU.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from rminas_sidecar.data.datasets import notes_on
from rminas_sidecar.data.images import make_generator
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded, seeded_on
from rminas_sidecar.evaluation.precision import tensor_cores
from rminas_sidecar.evaluation.training import Recorder
from rminas_sidecar.retraining.checkpoint import Checkpoint, History
from rminas_sidecar.retraining.images import split_into_batches
from rminas_sidecar.supernets.acceleration import accelerate
from rminas_sidecar.supernets.catalogue import build_method
from rminas_sidecar.supernets.images import SplitImages
from rminas_sidecar.supernets.method import Batch, Method
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.recipe import OneShot, OneShotRecipe
from rminas_sidecar.supernets.steps import find_recorder, steps_of_epoch
from rminas_sidecar.supernets.updates import Updates

OnProgress = Callable[[float, float, str], None]
_JUDGED_BATCH = 250
"""Images of a batch whose statistics normalise a path that is compared."""


@dataclass(frozen=True)
class _Search:
    """A search: its settings, and the state that its epochs change.

    Args:
        one_shot: recipe, seed and size.
        images: of both parts.
        method: with the supernet, on the device.
        updates: of its parameters.
        device: where they are.
        recorder: of steps; None where they are not recorded.
    """

    one_shot: OneShot
    images: SplitImages
    method: Method
    updates: Updates
    device: torch.device
    recorder: Recorder | None

    @classmethod
    def build(cls, one_shot: OneShot, images: SplitImages, device: torch.device) -> "_Search":
        """A fresh search; its weights depend on the seed alone."""
        recipe = one_shot.recipe
        with seeded(make_generator(one_shot.seed, "supernet weights").initial_seed()):
            method = build_method(one_shot.method, one_shot.space, one_shot.network, one_shot.options).to(device)
        if device.type == "cpu":
            accelerate(method.supernet)
        method.supernet.precision = recipe.precision
        recorder = find_recorder(method, device)
        updates = Updates(
            method.supernet.parameters(),
            method.architecture,
            recipe.optimizer,
            recipe.architecture,
            repeatable=recorder is not None,
        )
        return cls(one_shot, images, method, updates, device, recorder)


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
    with deterministic_algorithms(), tensor_cores(recipe.precision):
        images = SplitImages.read(one_shot, None if body["dataset"] is None else Path(body["dataset"]))
        search = _Search.build(one_shot, images, device)
        method, updates = search.method, search.updates
        checkpoint = Checkpoint.of(Path(body["checkpoint"]), body["oneShot"], body["seed"], images.images.labels)
        history = checkpoint.load(method, updates)
        resumed_from = len(history)
        while len(history) < recipe.epochs:
            history.append(_run_epoch(search, history, on_progress))
            checkpoint.save(method, updates, history)
        genotype, judging = _answer(search, on_progress)
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


def _run_epoch(search: _Search, history: History, on_progress: OnProgress) -> dict[str, Any]:
    """Trains on every training image once; returns one of the protocol's epochs."""
    start, epoch, recipe = time.perf_counter(), len(history), search.one_shot.recipe
    method, updates, images, device = search.method, search.updates, search.images, search.device
    steps = len(split_into_batches(images.training, recipe.batch_size))
    note = _describe(history)
    method.train()
    method.begin_epoch(epoch, recipe.epochs)
    method.supernet.multiply_adds = 0
    run_step = steps_of_epoch(method, updates, search.recorder)
    seed = make_generator(search.one_shot.seed, f"supernet samples {epoch}").initial_seed()
    # Summed on the device and read once, because each read waits for the device.
    total = torch.zeros((), dtype=torch.float64, device=device)
    with seeded_on(device, seed):
        for number, (training, validation) in enumerate(images.batches(search.one_shot, epoch, device)):
            updates.learning_rate = learning_rate_at(recipe, epoch, number / steps)
            total += run_step(training, validation) * len(training.labels)
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


def _answer(search: _Search, on_progress: OnProgress) -> tuple[str, dict[str, Any]]:
    """The genotype, and the cost of comparing paths."""
    start, method, recipe = time.perf_counter(), search.method, search.one_shot.recipe
    batches: list[Batch] = []
    judged = 0

    def judge(path: Sequence[int]) -> float:
        nonlocal judged
        if not batches:
            batches.extend(search.images.validation_batches(recipe.judged_images, _JUDGED_BATCH, search.device))
        judged += 1
        return _accuracy_of(method, path, batches)

    def report(share: float) -> None:
        on_progress(recipe.epochs, recipe.epochs, f"comparing paths: {100 * share:.0f} %")

    method.eval()
    method.supernet.multiply_adds = 0
    seed = make_generator(search.one_shot.seed, "supernet answer").initial_seed()
    with torch.no_grad(), seeded_on(search.device, seed):
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
