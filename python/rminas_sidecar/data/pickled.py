"""Reads small images that are published as pickles: CIFAR-10, CIFAR-100 and ImageNet16."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rminas_sidecar.data.array_pickle import unpickle
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


def parse(content: bytes, path: Path, format_: PickledFormat) -> tuple[np.ndarray, np.ndarray]:
    """Reads the images of one file.

    Args:
        content: the file's bytes.
        path: the file, for messages.

    Returns:
        Pixels, uint8, images × 3 × side × side, and the file's labels, int64.

    Raises:
        SidecarError: `corrupt-file` or `refused-file` for a file of another format.
    """
    entry = unpickle(content, path, format_.title)
    pixels, labels = _field(entry, "data"), _field(entry, format_.labels)
    values = 3 * format_.side**2
    if not (isinstance(pixels, np.ndarray) and pixels.dtype == np.uint8 and pixels.ndim == 2):
        raise _foreign(path, format_, f"'data' is not an array of rows of {values} bytes")
    if pixels.shape[1] != values:
        raise _foreign(path, format_, f"'data' has rows of {pixels.shape[1]} bytes instead of {values}")
    if not isinstance(labels, list) or len(labels) != len(pixels) or not pixels.size:
        raise _foreign(path, format_, f"'{format_.labels}' is not a list with a label for each of {len(pixels)} images")
    if not all(isinstance(label, int) and format_.lowest <= label <= format_.highest for label in labels):
        raise _foreign(path, format_, f"a label is not a number from {format_.lowest} to {format_.highest}")
    return pixels.reshape(-1, 3, format_.side, format_.side), np.array(labels, dtype=np.int64)


def _field(entry: object, name: str) -> object:
    """A field by name, which is bytes in the published files and text in files written by Python 3."""
    if not isinstance(entry, Mapping):
        return None
    return entry.get(name.encode(), entry.get(name))


def _foreign(path: Path, format_: PickledFormat, why: str) -> SidecarError:
    return SidecarError("corrupt-file", f"{path} is not a file of {format_.title}: {why}.", [format_.where])
