"""Photographs in one folder a class, which are decoded when they are used."""

import os
import re
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from rminas_sidecar.data import photo
from rminas_sidecar.errors import SidecarError

_CLASS = re.compile(r"n\d+")
_ENDINGS = (".jpeg", ".jpg", ".png")
# Other decoders are never called, so they cannot be attacked. One of ImageNet's .JPEG files is a PNG.
_FORMATS = ("JPEG", "PNG")


@dataclass(frozen=True)
class ImageFiles:
    """Photographs by path. Their pixels are read each time they are used.

    Args:
        paths: one an image.
        labels: int64, one an image.
        side: height and width of the decoded images, in pixels.
    """

    paths: tuple[str, ...]
    labels: Tensor
    side: int

    def __len__(self) -> int:
        return len(self.labels)

    def plain(self, chosen: Tensor) -> Tensor:
        """See :class:`rminas_sidecar.data.images.Images`: the centre of each."""
        return self._decode([partial(photo.centre, side=self.side)] * len(chosen), chosen)

    def augmented(self, chosen: Tensor, generator: torch.Generator) -> Tensor:
        """See :class:`rminas_sidecar.data.images.Images`: a random crop of each, mirrored and recoloured."""
        draws = torch.rand(len(chosen), photo.DRAWS, generator=generator, dtype=torch.float64)
        return self._decode([partial(photo.distort, side=self.side, draws=row) for row in draws.tolist()], chosen)

    def _decode(self, changes: list[Callable[[Image.Image], Image.Image]], chosen: Tensor) -> Tensor:
        pixels = torch.empty(len(chosen), 3, self.side, self.side, dtype=torch.uint8)

        def decode(row: int, index: int, change: Callable[[Image.Image], Image.Image]) -> None:
            pixels[row] = _read(self.paths[index], change)

        # Pillow releases the GIL while it decodes.
        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            deque(pool.map(decode, range(len(chosen)), chosen.tolist(), changes), maxlen=0)
        return pixels


def list_images(root: Path, classes: int, side: int, where: str) -> ImageFiles:
    """Lists the images of a folder with one folder a class, which have ImageNet's names (n01440764).

    The number of a class is the rank of its name, so all folders must exist; they may be empty.

    Args:
        classes: number of classes of the data set.
        side: height and width of the images, in pixels.
        where: how to get the data set.

    Raises:
        SidecarError: `missing-file` when the folder does not exist or has no image, `unsuitable-data` when it has
            another number of classes.
    """
    try:
        folders = sorted(path for path in root.iterdir() if _CLASS.fullmatch(path.name) and path.is_dir())
        names = [_names(folder) for folder in folders]
    except OSError as error:
        raise SidecarError("missing-file", f"{root} cannot be read: {error.strerror}.", [where]) from error
    if len(folders) != classes:
        raise SidecarError(
            "unsuitable-data",
            f"{root} has {len(folders)} folders of classes (n01440764 …), and the data set has {classes}.",
            [f"A class without images needs a folder too, because the rank of its name is its number. {where}"],
        )
    paths = tuple(f"{folder}/{name}" for folder, inside in zip(folders, names, strict=True) for name in inside)
    if not paths:
        raise SidecarError("missing-file", f"The folders of classes in {root} contain no image.", [where])
    counts = torch.tensor([len(inside) for inside in names])
    return ImageFiles(paths, torch.arange(classes).repeat_interleave(counts), side)


def _names(folder: Path) -> list[str]:
    # Names instead of paths, because there are more than a million.
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if entry.name.lower().endswith(_ENDINGS))


def _read(path: str, change: Callable[[Image.Image], Image.Image]) -> Tensor:
    """Decodes and changes one image: uint8, 3 × height × width."""
    try:
        with Image.open(path, formats=_FORMATS) as image:
            changed = change(image.convert("RGB"))
    except FileNotFoundError as error:
        raise SidecarError("missing-file", f"The image does not exist any more: {path}", ["Start again."]) from error
    # A damaged image may raise any exception, and a huge one raises Pillow's own.
    except Exception as error:
        raise SidecarError(
            "corrupt-file",
            f"{path} cannot be decoded: {str(error) or type(error).__name__}.",
            ["Copy or download it again, or remove it from its folder."],
        ) from error
    return torch.from_numpy(np.array(changed)).permute(2, 0, 1)
