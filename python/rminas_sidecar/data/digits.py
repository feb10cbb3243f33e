"""scikit-learn's digits: 1,797 real scans of handwritten digits, 8 × 8 pixels, installed with scikit-learn."""

from pathlib import Path

import numpy as np
import torch

from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.data.images import Dataset, Images, StoredImages

_HELD_OUT = 360
_TOTAL = 1797
_SPLIT_SEED = 0
# A mirrored digit is another sign.
_AUGMENTATION = Augmentation(flips=False, padding=1)


def _held_out_mask(labels: np.ndarray) -> np.ndarray:
    """Marks 360 images, stratified by class; `RandomState` draws the same in every version of NumPy."""
    random = np.random.RandomState(_SPLIT_SEED)
    members = [random.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    quotas = np.array([len(group) for group in members]) * _HELD_OUT / len(labels)
    counts = np.floor(quotas).astype(int)
    # The largest remainders get what rounding down left over.
    counts[np.argsort(counts - quotas, kind="stable")[: _HELD_OUT - counts.sum()]] += 1
    mask = np.zeros(len(labels), dtype=bool)
    for group, count in zip(members, counts, strict=True):
        mask[group[:count]] = True
    return mask


def _read(held_out: bool) -> Images:
    # Imported here, because it takes most of a second and CIFAR-10 does without.
    from sklearn.datasets import load_digits

    bunch = load_digits()
    labels = bunch.target.astype(np.int64)
    chosen = _held_out_mask(labels) == held_out
    gray = torch.from_numpy(bunch.images[chosen].astype(np.uint8))
    return StoredImages(gray[:, None].repeat(1, 3, 1, 1), torch.from_numpy(labels[chosen]), _AUGMENTATION)


def read_training(_folder: Path | None) -> Images:
    """The 1,437 training images: gray values 0 to 16, the same in three channels."""
    return _read(held_out=False)


def read_held_out(_folder: Path | None) -> Images:
    """The 360 images that no training sees."""
    return _read(held_out=True)


DIGITS = Dataset(
    name="digits",
    classes=10,
    resolution=8,
    expected=_TOTAL - _HELD_OUT,
    brightest=16.0,
    mean=(0.3053, 0.3053, 0.3053),
    deviation=(0.376, 0.376, 0.376),
    read_training=read_training,
    read_held_out=read_held_out,
)
