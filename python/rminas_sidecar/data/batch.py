"""The one batch that every candidate is trained on."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.data.images import Dataset, Images, make_generator
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.specification import BatchSpecification


def draw_pool(training: Images, dataset: Dataset, size: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draws distinct training images and augments them.

    Args:
        training: images to draw from.
        dataset: normalises them.
        size: number of images to draw.
        seed: of the specification.

    Returns:
        Normalised images (size × 3 × height × width, float32) and labels (size, int64), on the CPU.

    Raises:
        SidecarError: `unsuitable-data` when there are fewer images.
    """
    if size > len(training):
        raise SidecarError(
            "unsuitable-data",
            f"The batch is selected from {size} images, and {dataset.name} has only {len(training)} here.",
            [
                f"Lower LOADER.BATCH_SIZE to {len(training) // 16} or less (16 times as many are drawn), or add images."
                if len(training) >= 32
                else "Add images: a search needs at least 32."
            ],
        )
    chosen = torch.randperm(len(training), generator=make_generator(seed, "batch"))[:size]
    pixels = training.augmented(chosen, make_generator(seed, "batch augmentation"))
    return dataset.normalise(pixels), training.labels[chosen]


class Estimate(NamedTuple):
    """Approximate logits (images × classes), and the largest difference of one of them from the exact ones."""

    logits: Tensor
    error: float


def select(
    images: Tensor,
    labels: Tensor,
    teacher: Callable[[Tensor], tuple[list[Tensor], Tensor]],
    batch: BatchSpecification,
    estimate: Callable[[Tensor], Estimate | None] | None = None,
) -> tuple[Tensor, Tensor]:
    """Selects images: all, or those on which the teacher's loss is lowest, in ascending order.

    Args:
        images: the pool, on the teacher's device.
        labels: of the pool, on the same device.
        teacher: answers (features, logits), in the mode of the specification.
        batch: size and selection.
        estimate: answers the teacher's logits faster, or None where it cannot. The teacher is asked then, and where the
            errors of an estimate could change the selection.

    Returns:
        The selected images and labels.
    """
    if batch.selection == "all":
        return images, labels
    estimated = None if estimate is None else estimate(images)
    kept = None if estimated is None else _lowest_losses(estimated, labels, batch.size)
    if kept is None:
        with torch.no_grad():
            _, logits = teacher(images)
        kept = _losses(logits, labels).sort(stable=True).indices[: batch.size]
    return images[kept], labels[kept]


def _losses(logits: Tensor, labels: Tensor) -> Tensor:
    return functional.cross_entropy(logits, labels, reduction="none")


def _lowest_losses(estimate: Estimate, labels: Tensor, size: int) -> Tensor | None:
    """Indices of the images with the lowest losses, in ascending order; None where the errors could change them.

    A loss depends on the differences of the label's logit and the others, of which each is wrong by two errors at most.
    """
    logits, error = estimate
    margin = 2 * error * functional.one_hot(labels, logits.shape[1])
    lowest, highest = _losses(logits + margin, labels), _losses(logits - margin, labels)
    order = _losses(logits, labels).sort(stable=True).indices
    kept, numbers = order[:size], torch.arange(len(order))
    # For each of the kept images and each image: whether it comes first for certain. Of equal losses, the first does.
    most = highest[kept, None]
    precedes = (most < lowest) | ((most == lowest) & (kept[:, None] < numbers))
    follows = order.argsort() > numbers[:size, None]
    return kept if bool((precedes | ~follows).all()) else None


def digest(images: Tensor, labels: Tensor) -> str:
    """SHA-256 of the batch's bytes: float32 images, then int64 labels."""
    sha = hashlib.sha256()
    for part in (images, labels):
        sha.update(part.cpu().contiguous().numpy().tobytes())
    return sha.hexdigest()
