"""CIFAR-10 and CIFAR-100 (Krizhevsky, 2009) in their published formats.

Both the Python version and the binary version are read as files or from their archives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.data.images import Images, StoredImages, require_folder
from rminas_sidecar.data.packed import read_members
from rminas_sidecar.data.pickled import Batch, PickledFormat, parse_images, read_images
from rminas_sidecar.data.registry import DATASETS, register_dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.files import open_file

_MOST_IMAGES = 60_000
"""Training and test images together."""


class _Version(NamedTuple):
    """A published version of a data set.

    Args:
        ending: of the names of its files.
        folder: name of the folder in its archive.
        archive: name of that archive.
        read: reads a file.
        parse: reads the content of a file; the path names it in messages.
    """

    ending: str
    folder: str
    archive: str
    read: Callable[[Path], Batch]
    parse: Callable[[bytes, Path], Batch]


@dataclass(frozen=True)
class _Files:
    """The files of one data set, their format, and the augmentation of its images.

    Args:
        training: names of the training files, without the endings of versions.
        held_out: name of the test file, likewise.
        python: folder and archive of the Python version.
        binary: folder and archive of the binary version.
        content: format of the Python version's files.
        label_bytes: labels before each image of the binary version, of which the last one counts.
        augmentation: of training images.
    """

    training: tuple[str, ...]
    held_out: str
    python: tuple[str, str]
    binary: tuple[str, str]
    content: PickledFormat
    label_bytes: int
    augmentation: Augmentation

    def read(self, folder: Path | None, held_out: bool) -> Images:
        """Reads the test images, or the training files that are there: a partial set is accepted.

        Raises:
            SidecarError: `missing-file` when there is none, `corrupt-file` or `refused-file` for a bad file or archive.
        """
        root = require_folder(folder, self.content.title, self.content.where)
        names = [self.held_out] if held_out else self.training
        versions = (
            _Version("", *self.python, self._read_python, self._parse_python),
            _Version(".bin", *self.binary, self._read_binary, self._parse_binary),
        )
        for version in versions:
            # Unpacking programs often put the archive's folder into one of the same name.
            for place in (root, root / version.folder):
                paths = [place / f"{name}{version.ending}" for name in names]
                found = [path for path in paths if path.exists()]
                if found:
                    return self._join([version.read(path) for path in found])
        for version in versions:
            if (root / version.archive).exists():
                return self._join(self._read_packed(root / version.archive, version, names))
        return self._join([self._read_python(root / names[0])])

    def _join(self, batches: Sequence[Batch]) -> Images:
        pixels = np.concatenate([batch.pixels for batch in batches])
        labels = np.concatenate([batch.labels for batch in batches])
        return StoredImages(torch.from_numpy(pixels), torch.from_numpy(labels), self.augmentation)

    def _read_python(self, path: Path) -> Batch:
        return read_images(path, self.content)

    def _parse_python(self, content: bytes, path: Path) -> Batch:
        return parse_images(content, path, self.content)

    def _read_packed(self, archive: Path, version: _Version, names: Sequence[str]) -> list[Batch]:
        """Reads files of a version from its archive, in the order of their names and not of the archive."""
        title, steps = self.content.title, [self.content.where]
        files = [f"{name}{version.ending}" for name in names]
        members = read_members(archive, version.folder, files, title=title, next_steps=steps)
        found = [name for name in files if name in members]
        if not found:
            raise SidecarError("corrupt-file", f"{archive} has no file of {title} named {', '.join(files)}.", steps)
        return [version.parse(members.pop(name), archive / version.folder / name) for name in found]

    def _read_binary(self, path: Path) -> Batch:
        title = f"The {self.content.title} file"
        with open_file(path, title, [self.content.where], _MOST_IMAGES * self._row) as (file, size):
            self._require_whole(size, path)
            return self._parse_binary(file.read(size), path)

    @property
    def _row(self) -> int:
        """Bytes of an image with its labels in the binary version."""
        return self.label_bytes + 3 * self.content.side**2

    def _require_whole(self, size: int, path: Path) -> None:
        if size == 0 or size % self._row:
            title, where = self.content.title, [self.content.where]
            why = f"{size} bytes are not a whole number of images of {self._row} bytes"
            raise SidecarError("corrupt-file", f"{path} is not a file of {title}: {why}.", where)

    def _parse_binary(self, file: bytes, path: Path) -> Batch:
        """Reads the binary version: rows of labels, red, green and blue, a byte each."""
        self._require_whole(len(file), path)
        content, where = self.content, [self.content.where]
        rows = np.frombuffer(file, dtype=np.uint8).reshape(-1, self._row)
        labels = rows[:, self.label_bytes - 1].astype(np.int64)
        if labels.max() > content.highest:
            why = f"a label is not a number from {content.lowest} to {content.highest}"
            raise SidecarError("corrupt-file", f"{path} is not a file of {content.title}: {why}.", where)
        pixels = rows[:, self.label_bytes :].reshape(-1, 3, content.side, content.side)
        return Batch(pixels, labels, rewritten=False)


def _where(archive: str) -> str:
    return f"Download https://www.cs.toronto.edu/~kriz/{archive} and name the folder that holds it with --data."


_CIFAR10 = _Files(
    training=tuple(f"data_batch_{number}" for number in range(1, 6)),
    held_out="test_batch",
    python=("cifar-10-batches-py", "cifar-10-python.tar.gz"),
    binary=("cifar-10-batches-bin", "cifar-10-binary.tar.gz"),
    content=PickledFormat("CIFAR-10", 32, "labels", 0, 9, _where("cifar-10-python.tar.gz")),
    label_bytes=1,
    augmentation=Augmentation(flips=True, padding=4),
)

_CIFAR100 = _Files(
    training=("train",),
    held_out="test",
    python=("cifar-100-python", "cifar-100-python.tar.gz"),
    binary=("cifar-100-binary", "cifar-100-binary.tar.gz"),
    content=PickledFormat("CIFAR-100", 32, "fine_labels", 0, 99, _where("cifar-100-python.tar.gz")),
    label_bytes=2,
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
