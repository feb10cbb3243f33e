"""Images as they lie in memory, and how a data set wants them augmented and normalised."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor


@dataclass(frozen=True)
class Images:
    """Raw images: pixels uint8 of shape images × 3 × height × width, labels int64 of shape images."""

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Dataset:
    """What a data set is like and how it is read.

    Args:
        classes: number of labels.
        resolution: height and width of an image, in pixels.
        expected: training images of the whole set.
        brightest: value of a white pixel.
        mean: of each channel, where white is 1.
        deviation: likewise.
        flips: whether augmentation may mirror an image.
        padding: black pixels around an image before a crop of the old size is taken from it.
        read_training: reads the training images from the folder, None being the images that ship with a package.
        read_held_out: the same for the images that no training sees.
    """

    name: str
    classes: int
    resolution: int
    expected: int
    brightest: float
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    flips: bool
    padding: int
    read_training: Callable[[Path | None], Images]
    read_held_out: Callable[[Path | None], Images]

    def augment(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Mirrors and crops at random, as the archive's loader does: the flip first, then the crop.

        Args:
            pixels: uint8, images × 3 × height × width.
            generator: on the CPU; draws are the same whatever the images hold.
        """
        count = len(pixels)
        if self.flips:
            mirrored = torch.rand(count, generator=generator) < 0.5
            pixels = torch.where(mirrored[:, None, None, None], pixels.flip(3), pixels)
        return _random_crop(pixels, self.padding, generator)

    def normalise(self, pixels: Tensor) -> Tensor:
        """Scales uint8 pixels so that the data set has mean 0 and deviation 1 in each channel; float32."""
        mean = torch.tensor(self.mean)[:, None, None]
        deviation = torch.tensor(self.deviation)[:, None, None]
        return (pixels.float() / self.brightest - mean) / deviation


def _random_crop(pixels: Tensor, padding: int, generator: torch.Generator) -> Tensor:
    count, _, height, width = pixels.shape
    top, left = torch.randint(0, 2 * padding + 1, (2, count, 1), generator=generator)
    padded = torch.nn.functional.pad(pixels, (padding, padding, padding, padding))
    rows = (top + torch.arange(height))[:, :, None]
    columns = (left + torch.arange(width))[:, None, :]
    # The indices around the channel's slice put the channel last.
    cropped = padded[torch.arange(count)[:, None, None], :, rows, columns]
    return cropped.permute(0, 3, 1, 2).contiguous()


def make_generator(seed: int, purpose: str) -> torch.Generator:
    """A CPU generator that depends on the seed and on what it is for, so that uses do not disturb each other."""
    digest = hashlib.sha256(f"{seed}:{purpose}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
