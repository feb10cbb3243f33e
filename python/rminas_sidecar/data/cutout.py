"""Cutout (DeVries and Taylor, 2017) as in DARTS: after the normalisation, so that the square is grey."""

import torch
from torch import Tensor


def cut_out(images: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Zeroes a square of each image. Its centre may be any pixel, so at a border the square is smaller.

    Args:
        images: normalised, images × channels × height × width; not changed.
        side: of the square, in pixels; an odd one is rounded down to an even one, as in the original. 0 for none.
        generator: on the CPU; two numbers are drawn for each image.
    """
    if side == 0:
        return images
    count, _, height, width = images.shape
    rows = _outside(height, side, torch.randint(height, (count,), generator=generator))
    columns = _outside(width, side, torch.randint(width, (count,), generator=generator))
    return images * (rows[:, :, None] | columns[:, None, :])[:, None]


def _outside(length: int, side: int, centres: Tensor) -> Tensor:
    """Which coordinates of an axis are outside the squares: bool, images × length."""
    places, half = torch.arange(length), side // 2
    return (places < centres[:, None] - half) | (places >= centres[:, None] + half)
