"""The images of a retraining in batches, augmented and normalised as in the published recipes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor

from rminas_sidecar.data.cutout import cut_out
from rminas_sidecar.data.datasets import find_dataset
from rminas_sidecar.data.images import Dataset, Images, StoredImages, make_generator
from rminas_sidecar.retraining.recipe import Retraining

Item = TypeVar("Item")

_CIFAR10_MEAN = (0.49139968, 0.48215827, 0.44653124)
_CIFAR10_DEVIATION = (0.24703233, 0.24348505, 0.26158768)


@dataclass(frozen=True)
class RetrainingImages:
    """All training images, and the test images that accuracy is measured on."""

    dataset: Dataset
    training: Images
    test: Images


def read_images(retraining: Retraining, folder: Path | None) -> RetrainingImages:
    """Reads the images; photographs are only listed, and decoded when they are used.

    Raises:
        SidecarError: the errors of reading the data set; `unsuitable-data` for another number of classes, or a
            resolution that the data set cannot have.
    """
    dataset = dataset_of(retraining)
    training, test = dataset.read_training(folder), dataset.read_held_out(folder)
    return RetrainingImages(dataset, without_rotation(training), test)


def dataset_of(retraining: Retraining) -> Dataset:
    """The data set as a retraining normalises it.

    Raises:
        SidecarError: as :func:`read_images`, except those of reading.
    """
    size = retraining.network
    return with_own_statistics(find_dataset(retraining.dataset, size.resolution, size.classes, retraining.images))


def with_own_statistics(dataset: Dataset) -> Dataset:
    """DARTS and NAS-Bench-201 normalise CIFAR-10 by its own statistics, the search by those of its teacher."""
    if dataset.name != "cifar10":
        return dataset
    return replace(dataset, mean=_CIFAR10_MEAN, deviation=_CIFAR10_DEVIATION)


def without_rotation(training: Images) -> Images:
    """The recipes mirror and crop; only the search rotates the images of CIFAR-100."""
    if not isinstance(training, StoredImages):
        return training
    return replace(training, augmentation=replace(training.augmentation, rotation=0.0))


def training_batches(images: RetrainingImages, retraining: Retraining, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches of an epoch: normalised images (float32) and labels (int64), on the CPU.

    Order and augmentation have generators for each epoch, so that resuming needs no saved generator. The next batch is
    made while the caller uses the current one.

    Args:
        epoch: counted from 0.
    """
    order = make_generator(retraining.seed, f"retraining order {epoch}")
    distortion = make_generator(retraining.seed, f"retraining distortion {epoch}")
    parts = split_into_batches(torch.randperm(len(images.training), generator=order), retraining.recipe.batch_size)

    def make() -> Iterator[tuple[Tensor, Tensor]]:
        for chosen in parts:
            pixels = images.dataset.shrink(images.dataset.normalise(images.training.augmented(chosen, distortion)))
            yield cut_out(pixels, retraining.recipe.cutout, distortion), images.training.labels[chosen]

    return prefetch(make())


def split_into_batches(order: Tensor, size: int) -> tuple[Tensor, ...]:
    """Splits into batches of that size and a smaller last one; a single last image joins the batch before.

    Batch statistics of a single image do not exist where a feature map has one pixel.
    """
    parts: tuple[Tensor, ...] = order.split(size)  # type: ignore[no-untyped-call]
    if len(parts) > 1 and len(parts[-1]) == 1:
        return (*parts[:-2], torch.cat(parts[-2:]))
    return parts


def count_batches(images: int, size: int) -> int:
    """The number of batches of :func:`split_into_batches`."""
    return len(split_into_batches(torch.arange(images), size))


def prefetch(items: Iterator[Item]) -> Iterator[Item]:
    """The same items; each is computed in a thread while the caller uses the one before it."""
    with ThreadPoolExecutor(1) as thread:
        upcoming = thread.submit(next, items, None)
        while (item := upcoming.result()) is not None:
            upcoming = thread.submit(next, items, None)
            yield item
