"""Random augmentation of small images of equal size, for a whole batch at once."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

# Pillow computes coordinates with 16 binary places.
_ONE = 1 << 16


@dataclass(frozen=True)
class Augmentation:
    """Mirrors, crops and rotates at random, like the archive's loaders.

    CIFAR-100's loader crops before it mirrors. Both orders give the same distribution, so one order serves all data
    sets.

    Args:
        flips: whether images are mirrored, left to right, with probability 1/2.
        padding: black pixels added on each side before a crop of the original size is taken.
        rotation: largest rotation in both directions, in degrees.
    """

    flips: bool
    padding: int
    rotation: float = 0.0

    def __call__(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Makes augmented copies.

        Args:
            pixels: uint8, images × 3 × height × width.
            generator: on the CPU; the draws do not depend on the pixels.
        """
        count = len(pixels)
        if self.flips:
            mirrored = torch.rand(count, generator=generator) < 0.5
            pixels = torch.where(mirrored[:, None, None, None], pixels.flip(3), pixels)
        pixels = _random_crop(pixels, self.padding, generator)
        if not self.rotation:
            return pixels
        share = torch.rand(count, generator=generator, dtype=torch.float64)
        return rotate(pixels, (2 * share - 1) * self.rotation)


def _random_crop(pixels: Tensor, padding: int, generator: torch.Generator) -> Tensor:
    count, _, height, width = pixels.shape
    top, left = torch.randint(0, 2 * padding + 1, (2, count, 1), generator=generator)
    padded = torch.nn.functional.pad(pixels, (padding, padding, padding, padding))
    rows = (top + torch.arange(height))[:, :, None]
    columns = (left + torch.arange(width))[:, None, :]
    # Indices on both sides of the channels' slice put the channels last.
    cropped = padded[torch.arange(count)[:, None, None], :, rows, columns]
    return cropped.permute(0, 3, 1, 2).contiguous()


def rotate(pixels: Tensor, degrees: Tensor) -> Tensor:
    """Rotates each image counter-clockwise around its centre, by the nearest pixel; black outside.

    The pixels are those of Pillow's `Image.rotate`, which torchvision's `RandomRotation` calls.

    Args:
        pixels: uint8, images × channels × height × width.
        degrees: float64, one an image, between -180 and 180.
    """
    count, _, height, width = pixels.shape
    angles = [-math.radians(degree) for degree in degrees.tolist()]
    # Rounded like in Pillow, because the last bit decides which pixel an edge belongs to.
    cosine = torch.tensor([round(math.cos(angle), 15) for angle in angles], dtype=torch.float64)
    sine = torch.tensor([round(math.sin(angle), 15) for angle in angles], dtype=torch.float64)
    columns = _positions(cosine, sine, -cosine * (width / 2) - sine * (height / 2) + width / 2, height, width)
    rows = _positions(-sine, cosine, sine * (width / 2) - cosine * (height / 2) + height / 2, height, width)
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    images = torch.arange(count)[:, None, None]
    # Indices on both sides of the channels' slice put the channels last.
    turned = pixels[images, :, rows.clamp(0, height - 1), columns.clamp(0, width - 1)]
    return torch.where(inside[..., None], turned, torch.zeros((), dtype=torch.uint8)).permute(0, 3, 1, 2).contiguous()


def _positions(along_row: Tensor, along_column: Tensor, start: Tensor, height: int, width: int) -> Tensor:
    """The old image's coordinate of each new pixel on one axis: images × height × width, whole pixels."""
    origin = _fixed(start + along_row * 0.5 + along_column * 0.5)
    step, line = _fixed(along_row), _fixed(along_column)
    x, y = torch.arange(width)[None, None, :], torch.arange(height)[None, :, None]
    return (origin[:, None, None] + x * step[:, None, None] + y * line[:, None, None]) >> 16


def _fixed(value: Tensor) -> Tensor:
    return (value * _ONE + 0.5).floor().long()
