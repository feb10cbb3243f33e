"""Trains a network on all training images, by one short recipe."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.data.images import Dataset, Images, make_generator

_MOMENTUM = 0.9
_WEIGHT_DECAY = 5e-4

OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class VerificationRecipe:
    """Epochs, images in a batch, and the first learning rate, which falls to zero along a cosine."""

    epochs: int
    batch_size: int
    learning_rate: float
    seed: int


def train(
    network: nn.Module,
    training: Images,
    dataset: Dataset,
    recipe: VerificationRecipe,
    device: torch.device,
    on_progress: OnProgress,
) -> None:
    """Trains in place with Nesterov momentum and a cosine schedule, as NAS-Bench-201 trains (its section 2.2).

    Args:
        network: on the device; answers (features, logits).
        on_progress: called after each epoch with epochs done, epochs in all, and the last loss.
    """
    order = make_generator(recipe.seed, "verification order")
    augmentation = make_generator(recipe.seed, "verification augmentation")
    # Batches of nearly equal size, so that none is too small for batch statistics.
    parts = -(-len(training) // recipe.batch_size)
    sgd = torch.optim.SGD(
        network.parameters(),
        lr=recipe.learning_rate,
        momentum=_MOMENTUM,
        weight_decay=_WEIGHT_DECAY,
        nesterov=True,
        foreach=True,
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(sgd, T_max=parts * recipe.epochs)
    for epoch in range(recipe.epochs):
        network.train()
        for chosen in torch.randperm(len(training), generator=order).tensor_split(parts):
            images = dataset.shrink(dataset.normalise(training.augmented(chosen, augmentation)))
            loss = _cross_entropy(network, images.to(device), training.labels[chosen].to(device))
            sgd.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            sgd.step()
            schedule.step()
        on_progress(epoch + 1, recipe.epochs, f"loss {loss.item():.4f}")


def _cross_entropy(network: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    _, logits = network(images)
    return functional.cross_entropy(logits, labels)
