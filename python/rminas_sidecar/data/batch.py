"""The one batch that every candidate is trained on."""

import hashlib
from collections.abc import Callable

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


def select(
    images: Tensor,
    labels: Tensor,
    teacher: Callable[[Tensor], tuple[list[Tensor], Tensor]],
    batch: BatchSpecification,
) -> tuple[Tensor, Tensor]:
    """Selects images: all, or those on which the teacher's loss is lowest, in ascending order.

    Args:
        images: the pool, on the teacher's device.
        labels: of the pool, on the same device.
        teacher: answers (features, logits), in the mode of the specification.
        batch: size and selection.

    Returns:
        The selected images and labels.
    """
    if batch.selection == "all":
        return images, labels
    with torch.no_grad():
        _, logits = teacher(images)
        losses = functional.cross_entropy(logits, labels, reduction="none")
    kept = losses.sort(stable=True).indices[: batch.size]
    return images[kept], labels[kept]


def digest(images: Tensor, labels: Tensor) -> str:
    """SHA-256 of the batch's bytes: float32 images, then int64 labels."""
    sha = hashlib.sha256()
    for part in (images, labels):
        sha.update(part.cpu().contiguous().numpy().tobytes())
    return sha.hexdigest()
