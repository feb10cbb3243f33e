"""Describes a data set of the user before a job is planned."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from rminas_sidecar.data.decoding import fit, in_parallel
from rminas_sidecar.data.own.part import Content, Part
from rminas_sidecar.data.own.reading import read_content
from rminas_sidecar.errors import SidecarError

_SAMPLE = 1024
"""Images that are decoded to measure mean and deviation, and to find broken ones."""
_GLANCE = 64
"""Images that are decoded to learn their sizes."""
_LARGEST_SIDE = 64
"""Pixels of a side that networks see, unless the user asks for more: a search is to take minutes."""
_MOST_NAMES = 10_000
_SHOWN = 5


def describe_dataset(question: Mapping[str, Any]) -> dict[str, Any]:
    """Answers the protocol's question about a data set.

    Raises:
        SidecarError: see :func:`read_content`; `corrupt-file` that names the images that cannot be decoded.
    """
    path = None if question["path"] is None else Path(question["path"])
    columns = question["imageColumn"], question["labelColumn"]
    content = read_content(question["form"], path, question["name"], columns, question["heldOutShare"])
    measured = question["mean"] is None or question["deviation"] is None
    sample = _sample(content, question["thorough"], _SAMPLE if measured else _GLANCE)
    side = question["resolution"] or _usual_side(content, sample)
    decoded = _decode(sample, side)
    return {
        "fingerprint": content.fingerprint(),
        "classes": len(content.classes),
        "classNames": [name[:1000] for name in content.classes[:_MOST_NAMES]],
        "trainImages": len(content.training),
        "heldOutImages": len(content.held_out),
        "split": content.split,
        "sides": {"least": decoded.sizes.min(0).tolist(), "most": decoded.sizes.max(0).tolist()},
        "resolution": side,
        "mean": question["mean"] or decoded.mean(),
        "deviation": question["deviation"] or decoded.deviation(),
        "measured": len(decoded.sums) if measured else 0,
        "imageColumn": content.image_column,
        "labelColumn": content.label_column,
        "notes": list(content.notes),
    }


@dataclass(frozen=True)
class _Decoded:
    """Measurements of decoded images.

    Args:
        sizes: int64, width and height of each.
        sums: float64, of each training image the means of its channels and of their squares, where white is 1.
    """

    sizes: npt.NDArray[np.int64]
    sums: npt.NDArray[np.float64]

    def mean(self) -> list[float]:
        """Of each channel, to four digits."""
        return [round(value, 4) for value in self.sums[:, 0].mean(0).tolist()]

    def deviation(self) -> list[float]:
        """Of each channel, to four digits; 1 for a channel that never varies."""
        mean, square = self.sums.mean(0)
        return [round(value, 4) or 1.0 for value in np.sqrt((square - mean**2).clip(min=0)).tolist()]


def _usual_side(content: Content, sample: list[tuple[Part, npt.NDArray[np.int64]]]) -> int:
    """The usual length of the shorter side, at most 64, as a multiple of 4: networks halve it twice.

    Raises:
        SidecarError: see :func:`_decode`, for the whole sample.
    """
    try:
        few = _decode([(content.training, _even(content.training, _GLANCE))], 1)
    except SidecarError:
        # The user wants to know all broken images at once.
        _decode(sample, _LARGEST_SIDE)
        raise
    usual = int(np.quantile(few.sizes.min(1), 0.5, method="lower"))
    return max(4, min(_LARGEST_SIDE, (usual + 2) // 4 * 4))


def _sample(content: Content, thorough: bool, most: int) -> list[tuple[Part, npt.NDArray[np.int64]]]:
    """The images of each part to decode: all of them, or an even sample. Small data sets are decoded entirely."""
    parts = [content.training, content.held_out]
    if thorough or sum(map(len, parts)) <= most:
        return [(part, np.arange(len(part))) for part in parts]
    return [(content.training, _even(content.training, most))]


def _even(part: Part, most: int) -> npt.NDArray[np.int64]:
    """Numbers of images at equal distances, so that all classes are among them."""
    places = np.linspace(0, len(part) - 1, min(most, len(part)))
    return np.round(places).astype(np.int64)


def _decode(chosen: list[tuple[Part, npt.NDArray[np.int64]]], side: int) -> _Decoded:
    """Decodes images in parallel; the first part are training images.

    Raises:
        SidecarError: `corrupt-file` that names the images that cannot be decoded, or `missing-file`.
    """
    images = [(part, index) for part, numbers in chosen for index in numbers.tolist()]
    sizes = np.zeros((len(images), 2), dtype=np.int64)
    sums = np.zeros((len(chosen[0][1]), 2, 3))
    failures: dict[int, SidecarError] = {}

    def measure(row: int, part: Part, index: int) -> None:
        def change(image: Image.Image) -> Image.Image:
            sizes[row] = image.size
            return fit(image, side)

        try:
            pixels = np.asarray(part.load(index, change), dtype=np.float64) / 255
        except SidecarError as error:
            failures[row] = error
            return
        if row < len(sums):
            sums[row] = pixels.mean((0, 1)), np.square(pixels).mean((0, 1))

    in_parallel(measure, range(len(images)), *zip(*images, strict=True))
    if failures:
        raise _failure([failures[row] for row in sorted(failures)])
    return _Decoded(sizes, sums)


def _failure(failures: list[SidecarError]) -> SidecarError:
    """One error for all images that cannot be decoded."""
    if len(failures) == 1:
        return failures[0]
    shown = [failure.message.rstrip(".") for failure in failures[:_SHOWN]]
    more = f"; and {len(failures) - _SHOWN} more" if len(failures) > _SHOWN else ""
    return SidecarError(
        failures[0].code, f"{len(failures)} images cannot be used: {'; '.join(shown)}{more}.", failures[0].next_steps
    )
