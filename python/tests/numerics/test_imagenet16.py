"""ImageNet16-120: its batches, the 120 classes, the checksums."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rminas_sidecar.data import imagenet16
from rminas_sidecar.data.imagenet16 import IMAGENET16_120
from rminas_sidecar.errors import SidecarError
from support.tiny_data import write_dataset


def _entry(labels: list[int], seed: int = 0) -> dict[str, Any]:
    data = np.random.default_rng(seed).integers(0, 256, (len(labels), 768), dtype=np.uint8)
    return {"data": data, "labels": labels, "mean": data.mean(0)}


def _write(folder: Path, entry: object, name: str = "train_data_batch_1", protocol: int = 3) -> None:
    (folder / name).write_bytes(pickle.dumps(entry, protocol))


def _refusal(folder: Path) -> SidecarError:
    with pytest.raises(SidecarError) as caught:
        IMAGENET16_120.read_training(folder)
    return caught.value


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_first_120_classes_are_kept_and_count_from_zero(tmp_path: Path, protocol: int, kind: type) -> None:
    entry = _entry([1, 1000, 120, 121, 7, 1])
    _write(tmp_path, {**entry, "mean": entry["mean"].astype(kind)}, protocol=protocol)
    images = IMAGENET16_120.read_training(tmp_path)
    assert images.labels.tolist() == [0, 119, 6, 0]
    expected = torch.from_numpy(entry["data"][[0, 2, 4, 5]]).view(-1, 3, 16, 16)
    assert torch.equal(images.plain(torch.arange(4)), expected)


def test_batches_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        _write(tmp_path, _entry([number] * number), f"train_data_batch_{number}")
    labels = IMAGENET16_120.read_training(tmp_path).labels.tolist()
    assert labels == [0] + [1] * 2 + [9] * 10


def test_tiny_imagenet16(tmp_path: Path) -> None:
    folder = write_dataset("imagenet16-120", tmp_path, images=240)
    images, held_out = IMAGENET16_120.read_training(folder), IMAGENET16_120.read_held_out(folder)
    assert len(images) == 240
    assert set(images.labels.tolist()) <= set(range(120))
    assert len(held_out) == 45
    assert (IMAGENET16_120.expected, IMAGENET16_120.classes, IMAGENET16_120.resolution) == (151_700, 120, 16)


def test_a_file_of_the_published_size_must_have_the_published_sum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imagenet16, "_PUBLISHED_COUNTS", (5,))
    _write(tmp_path, _entry([1] * 4))
    assert len(IMAGENET16_120.read_training(tmp_path)) == 4
    _write(tmp_path, _entry([1] * 5))
    error = _refusal(tmp_path)
    assert error.code == "corrupt-file"
    assert "train_data_batch_1" in error.message
    assert "27846dcaa50de8e21a7d1a35f30f0e91" in error.message
    _write(tmp_path, _entry([1] * 5), "val_data")
    with pytest.raises(SidecarError, match="3410e3017fdaefba8d5073aaa65e4bd6"):
        IMAGENET16_120.read_held_out(tmp_path)


def test_a_published_file_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands in for the genuine batch, of which no copy may be kept here: its sum is put in the table's place."""
    import hashlib

    _write(tmp_path, _entry([1] * 5))
    content = (tmp_path / "train_data_batch_1").read_bytes()
    monkeypatch.setattr(imagenet16, "_PUBLISHED_COUNTS", (5,))
    monkeypatch.setitem(imagenet16._TRAINING_SUMS, "train_data_batch_1", hashlib.md5(content).hexdigest())
    assert len(IMAGENET16_120.read_training(tmp_path)) == 5


def test_the_counts_are_those_of_imagenet() -> None:
    batch, last, held_out = imagenet16._PUBLISHED_COUNTS
    assert (9 * batch + last, held_out) == (1_281_167, 50_000)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"data": np.zeros((4, 3072), dtype=np.uint8)}, "3072 bytes instead of 768"),
        ({"data": np.zeros((4, 768), dtype=np.float32)}, "768 bytes"),
        ({"data": np.zeros((0, 768), dtype=np.uint8), "labels": []}, "0 images"),
        ({"labels": [1, 2, 3]}, "4 images"),
        ({"labels": [0, 1, 2, 3]}, "1 to 1000"),
        ({"labels": [1, 2, 3, 1001]}, "1 to 1000"),
        ({"labels": None}, "'labels'"),
    ],
)
def test_foreign_batches(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    _write(tmp_path, {**_entry([1, 2, 3, 4]), **change})
    error = _refusal(tmp_path)
    assert error.code == "corrupt-file"
    assert why in error.message
    assert "ImageNet16" in error.message


def test_none_of_the_classes(tmp_path: Path) -> None:
    _write(tmp_path, _entry([121, 1000]))
    error = _refusal(tmp_path)
    assert error.code == "unsuitable-data"
    assert "120 classes" in error.message


def test_absent_truncated_and_malicious_batches(tmp_path: Path) -> None:
    with pytest.raises(SidecarError) as caught:
        IMAGENET16_120.read_training(None)
    assert caught.value.code == "missing-file"
    error = _refusal(tmp_path)
    assert error.code == "missing-file"
    assert str(tmp_path / "train_data_batch_1") in error.message
    content = pickle.dumps(_entry([1, 2, 3, 4]), 3)
    for length in (0, 1, 50, len(content) // 2, len(content) - 1):
        (tmp_path / "train_data_batch_1").write_bytes(content[:length])
        assert _refusal(tmp_path).code == "corrupt-file", length
    trace = tmp_path / "trace"
    _write(tmp_path, {**_entry([1]), "mean": _Touch(trace)})
    error = _refusal(tmp_path)
    assert error.code == "refused-file"
    assert f"{os.system.__module__}.system" in error.message
    assert not trace.exists()


class _Touch:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.system, (f"touch {self._path}",)
