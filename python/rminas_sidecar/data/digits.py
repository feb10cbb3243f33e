"""scikit-learn's digits: 1,797 real scans of handwritten digits, 8 × 8 pixels, installed with scikit-learn."""

import importlib.util
from pathlib import Path

import numpy as np
import torch

from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.data.images import Images, StoredImages
from rminas_sidecar.data.registry import DATASETS, register_dataset

_HELD_OUT = 360
_TOTAL = 1797
_SPLIT_SEED = 0
# A mirrored digit is not a digit.
_AUGMENTATION = Augmentation(flips=False, padding=1)


def _held_out_mask(labels: np.ndarray) -> np.ndarray:
    """Marks 360 images, stratified by class; `RandomState` draws the same in every version of NumPy."""
    random = np.random.RandomState(_SPLIT_SEED)
    members = [random.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    quotas = np.array([len(group) for group in members]) * _HELD_OUT / len(labels)
    counts = np.floor(quotas).astype(int)
    # The images that rounding down left over go to the largest remainders.
    counts[np.argsort(counts - quotas, kind="stable")[: _HELD_OUT - counts.sum()]] += 1
    mask = np.zeros(len(labels), dtype=bool)
    for group, count in zip(members, counts, strict=True):
        mask[group[:count]] = True
    return mask


def _read_table() -> np.ndarray:
    """1,797 × 65: each row has 64 pixels and the label."""
    package = importlib.util.find_spec("sklearn")
    origin = None if package is None else package.origin
    file = Path(origin or "").parent / "datasets" / "data" / "digits.csv.gz"
    if file.exists():
        # Scikit-learn reads the same file, but its import takes most of a second.
        return np.loadtxt(file, delimiter=",", dtype=np.int64)
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return np.column_stack([bunch.data, bunch.target]).astype(np.int64)


@register_dataset(
    "digits",
    classes=10,
    resolution=8,
    expected=_TOTAL - _HELD_OUT,
    brightest=16.0,
    mean=(0.3053, 0.3053, 0.3053),
    deviation=(0.376, 0.376, 0.376),
)
def read_digits(_folder: Path | None, held_out: bool) -> Images:
    """1,437 training images or 360 held-out ones: gray values 0 to 16, the same in three channels."""
    table = _read_table()
    labels = table[:, -1].astype(np.int64)
    chosen = _held_out_mask(labels) == held_out
    gray = torch.from_numpy(table[chosen, :-1].astype(np.uint8).reshape(-1, 8, 8))
    return StoredImages(gray[:, None].repeat(1, 3, 1, 1), torch.from_numpy(labels[chosen]), _AUGMENTATION)


DIGITS = DATASETS["digits"]
