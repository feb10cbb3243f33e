"""Data sets and their images."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.errors import SidecarError


class Images(Protocol):
    """Labelled images, in memory or in files that are read when they are used."""

    @property
    def labels(self) -> Tensor:
        """The class of each image, int64."""
        ...

    def __len__(self) -> int: ...

    def plain(self, chosen: Tensor) -> Tensor:
        """Some of the images without augmentation, for measurements: uint8, chosen × 3 × height × width.

        Args:
            chosen: indices, int64.

        Raises:
            SidecarError: `missing-file` or `corrupt-file` for a file that cannot be read.
        """
        ...

    def augmented(self, chosen: Tensor, generator: torch.Generator) -> Tensor:
        """Some of the images with random augmentation, for training: uint8, chosen × 3 × height × width.

        Args:
            chosen: indices, int64.
            generator: on the CPU; the number of draws depends on the number of images alone.
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
    """A data set: its properties and its readers.

    Args:
        name: the registered name.
        classes: number of labels.
        resolution: height and width of the images that networks are trained on, in pixels.
        expected: training images of the whole set; None for any number.
        brightest: value of a white pixel.
        mean: of each channel, where white is 1.
        deviation: standard deviation of each channel, where white is 1.
        read_training: reads the training images from a folder; None stands for images that ship with a package.
        read_held_out: reads the images that are never trained on.
        resized: makes the data set at another resolution. None where images are read at one resolution, and shrunk
            after augmentation and normalisation.
        teacher: name of the teacher of a search that names none; None where the controller defines it.
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
        """The data set at another resolution (pixels a side).

        Raises:
            SidecarError: `unsuitable-data` when the images are smaller.
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
        """Normalises uint8 pixels (… × 3 × height × width) to mean 0 and deviation 1 in each channel; float32."""
        mean = torch.tensor(self.mean)[:, None, None]
        deviation = torch.tensor(self.deviation)[:, None, None]
        # In the memory of the first result, since new memory takes longer than a division.
        return pixels.float().div_(self.brightest).sub_(mean).div_(deviation)

    def shrink(self, images: Tensor) -> Tensor:
        """Shrinks normalised images to the data set's resolution, by averaging."""
        if images.shape[-1] == self.resolution:
            return images
        side = (self.resolution, self.resolution)
        return functional.interpolate(images, side, mode="bilinear", antialias=True, align_corners=False)


def to_tensor(image: Image.Image) -> Tensor:
    """The pixels of an RGB image: uint8, 3 × height × width."""
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)


def require_folder(folder: Path | None, title: str, where: str) -> Path:
    """The folder of a data set that does not ship with the sidecar.

    Raises:
        SidecarError: `missing-file` when no folder was named.
    """
    if folder is None:
        raise SidecarError("missing-file", f"{title} does not ship with rminas, and no folder was named.", [where])
    return folder


def make_generator(seed: int, purpose: str) -> torch.Generator:
    """A CPU generator that depends on the seed and the purpose, so that different uses are independent."""
    digest = hashlib.sha256(f"{seed}:{purpose}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
