"""One epoch of a retraining: its updates, then the measurement."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from rminas_sidecar.data.images import make_generator
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.accuracy import measure_accuracy
from rminas_sidecar.evaluation.determinism import seeded_on
from rminas_sidecar.evaluation.precision import tensor_cores
from rminas_sidecar.retraining.distillation import Distillation
from rminas_sidecar.retraining.images import RetrainingImages, count_batches, training_batches
from rminas_sidecar.retraining.network import set_drop_path, training_loss
from rminas_sidecar.retraining.recipe import Retraining
from rminas_sidecar.retraining.schedule import drop_path_probability, learning_rate


@dataclass(frozen=True)
class RetrainingRun:
    """A network in training.

    Args:
        retraining: recipe, seed and size.
        images: training and test images.
        network: on the device; every epoch changes it.
        sgd: the optimiser of its parameters.
        device: where the network is.
        distillation: what is learned from a teacher; None for nothing.
    """

    retraining: Retraining
    images: RetrainingImages
    network: nn.Module
    sgd: torch.optim.SGD
    device: torch.device
    distillation: Distillation | None = None

    def run_epoch(self, epoch: int, on_update: Callable[[float], None]) -> dict[str, Any]:
        """Trains on every image once.

        Args:
            epoch: counted from 0; all random numbers depend on it and the seed alone.
            on_update: called after each update with the share of the epoch that is done.

        Returns:
            One of the protocol's epochs.

        Raises:
            SidecarError: `diverged` when the loss is not finite; the errors of reading an image.
        """
        start = time.perf_counter()
        recipe = self.retraining.recipe
        rate = learning_rate(recipe.schedule, recipe.optimizer.learning_rate, epoch, recipe.epochs)
        for group in self.sgd.param_groups:
            group["lr"] = rate
        set_drop_path(self.network, drop_path_probability(recipe.drop_path, epoch, recipe.epochs))
        seed = make_generator(self.retraining.seed, f"retraining layers {epoch}").initial_seed()
        with seeded_on(self.device, seed), tensor_cores(recipe.precision):
            loss = self._train(epoch, on_update)
        if not math.isfinite(loss):
            raise _diverged(epoch, self.retraining, rate)
        return {
            "epoch": epoch + 1,
            "learningRate": rate,
            "loss": loss,
            **self._measure(epoch),
            "seconds": time.perf_counter() - start,
        }

    def _train(self, epoch: int, on_update: Callable[[float], None]) -> float:
        """Runs one update for each batch; answers the mean loss over the images."""
        recipe, network = self.retraining.recipe, self.network
        batches = count_batches(len(self.images.training), recipe.batch_size)
        # Summed on the device and read once, because each read waits for the device.
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        network.train()
        for number, (images, labels) in enumerate(training_batches(self.images, self.retraining, epoch), start=1):
            batch = images.to(self.device), labels.to(self.device)
            loss = training_loss(network, *batch, recipe, self.distillation)
            self.sgd.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if recipe.optimizer.gradient_norm is not None:
                nn.utils.clip_grad_norm_(network.parameters(), recipe.optimizer.gradient_norm)
            self.sgd.step()
            total += loss.detach() * len(labels)
            on_update(number / batches)
        return total.item() / len(self.images.training)

    def _measure(self, epoch: int) -> dict[str, float | None]:
        recipe = self.retraining.recipe
        if epoch + 1 < recipe.epochs and (epoch + 1) % recipe.measure_every:
            return {"accuracy": None, "top5": None}
        found = measure_accuracy(self.network, self.images.test, self.images.dataset, self.device)
        return {"accuracy": found.top1, "top5": found.top5}


def _diverged(epoch: int, retraining: Retraining, rate: float) -> SidecarError:
    return SidecarError(
        "diverged",
        f"The loss was not finite in epoch {epoch + 1} of seed {retraining.seed}, at learning rate {rate:g}.",
        ["Lower OPTIM.BASE_LR, or clip the gradient with OPTIM.GRAD_CLIP."],
    )
