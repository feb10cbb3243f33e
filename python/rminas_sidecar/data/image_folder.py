"""Photographs in one folder a class, which are decoded when they are used."""

import os
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from rminas_sidecar.data import photo
from rminas_sidecar.data.decoding import Change, decode_file, in_parallel
from rminas_sidecar.data.images import to_tensor
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

    def _decode(self, changes: list[Change], chosen: Tensor) -> Tensor:
        pixels = torch.empty(len(chosen), 3, self.side, self.side, dtype=torch.uint8)

        def decode(row: int, index: int, change: Change) -> None:
            pixels[row] = to_tensor(decode_file(self.paths[index], _FORMATS, change))

        in_parallel(decode, range(len(chosen)), chosen.tolist(), changes, threads=torch.get_num_threads())
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
