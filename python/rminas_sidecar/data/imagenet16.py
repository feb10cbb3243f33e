"""ImageNet at 16 × 16 pixels (Chrabaszcz et al., 2017): the published batches, with NAS-Bench-201's 120 classes."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from rminas_sidecar.data.array_pickle import LONGEST
from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.data.images import Images, StoredImages, require_folder
from rminas_sidecar.data.pickled import PickledFormat, read_images
from rminas_sidecar.data.registry import DATASETS, register_dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.files import open_file

_CLASSES = 120
_WHERE = (
    "Get the 16 x 16 batches (train_data_batch_1 to 10 and val_data) from https://image-net.org/download-images and "
    "name their folder with --data."
)
# Labels start at 1.
_FORMAT = PickledFormat("ImageNet16", 16, "labels", 1, 1000, _WHERE)
_AUGMENTATION = Augmentation(flips=True, padding=2)

# The MD5 sums that NAS-Bench-201's loader checks.
_TRAINING_SUMS = {
    "train_data_batch_1": "27846dcaa50de8e21a7d1a35f30f0e91",
    "train_data_batch_2": "c7254a054e0e795c69120a5727050e3f",
    "train_data_batch_3": "4333d3df2e5ffb114b05d2ffc19b1e87",
    "train_data_batch_4": "1620cdf193304f4a92677b695d70d10f",
    "train_data_batch_5": "348b3c2fdbb3940c4e9e834affd3b18d",
    "train_data_batch_6": "6e765307c242a1b3d7d5ef9139b48945",
    "train_data_batch_7": "564926d8cbf8fc4818ba23d2faac7564",
    "train_data_batch_8": "f4755871f718ccb653440b9dd0ebac66",
    "train_data_batch_9": "bb6dd660c38c58552125b1a92f86b5d4",
    "train_data_batch_10": "8f03f34ac4b42271a294f91bf480f29b",
}
_HELD_OUT_SUMS = {"val_data": "3410e3017fdaefba8d5073aaa65e4bd6"}
# Images in each published training batch but the last, in the last one, and in the validation set.
_PUBLISHED_COUNTS = (128_116, 128_123, 50_000)


def _read(paths: Sequence[Path], sums: Mapping[str, str]) -> Images:
    parts = [_read_batch(path, sums[path.name]) for path in paths]
    pixels, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    if not len(labels):
        raise SidecarError(
            "unsuitable-data", f"{paths[0].parent} has no image of ImageNet16's first {_CLASSES} classes.", [_WHERE]
        )
    return StoredImages(torch.from_numpy(pixels), torch.from_numpy(labels), _AUGMENTATION)


def _read_batch(path: Path, md5: str) -> tuple[np.ndarray, np.ndarray]:
    pixels, labels, rewritten = read_images(path, _FORMAT)
    # A batch of another size is a subset, whose sum is not known.
    if len(labels) in _PUBLISHED_COUNTS and not rewritten:
        _check_sum(path, md5)
    kept = labels <= _CLASSES
    return pixels[kept], labels[kept] - 1


def _check_sum(path: Path, md5: str) -> None:
    md5_sum = hashlib.md5(usedforsecurity=False)
    with open_file(path, "The ImageNet16 file", [_WHERE], LONGEST) as (file, _size):
        while part := file.read(1 << 20):
            md5_sum.update(part)
    found = md5_sum.hexdigest()
    if found != md5:
        raise SidecarError(
            "corrupt-file",
            f"{path} has the MD5 sum {found} instead of the published {md5}.",
            ["Copy or download it again."],
        )


@register_dataset(
    "imagenet16-120",
    classes=_CLASSES,
    resolution=16,
    expected=151_700,
    mean=(122.68 / 255, 116.66 / 255, 104.01 / 255),
    deviation=(63.22 / 255, 61.26 / 255, 65.09 / 255),
)
def read_imagenet16(folder: Path | None, held_out: bool) -> Images:
    """Reads the validation images, or the training batches that are there: a partial set is accepted.

    One batch is in memory at a time, and of its 1,000 classes the first 120 are kept.

    Raises:
        SidecarError: `missing-file` when there is none, `corrupt-file` or `refused-file` for one that is not
            ImageNet16, `unsuitable-data` when none of the 120 classes is in them.
    """
    root = require_folder(folder, _FORMAT.title, _WHERE)
    if held_out:
        return _read([root / "val_data"], _HELD_OUT_SUMS)
    paths = [root / name for name in _TRAINING_SUMS]
    return _read([path for path in paths if path.exists()] or paths[:1], _TRAINING_SUMS)


IMAGENET16_120 = DATASETS["imagenet16-120"]
