"""Cutout (DeVries and Taylor, 2017), as DARTS applies it: behind the normalisation, so that what is cut out is grey."""

import torch
from torch import Tensor


def cut_out(images: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Zeroes a square of each image, whose centre may be any pixel: at a border, what lies inside is cut out.

    Args:
        images: normalised, images × channels × height × width; not changed.
        side: pixels of the square's side; an odd one is rounded down to an even one, as in the original. 0 for none.
        generator: on the CPU; draws two numbers an image.
    """
    if side == 0:
        return images
    count, _, height, width = images.shape
    rows = _outside(height, side, torch.randint(height, (count,), generator=generator))
    columns = _outside(width, side, torch.randint(width, (count,), generator=generator))
    return images * (rows[:, :, None] | columns[:, None, :])[:, None]


def _outside(length: int, side: int, centres: Tensor) -> Tensor:
    """Which places of an axis the squares do not reach: bool, images × length."""
    places, half = torch.arange(length), side // 2
    return (places < centres[:, None] - half) | (places >= centres[:, None] + half)
