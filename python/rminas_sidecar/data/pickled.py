"""Reads small images that are published as pickles: CIFAR-10, CIFAR-100 and ImageNet16."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rminas_sidecar.data.array_pickle import parse_pickle, read_pickle
from rminas_sidecar.errors import SidecarError


@dataclass(frozen=True)
class PickledFormat:
    """The format of a data set's files.

    Args:
        title: the data set's name, for messages.
        side: height and width of an image, in pixels.
        labels: name of the list of labels.
        lowest: label of the first class.
        highest: label of the last class.
        where: how to get the files.
    """

    title: str
    side: int
    labels: str
    lowest: int
    highest: int
    where: str


class Batch(NamedTuple):
    """The images of one file.

    Args:
        pixels: uint8, images × 3 × side × side.
        labels: int64, as the file has them.
        rewritten: another program than the publisher's has written the file, so its checksum is not known.
    """

    pixels: np.ndarray
    labels: np.ndarray
    rewritten: bool


def read_images(path: Path, format_: PickledFormat) -> Batch:
    """Reads the images of one file.

    Args:
        path: the file.
        format_: of the data set.

    Raises:
        SidecarError: `missing-file`; `corrupt-file` or `refused-file` for a file of another format.
    """
    return _images(read_pickle(path, format_.title, format_.where), path, format_)


def parse_images(content: bytes, path: Path, format_: PickledFormat) -> Batch:
    """Reads the images of one file whose content is in memory.

    Args:
        content: of the file.
        path: names the file in messages.
        format_: of the data set.

    Raises:
        SidecarError: `corrupt-file` or `refused-file` for a file of another format.
    """
    file = BytesIO(content)
    entry = parse_pickle(file, len(content), path=path, title=format_.title, where=format_.where)
    return _images(entry, path, format_)


def _images(entry: dict[str, object], path: Path, format_: PickledFormat) -> Batch:
    pixels, stored = entry.get("data"), entry.get(format_.labels)
    values = 3 * format_.side**2
    if not (isinstance(pixels, np.ndarray) and pixels.dtype == np.uint8 and pixels.ndim == 2):
        raise _foreign(path, format_, f"'data' is not an array of rows of {values} bytes")
    if pixels.shape[1] != values:
        raise _foreign(path, format_, f"'data' has rows of {pixels.shape[1]} bytes instead of {values}")
    labels = _as_list(stored)
    if labels is None or len(labels) != len(pixels) or not pixels.size:
        raise _foreign(path, format_, f"'{format_.labels}' is not a list with a label for each of {len(pixels)} images")
    if not all(isinstance(label, int) and format_.lowest <= label <= format_.highest for label in labels):
        raise _foreign(path, format_, f"a label is not a number from {format_.lowest} to {format_.highest}")
    shaped = pixels.reshape(-1, 3, format_.side, format_.side)
    return Batch(shaped, np.array(labels, dtype=np.int64), rewritten=isinstance(stored, np.ndarray))


def _as_list(labels: object) -> list[object] | None:
    """Labels as a list; some programs store them as a column or row of numbers of NumPy."""
    if isinstance(labels, np.ndarray):
        return labels.ravel().tolist() if max(labels.shape, default=0) == labels.size else None
    return labels if isinstance(labels, list) else None


def _foreign(path: Path, format_: PickledFormat, why: str) -> SidecarError:
    return SidecarError("corrupt-file", f"{path} is not a file of {format_.title}: {why}.", [format_.where])
