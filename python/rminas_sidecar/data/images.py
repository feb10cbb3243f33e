"""Images as a data set gives them, and how a data set wants them normalised."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.errors import SidecarError


class Images(Protocol):
    """Labelled images, wherever they are kept: in memory or in files that are read when they are needed."""

    @property
    def labels(self) -> Tensor:
        """Classes, int64, one an image."""
        ...

    def __len__(self) -> int: ...

    def plain(self, chosen: Tensor) -> Tensor:
        """Some of the images as networks are measured on them: uint8, chosen × 3 × height × width.

        Args:
            chosen: indices, int64.

        Raises:
            SidecarError: `missing-file` or `corrupt-file` for a file that cannot be read after all.
        """
        ...

    def augmented(self, chosen: Tensor, generator: torch.Generator) -> Tensor:
        """The same, distorted at random as networks are trained on them.

        Args:
            generator: on the CPU; how much is drawn from it depends on the number of images alone.
        """
        ...


@dataclass(frozen=True)
class StoredImages:
    """Images in memory: pixels uint8 of shape images × 3 × height × width, labels int64 of shape images."""

    pixels: Tensor
    labels: Tensor
    augmentation: Augmentation

    def __len__(self) -> int:
        return len(self.labels)

    def plain(self, chosen: Tensor) -> Tensor:
        """See :class:`Images`."""
        return self.pixels[chosen]

    def augmented(self, chosen: Tensor, generator: torch.Generator) -> Tensor:
        """See :class:`Images`."""
        return self.augmentation(self.pixels[chosen], generator)


@dataclass(frozen=True)
class Dataset:
    """What a data set is like and how it is read.

    Args:
        classes: number of labels.
        resolution: height and width, in pixels, of the images that networks are trained on.
        expected: training images of the whole set; None for any number.
        brightest: value of a white pixel.
        mean: of each channel, where white is 1.
        deviation: likewise.
        read_training: reads the training images from the folder, None being the images that ship with a package.
        read_held_out: the same for the images that no training sees.
        resized: makes the data set whose images are read at another resolution; None where they have the one that they
            have, and are shrunk after all that is done to them.
        teacher: name of the teacher that a search takes when none is named; None where the controller knows it.
    """

    name: str
    classes: int
    resolution: int
    expected: int | None
    brightest: float
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    read_training: Callable[[Path | None], Images]
    read_held_out: Callable[[Path | None], Images]
    resized: "Callable[[int], Dataset] | None" = None
    teacher: str | None = None

    def at(self, resolution: int) -> "Dataset":
        """The data set with images of that many pixels a side.

        Raises:
            SidecarError: `unsuitable-data` when they have fewer and nothing in the files to make more of.
        """
        if resolution == self.resolution:
            return self
        if self.resized is not None:
            return self.resized(resolution)
        if resolution > self.resolution:
            raise SidecarError(
                "unsuitable-data",
                f"The images of {self.name} have {self.resolution} pixels a side, not {resolution}.",
                [f"Set the network's resolution to {self.resolution} or less, or choose another data set."],
            )
        return replace(self, resolution=resolution)

    def normalise(self, pixels: Tensor) -> Tensor:
        """Scales uint8 pixels so that the data set has mean 0 and deviation 1 in each channel; float32."""
        mean = torch.tensor(self.mean)[:, None, None]
        deviation = torch.tensor(self.deviation)[:, None, None]
        return (pixels.float() / self.brightest - mean) / deviation

    def shrink(self, images: Tensor) -> Tensor:
        """Normalised images as they were read, at the resolution: those that have it as they are, others averaged."""
        if images.shape[-1] == self.resolution:
            return images
        side = (self.resolution, self.resolution)
        return functional.interpolate(images, side, mode="bilinear", antialias=True, align_corners=False)


def require_folder(folder: Path | None, title: str, where: str) -> Path:
    """The folder of a data set that does not ship with the sidecar.

    Raises:
        SidecarError: `missing-file` when none was named.
    """
    if folder is None:
        raise SidecarError("missing-file", f"{title} does not ship with rminas, and no folder was named.", [where])
    return folder


def make_generator(seed: int, purpose: str) -> torch.Generator:
    """A CPU generator that depends on the seed and on what it is for, so that uses do not disturb each other."""
    digest = hashlib.sha256(f"{seed}:{purpose}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
