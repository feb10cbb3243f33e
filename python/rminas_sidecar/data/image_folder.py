"""Photographs in one folder a class, which are decoded when they are used."""

import os
import re
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from rminas_sidecar.data import photo
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.files import open_file

_CLASS = re.compile(r"n\d+")
_ENDINGS = (".jpeg", ".jpg", ".png")
# Other decoders are never called, so they cannot be attacked. One of ImageNet's .JPEG files is a PNG.
_FORMATS = ("JPEG", "PNG")
_LARGEST = 1 << 27
"""Bytes of an image file; the largest one of ImageNet has 15 MB."""
_PIXELS = 16_000_000
_PIXELS_OF_BYTE = 100
"""An image may have so many pixels, or so many for each byte of its file: a photograph has fewer than 30 a byte."""
_GONE = ["Start again: the files have changed since they were listed."]


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
        return sorted(entry.name for entry in entries if _is_image(entry))


def _is_image(entry: "os.DirEntry[str]") -> bool:
    """Whether it is a file with an image's name. macOS leaves hidden files such as ._x.JPEG beside the images."""
    named = not entry.name.startswith(".") and entry.name.lower().endswith(_ENDINGS)
    return named and entry.is_file()


def _decode(file: BinaryIO, size: int, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    with Image.open(file, formats=_FORMATS) as image:
        if image.width * image.height > max(_PIXELS, _PIXELS_OF_BYTE * size):
            raise ValueError(f"{image.width} x {image.height} pixels are more than {size} bytes of a photograph have")
        return change(_to_rgb(image))


def _to_rgb(image: Image.Image) -> Image.Image:
    """An image in 8 bits a channel. Pillow would cut off 16-bit greys at 255, which makes most of them white."""
    if not image.mode.startswith("I"):
        return image.convert("RGB")
    greys = np.asarray(image).astype(np.uint32)
    return Image.fromarray(((np.minimum(greys, 65_535) * 255 + 32_767) // 65_535).astype(np.uint8)).convert("RGB")


def _read(path: str, change: Callable[[Image.Image], Image.Image]) -> Tensor:
    """Decodes and changes one image: uint8, 3 × height × width."""
    try:
        with open_file(Path(path), "The image", _GONE, _LARGEST) as (file, size):
            changed = _decode(file, size, change)
    except SidecarError:
        raise
    # A damaged image may raise any exception, and a huge one raises Pillow's own.
    except Exception as error:
        raise SidecarError(
            "corrupt-file",
            f"{path} cannot be decoded: {str(error) or type(error).__name__}.",
            ["Copy or download it again, or remove it from its folder."],
        ) from error
    return torch.from_numpy(np.array(changed)).permute(2, 0, 1)
