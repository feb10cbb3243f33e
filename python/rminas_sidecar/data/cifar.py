"""CIFAR-10 and CIFAR-100 (Krizhevsky, 2009) in their published Python format."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.data.images import Images, StoredImages, require_folder
from rminas_sidecar.data.pickled import PickledFormat, parse
from rminas_sidecar.data.registry import DATASETS, register_dataset
from rminas_sidecar.system.files import read_bytes


@dataclass(frozen=True)
class _Files:
    """The files of one data set, their format, and the augmentation of its images."""

    training: tuple[str, ...]
    held_out: str
    content: PickledFormat
    augmentation: Augmentation

    def read(self, folder: Path | None, held_out: bool) -> Images:
        """Reads the test images, or the training files that are there: a partial set is accepted.

        Raises:
            SidecarError: `missing-file` when there is none, `corrupt-file` or `refused-file` for another file.
        """
        root = require_folder(folder, self.content.title, self.content.where)
        if held_out:
            return self._read([root / self.held_out])
        paths = [root / name for name in self.training]
        return self._read([path for path in paths if path.exists()] or paths[:1])

    def _read(self, paths: Sequence[Path]) -> Images:
        what, where = f"The {self.content.title} file", [self.content.where]
        parts = [parse(read_bytes(path, what, where), path, self.content) for path in paths]
        pixels, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return StoredImages(torch.from_numpy(pixels), torch.from_numpy(labels), self.augmentation)


def _where(archive: str) -> str:
    return f"Unpack https://www.cs.toronto.edu/~kriz/{archive} and name the folder that holds it with --data."


_CIFAR10 = _Files(
    training=tuple(f"data_batch_{number}" for number in range(1, 6)),
    held_out="test_batch",
    content=PickledFormat("CIFAR-10", 32, "labels", 0, 9, _where("cifar-10-python.tar.gz")),
    augmentation=Augmentation(flips=True, padding=4),
)

_CIFAR100 = _Files(
    training=("train",),
    held_out="test",
    content=PickledFormat("CIFAR-100", 32, "fine_labels", 0, 99, _where("cifar-100-python.tar.gz")),
    augmentation=Augmentation(flips=True, padding=4, rotation=15),
)


@register_dataset(
    "cifar10",
    classes=10,
    resolution=32,
    expected=50_000,
    # ImageNet's statistics, as in the archive's loader and for the ResNet-20 teacher.
    mean=(0.485, 0.456, 0.406),
    deviation=(0.229, 0.224, 0.225),
)
def read_cifar10(folder: Path | None, held_out: bool) -> Images:
    """See :meth:`_Files.read`."""
    return _CIFAR10.read(folder, held_out)


@register_dataset(
    "cifar100",
    classes=100,
    resolution=32,
    expected=50_000,
    mean=(0.5070751592371323, 0.48654887331495095, 0.4409178433670343),
    deviation=(0.2673342858792401, 0.2564384629170883, 0.27615047132568404),
)
def read_cifar100(folder: Path | None, held_out: bool) -> Images:
    """See :meth:`_Files.read`."""
    return _CIFAR100.read(folder, held_out)


CIFAR10 = DATASETS["cifar10"]
CIFAR100 = DATASETS["cifar100"]
