"""CIFAR-10 (Krizhevsky, 2009) in its published Python format: `data_batch_1` to `data_batch_5` and `test_batch`."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from rminas_sidecar.data.cifar_pickle import unpickle
from rminas_sidecar.data.images import Dataset, Images
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.files import read_bytes

_TRAINING_FILES = tuple(f"data_batch_{number}" for number in range(1, 6))
_HELD_OUT_FILE = "test_batch"
_CLASSES = 10
_PIXELS = 3 * 32 * 32
_WHERE = "Unpack https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz and name the folder that holds it with --data."


def read_training(folder: Path | None) -> Images:
    """Reads the training files that are there; a partial set is one.

    Raises:
        SidecarError: `missing-file` when there is none, `corrupt-file` or `refused-file` for one that is not CIFAR.
    """
    root = _require(folder)
    paths = [root / name for name in _TRAINING_FILES]
    parts = [_read(path) for path in [path for path in paths if path.exists()] or paths[:1]]
    return Images(torch.cat([part.pixels for part in parts]), torch.cat([part.labels for part in parts]))


def read_held_out(folder: Path | None) -> Images:
    """Reads the test images; raises as :func:`read_training` does."""
    return _read(_require(folder) / _HELD_OUT_FILE)


def _require(folder: Path | None) -> Path:
    if folder is None:
        raise SidecarError("missing-file", "CIFAR-10 does not ship with rminas, and no folder was named.", [_WHERE])
    return folder


def _read(path: Path) -> Images:
    entry = unpickle(read_bytes(path, "The CIFAR-10 file", [_WHERE]), path)
    pixels, labels = _fields(entry)
    if not (
        isinstance(pixels, np.ndarray) and pixels.dtype == np.uint8 and pixels.ndim == 2 and pixels.shape[1] == _PIXELS
    ):
        raise _not_cifar(path, f"'data' is not an array of rows of {_PIXELS} bytes")
    if not isinstance(labels, list) or len(labels) != len(pixels) or not pixels.size:
        raise _not_cifar(path, f"'labels' is not a list with a label for each of {len(pixels)} images")
    if not all(isinstance(label, int) and 0 <= label < _CLASSES for label in labels):
        raise _not_cifar(path, f"a label is not a number from 0 to {_CLASSES - 1}")
    images = np.ascontiguousarray(pixels).reshape(-1, 3, 32, 32).copy()
    return Images(torch.from_numpy(images), torch.tensor(labels, dtype=torch.int64))


def _fields(entry: object) -> tuple[object, object]:
    """Data and labels, whose names are bytes in the published files and text in ones written by Python 3."""
    if not isinstance(entry, Mapping):
        return None, None
    return entry.get(b"data", entry.get("data")), entry.get(b"labels", entry.get("labels"))


def _not_cifar(path: Path, why: str) -> SidecarError:
    return SidecarError("corrupt-file", f"{path} is not a CIFAR-10 file: {why}.", [_WHERE])


CIFAR10 = Dataset(
    name="cifar10",
    classes=_CLASSES,
    resolution=32,
    expected=50_000,
    brightest=255.0,
    # ImageNet's statistics, as the archive's loader and the ResNet-20 teacher have them.
    mean=(0.485, 0.456, 0.406),
    deviation=(0.229, 0.224, 0.225),
    flips=True,
    padding=4,
    read_training=read_training,
    read_held_out=read_held_out,
)
