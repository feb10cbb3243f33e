"""What every form of a data set of the user is read into: its classes, and two parts with their images."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from rminas_sidecar.data.decoding import Change
from rminas_sidecar.data.own.splitting import split
from rminas_sidecar.errors import SidecarError


class Source(Protocol):
    """Images by number. They are decoded each time, by several threads at once."""

    def load(self, index: int, change: Change) -> Image.Image:
        """Decodes one image to RGB and changes it.

        Raises:
            SidecarError: `missing-file` or `corrupt-file`, with the name of the image.
        """
        ...

    def identity(self, index: int) -> str:
        """The name and the size of an image, without decoding it. They are part of the fingerprint."""
        ...


@dataclass(frozen=True)
class Part:
    """The training images or the held-out ones.

    Args:
        source: the images.
        numbers: int64, the images of the source that belong to this part.
        labels: int64, one for each of them.
    """

    source: Source
    numbers: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def load(self, index: int, change: Change) -> Image.Image:
        """Decodes and changes the image with that place in this part."""
        return self.source.load(int(self.numbers[index]), change)


@dataclass(frozen=True)
class Content:
    """A data set of the user.

    Args:
        classes: the names of the classes, in the order of the labels.
        training: images to train on.
        held_out: images that are never trained on.
        split: whether the held-out part was split off the only part there is.
        image_column: of a table, the column that the images are in.
        label_column: of a table, the column that the labels are in.
        notes: for the user.
    """

    classes: Sequence[str]
    training: Part
    held_out: Part
    split: bool
    image_column: str | None = None
    label_column: str | None = None
    notes: Sequence[str] = field(default=())

    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of the classes and of the names, sizes and labels of all images."""
        sha = hashlib.sha256()
        for name in self.classes:
            sha.update(f"class {name!r}\n".encode())
        # A part that is split off is the same whichever share it has.
        parts = (self.training, self.held_out)
        lines = [
            (f"{'' if self.split else number} {part.source.identity(image)} {label}\n")
            for number, part in enumerate(parts)
            for image, label in zip(part.numbers.tolist(), part.labels.tolist(), strict=True)
        ]
        for line in sorted(lines) if self.split else lines:
            sha.update(line.encode("utf-8", "surrogateescape"))
        return sha.hexdigest()


def divide(whole: Part, share: float, where: str) -> tuple[Part, Part]:
    """Splits the only part of a data set into training images and held-out ones, see :func:`split`.

    Args:
        share: of the images to hold out.
        where: names the data set in messages.

    Raises:
        SidecarError: `unsuitable-data` when no class has two images.
    """
    training, held_out = (
        Part(whole.source, whole.numbers[chosen], whole.labels[chosen]) for chosen in split(whole.labels, share)
    )
    if len(whole) and not len(held_out):
        raise SidecarError(
            "unsuitable-data",
            f"{where} has one image of each class, so none can be held out.",
            ["Add images: accuracy is measured on images that are not trained on."],
        )
    return training, held_out


def require_classes(counts: Sequence[int], classes: Sequence[str], where: str) -> None:
    """Checks that there are at least two classes, and an image of each.

    Args:
        counts: training images of each class.
        where: names the data set in messages.

    Raises:
        SidecarError: `unsuitable-data`.
    """
    if not sum(counts):
        raise SidecarError("missing-file", f"{where} has no image.", ["Check the path."])
    if len(classes) < 2:
        raise SidecarError(
            "unsuitable-data",
            f"{where} has one class ({classes[0]}), and a search needs at least two.",
            ["Give each class a folder or a label of its own."],
        )
    empty = [name for name, count in zip(classes, counts, strict=True) if count == 0]
    if empty:
        shown = ", ".join(empty[:5]) + (f" and {len(empty) - 5} more" if len(empty) > 5 else "")
        raise SidecarError(
            "unsuitable-data",
            f"{where} has no training image of the class{'' if len(empty) == 1 else 'es'} {shown}.",
            ["Add images, or remove the empty classes: a network would learn an output that never occurs."],
        )
