"""The two parts of the training images, and their batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from rminas_sidecar.data.datasets import find_dataset
from rminas_sidecar.data.images import Dataset, Images, make_generator
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.retraining.images import prefetch, split_into_batches, with_own_statistics, without_rotation
from rminas_sidecar.supernets.method import Batch
from rminas_sidecar.supernets.recipe import OneShot

_SPLIT_SEED = 0
"""The split is the same for all seeds, as the published one."""


@dataclass(frozen=True)
class SplitImages:
    """The images that train the weights, and those that validate architectures.

    Args:
        dataset: normalises them.
        images: all training images of the data set; the held-out ones are never read.
        training: numbers of the images that train the weights, int64.
        validation: numbers of the others, int64.
    """

    dataset: Dataset
    images: Images
    training: Tensor
    validation: Tensor

    @classmethod
    def read(cls, one_shot: OneShot, folder: Path | None) -> "SplitImages":
        """Reads and splits the training images.

        Raises:
            SidecarError: the errors of reading the data set; `unsuitable-data` when a part has fewer than two images.
        """
        size, recipe = one_shot.network, one_shot.recipe
        dataset = with_own_statistics(find_dataset(one_shot.dataset, size.resolution, size.classes, one_shot.images))
        images = without_rotation(dataset.read_training(folder))
        order = torch.randperm(len(images), generator=make_generator(_SPLIT_SEED, "supernet split"))
        count = round(len(images) * recipe.train_share)
        training, validation = order[:count][: recipe.images], order[count:][: recipe.images]
        if min(len(training), len(validation)) < 2:
            raise SidecarError(
                "unsuitable-data",
                f"{len(images)} images are too few to split into {len(training)} and {len(validation)}.",
                ["Change ONESHOT.TRAIN_SHARE, or use more images."],
            )
        return cls(dataset, images, training, validation)

    def batches(self, one_shot: OneShot, epoch: int, device: torch.device) -> Iterator[tuple[Batch, Batch]]:
        """The batches of an epoch: each training image once, and beside each batch one for validation.

        Validation images are drawn with replacement. Both are augmented. All draws depend on seed and epoch alone.

        Args:
            one_shot: seed and size of a batch.
            epoch: counted from 0.
            device: of the batches.
        """
        order, drawn, distortion = (
            make_generator(one_shot.seed, f"supernet {purpose} {epoch}")
            for purpose in ("order", "validation", "distortion")
        )
        shuffled = self.training[torch.randperm(len(self.training), generator=order)]

        def make() -> Iterator[tuple[Batch, Batch]]:
            for chosen in split_into_batches(shuffled, one_shot.recipe.batch_size):
                beside = self.validation[torch.randint(len(self.validation), (len(chosen),), generator=drawn)]
                yield self._augment(chosen, distortion), self._augment(beside, distortion)

        for training, validation in prefetch(make()):
            yield _move(training, device), _move(validation, device)

    def validation_batches(self, most: int | None, size: int, device: torch.device) -> list[Batch]:
        """The first validation images without augmentation.

        Args:
            most: images in all; None for all.
            size: images of a batch.
            device: of the batches.
        """
        return [
            _move(self._normalise(self.images.plain(chosen), chosen), device)
            for chosen in split_into_batches(self.validation[:most], size)
        ]

    def _augment(self, chosen: Tensor, generator: torch.Generator) -> Batch:
        return self._normalise(self.images.augmented(chosen, generator), chosen)

    def _normalise(self, pixels: Tensor, chosen: Tensor) -> Batch:
        return Batch(self.dataset.shrink(self.dataset.normalise(pixels)), self.images.labels[chosen])


def _move(batch: Batch, device: torch.device) -> Batch:
    images = batch.images.to(device)
    if device.type == "cpu":
        # The layout of the C functions.
        images = images.contiguous(memory_format=torch.channels_last)
    return Batch(images, batch.labels.to(device))
