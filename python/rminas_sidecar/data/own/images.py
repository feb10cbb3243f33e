"""The images of one part, decoded in parallel when they are used, and kept in memory where they are small."""

from functools import partial

import torch
from torch import Tensor

from rminas_sidecar.data import photo
from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.data.decoding import Change, fit, in_parallel
from rminas_sidecar.data.images import to_tensor
from rminas_sidecar.data.own.part import Part

_KEPT_BYTES = 256 << 20
"""Decoded images of one part are kept in memory up to this size."""


class OwnImages:
    """See :class:`rminas_sidecar.data.images.Images`.

    Args:
        part: the images.
        side: height and width of the decoded images, in pixels.
        augmentation: a name of the protocol.
    """

    def __init__(self, part: Part, side: int, augmentation: str) -> None:
        self._part = part
        self._labels = torch.from_numpy(part.labels)
        self._side = side
        self._is_photo = augmentation == "photo"
        self._augment = _augmentation(augmentation, side)
        kept = 3 * side**2 * len(part) <= _KEPT_BYTES
        self._kept = torch.empty(len(part), 3, side, side, dtype=torch.uint8) if kept else None
        self._known = torch.zeros(len(part), dtype=torch.bool)

    @property
    def labels(self) -> Tensor:
        """The class of each image, int64."""
        return self._labels

    def __len__(self) -> int:
        return len(self._part)

    def plain(self, chosen: Tensor) -> Tensor:
        """The images scaled to the side, and cut to a square around their centre."""
        change = partial(photo.centre if self._is_photo else fit, side=self._side)
        if self._kept is None:
            return self._decode(chosen, [change] * len(chosen))
        missing: Tensor = torch.unique(chosen[~self._known[chosen]])
        if len(missing):
            self._kept[missing] = self._decode(missing, [change] * len(missing))
            self._known[missing] = True
        return self._kept[chosen]

    def augmented(self, chosen: Tensor, generator: torch.Generator) -> Tensor:
        """The images with the random changes of the augmentation."""
        if not self._is_photo:
            return self._augment(self.plain(chosen), generator)
        draws = torch.rand(len(chosen), photo.DRAWS, generator=generator, dtype=torch.float64)
        return self._decode(chosen, [partial(photo.distort, side=self._side, draws=row) for row in draws.tolist()])

    def _decode(self, chosen: Tensor, changes: list[Change]) -> Tensor:
        pixels = torch.empty(len(chosen), 3, self._side, self._side, dtype=torch.uint8)

        def decode(row: int, index: int, change: Change) -> None:
            pixels[row] = to_tensor(self._part.load(index, change))

        in_parallel(decode, range(len(chosen)), chosen.tolist(), changes)
        return pixels


def _augmentation(name: str, side: int) -> Augmentation:
    """The random changes of a name. CIFAR's images of 32 pixels are moved by up to 4, so others by an eighth too."""
    padding = max(1, side // 8) if name in ("crop-and-flip", "crop") else 0
    return Augmentation(flips=name in ("crop-and-flip", "flip"), padding=padding)
