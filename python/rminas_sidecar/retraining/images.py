"""The images of a retraining, as the published recipes distort and normalise them, in batches."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor

from rminas_sidecar.data import find_dataset
from rminas_sidecar.data.cutout import cut_out
from rminas_sidecar.data.images import Dataset, Images, StoredImages, make_generator
from rminas_sidecar.retraining.recipe import Retraining

Item = TypeVar("Item")

_CIFAR10_MEAN = (0.49139968, 0.48215827, 0.44653124)
_CIFAR10_DEVIATION = (0.24703233, 0.24348505, 0.26158768)


@dataclass(frozen=True)
class RetrainingImages:
    """All training images, and the test images that accuracy is told of."""

    dataset: Dataset
    training: Images
    test: Images


def read_images(retraining: Retraining, folder: Path | None) -> RetrainingImages:
    """Reads or lists the images; those of a folder of photographs are decoded when they are trained on.

    Raises:
        SidecarError: whatever reading the data set raises; `unsuitable-data` for another number of classes, or a
            resolution that the data set cannot have.
    """
    network = retraining.network
    dataset = find_dataset(retraining.dataset, network.resolution, network.classes)
    training, test = dataset.read_training(folder), dataset.read_held_out(folder)
    return RetrainingImages(_with_own_statistics(dataset), _without_turns(training), test)


def _with_own_statistics(dataset: Dataset) -> Dataset:
    """DARTS and NAS-Bench-201 normalise CIFAR-10 by its own statistics; the search by those that its teacher knows."""
    if dataset.name != "cifar10":
        return dataset
    return replace(dataset, mean=_CIFAR10_MEAN, deviation=_CIFAR10_DEVIATION)


def _without_turns(training: Images) -> Images:
    """The recipes mirror and crop; only the search turns the images of CIFAR-100."""
    if not isinstance(training, StoredImages):
        return training
    return replace(training, augmentation=replace(training.augmentation, rotation=0.0))


def training_batches(images: RetrainingImages, retraining: Retraining, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches of an epoch: normalised images (float32) and labels (int64), on the CPU.

    Order and distortions are drawn from generators of this epoch's own, so that a resumption needs no state of them.
    The next batch is made while the caller works on one.

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

    return _ahead(make())


def split_into_batches(order: Tensor, size: int) -> tuple[Tensor, ...]:
    """Batches of that many, and a last one of what is left; a single one left joins the batch before.

    The statistics of a single image's normalisation would not exist where a network sees one pixel of it.
    """
    parts: tuple[Tensor, ...] = order.split(size)  # type: ignore[no-untyped-call]
    if len(parts) > 1 and len(parts[-1]) == 1:
        return (*parts[:-2], torch.cat(parts[-2:]))
    return parts


def count_batches(images: int, size: int) -> int:
    """How many batches :func:`split_into_batches` makes."""
    return len(split_into_batches(torch.arange(images), size))


def _ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, each of them asked for in another thread while the one before it is in use."""
    with ThreadPoolExecutor(1) as thread:
        upcoming = thread.submit(next, items, None)
        while (item := upcoming.result()) is not None:
            upcoming = thread.submit(next, items, None)
            yield item
