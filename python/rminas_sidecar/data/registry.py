"""The data sets: how the images of each are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.data.images import Dataset, Images, StoredImages
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.registry import Origin, RegistrationError, Registry
from rminas_sidecar.specification import OwnImagesSpecification

Reader = Callable[..., Any]
"""Reads images from a folder, None being the images that ship with a package; see :func:`register_dataset`."""

DATASETS: Registry[Dataset] = Registry("data set")

_UNCHANGED = Augmentation(flips=False, padding=0)


def register_dataset(
    name: str,
    *,
    classes: int,
    resolution: int,
    mean: Sequence[float],
    deviation: Sequence[float],
    brightest: float = 255.0,
    expected: int | None = None,
    resizable: bool = False,
    augmentation: Augmentation = _UNCHANGED,
    teacher: str | None = None,
) -> Callable[[Reader], Reader]:
    """Registers the reader of a data set's images.

    The reader is called with `folder` (a `pathlib.Path`, or None where the user named no folder) and `held_out` (a
    bool), and a resizable data set's also with `resolution` (pixels a side). It returns a pair: the pixels, uint8 of
    shape images × 3 × resolution × resolution, and the labels, integers 0 to `classes` - 1, one an image; both as
    tensors or NumPy arrays. Held-out images measure accuracy and are never trained on. The reader must return the same
    images in the same order at each call: the batch is drawn from them by number.

    Args:
        name: the data set's name in configurations, up to 64 of a-z, 0-9, `.`, `_` and `-`.
        classes: number of labels, at least 2.
        resolution: height and width of the images, in pixels.
        mean: of each of the three channels over the training images, where white is 1.
        deviation: standard deviation of each channel, likewise.
        brightest: value of a white pixel.
        expected: training images of the complete data set; with fewer, the user is told that it is partial. None for
            any number.
        resizable: the reader can make images of any resolution. Otherwise smaller ones are made by averaging.
        augmentation: random mirroring and cropping of training images (a reader that returns pixels only).
        teacher: name of the teacher that a search takes when `RMINAS.TEACHER_ARCH` names none.

    Raises:
        RegistrationError: the name is taken, or a number is out of range.
    """
    return _Registration(
        name, classes, resolution, mean, deviation, brightest, expected, resizable, augmentation, teacher
    ).register


@dataclass(frozen=True)
class _Registration:
    """The arguments of :func:`register_dataset`."""

    name: str
    classes: int
    resolution: int
    mean: Sequence[float]
    deviation: Sequence[float]
    brightest: float
    expected: int | None
    resizable: bool
    augmentation: Augmentation
    teacher: str | None

    def __post_init__(self) -> None:
        if self.classes < 2 or self.resolution < 1:
            raise RegistrationError(f"The data set {self.name!r} needs at least 2 classes and 1 pixel a side")
        if len(self.mean) != 3 or len(self.deviation) != 3 or not all(value > 0 for value in self.deviation):
            raise RegistrationError(
                f"The data set {self.name!r} needs a mean and a positive deviation for each of 3 channels"
            )

    def register(self, read: Reader) -> Reader:
        """Registers the data set at its own resolution."""
        DATASETS.register(self.name, self._at(read, DATASETS.origin(self.name, read), self.resolution))
        return read

    def _at(self, read: Reader, origin: Origin, side: int) -> Dataset:
        return Dataset(
            name=self.name,
            classes=self.classes,
            resolution=side,
            expected=self.expected,
            brightest=self.brightest,
            mean=(self.mean[0], self.mean[1], self.mean[2]),
            deviation=(self.deviation[0], self.deviation[1], self.deviation[2]),
            read_training=partial(self._read, read, origin, side, False),
            read_held_out=partial(self._read, read, origin, side, True),
            resized=partial(self._at, read, origin) if self.resizable else None,
            teacher=self.teacher,
        )

    def _read(self, read: Reader, origin: Origin, side: int, held_out: bool, folder: Path | None) -> Images:
        with origin.guard():
            answer = read(folder, held_out, side) if self.resizable else read(folder, held_out)
        return answer if origin.plugin is None else _as_images(answer, self.classes, side, self.augmentation, origin)


def find_dataset(name: str, resolution: int, classes: int, images: OwnImagesSpecification | None = None) -> Dataset:
    """The data set at the resolution of the networks that are trained on it.

    Args:
        name: a registered name, or any name for images of the user.
        resolution: pixels of a side of an image.
        classes: outputs of the networks.
        images: those of the user; None for a registered data set.

    Raises:
        SidecarError: `unknown-name` when it is not registered; `unsuitable-data` when it cannot have that resolution,
            or has another number of classes.
    """
    if images is not None:
        # Imported here, because most sidecars need no data set of the user, and the first evaluation is waited for.
        from rminas_sidecar.data.own.dataset import open_own_dataset

        return open_own_dataset(name, images, classes, resolution)
    dataset = DATASETS.find(name).at(resolution)
    if classes != dataset.classes:
        raise SidecarError(
            "unsuitable-data",
            f"{name} has {dataset.classes} classes, and the networks have {classes} outputs.",
            [f"Set LOADER.NUM_CLASSES {dataset.classes}."],
        )
    return dataset


def notes_on(dataset: Dataset, training: Images) -> list[str]:
    """Notes for the user on the training images that were found: one when the set is partial."""
    if dataset.expected is None or len(training) >= dataset.expected:
        return []
    return [f"{dataset.name} is partial: {len(training):,} of {dataset.expected:,} training images were found."]


def _as_images(answer: object, classes: int, side: int, augmentation: Augmentation, origin: Origin) -> Images:
    """A plugin's pixels and labels as images.

    Raises:
        SidecarError: `plugin-failed` when their types, shapes or values are not those that a reader returns.
    """
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        raise origin.failure(f"returned {type(answer).__name__}, not a pair of pixels and labels")
    pixels, labels = (torch.from_numpy(part) if isinstance(part, np.ndarray) else part for part in answer)
    if not isinstance(pixels, Tensor) or pixels.dtype != torch.uint8 or pixels.shape[1:] != (3, side, side):
        raise origin.failure(
            f"returned pixels as {_describe(pixels)}, not as uint8 of shape images × 3 × {side} × {side}"
        )
    if not isinstance(labels, Tensor) or labels.is_floating_point() or labels.shape != pixels.shape[:1]:
        raise origin.failure(f"returned labels as {_describe(labels)}, not as {len(pixels)} integers")
    if not len(labels):
        raise origin.failure("returned no images")
    if labels.min() < 0 or labels.max() >= classes:
        raise origin.failure(f"returned labels {int(labels.min())} to {int(labels.max())}, not 0 to {classes - 1}")
    return StoredImages(pixels.contiguous(), labels.long(), augmentation)


def _describe(value: object) -> str:
    return f"{value.dtype} of shape {list(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
