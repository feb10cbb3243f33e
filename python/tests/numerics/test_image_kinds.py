"""Images as people have them: formats of other programs and unpackers, hidden files, and other bit depths."""

import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from rminas_sidecar.data.cifar import CIFAR10, CIFAR100
from rminas_sidecar.data.imagenet import IMAGENET
from rminas_sidecar.data.imagenet16 import IMAGENET16_120
from rminas_sidecar.errors import SidecarError
from support.tiny_data import write_dataset

CASES = Path(__file__).parents[1] / "fixtures" / "cases"


def _rows(count: int, values: int = 3072) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, values), dtype=np.uint8)


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize("kind", ["u1", "<i8", ">i4", "<u2"])
@pytest.mark.parametrize("shape", [(-1,), (-1, 1), (1, -1)])
def test_labels_of_numpy(tmp_path: Path, protocol: int, kind: str, shape: tuple[int, ...]) -> None:
    entry = {"data": _rows(4), "labels": np.array([3, 0, 9, 1], dtype=kind).reshape(shape)}
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(entry, protocol))
    images = CIFAR10.read_training(tmp_path)
    assert images.labels.tolist() == [3, 0, 9, 1]
    assert torch.equal(images.plain(torch.arange(4)), torch.from_numpy(_rows(4)).view(-1, 3, 32, 32))


def test_labels_that_are_numbers_of_numpy(tmp_path: Path) -> None:
    entry = {"data": _rows(3), "labels": [np.int64(3), np.uint8(0), np.int32(9)]}
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(entry))
    assert CIFAR10.read_training(tmp_path).labels.tolist() == [3, 0, 9]


def test_labels_of_imagenet16(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its checksum is not the published one, since another program has written it.
    monkeypatch.setattr("rminas_sidecar.data.imagenet16._PUBLISHED_COUNTS", (3,))
    entry = {"data": _rows(3, 768), "labels": np.array([1, 120, 500]), "mean": np.zeros(768)}
    (tmp_path / "train_data_batch_1").write_bytes(pickle.dumps(entry))
    assert IMAGENET16_120.read_training(tmp_path).labels.tolist() == [0, 119]


@pytest.mark.parametrize("labels", [np.array([[0, 1], [2, 3]]), np.array([0.5, 1, 2, 3]), np.array([0, 1, 2])])
def test_labels_of_a_wrong_shape_or_type(tmp_path: Path, labels: np.ndarray) -> None:
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps({"data": _rows(4), "labels": labels}))
    with pytest.raises(SidecarError, match="label") as caught:
        CIFAR10.read_training(tmp_path)
    assert caught.value.code == "corrupt-file"


def test_an_array_that_is_named_twice(tmp_path: Path) -> None:
    rows = _rows(2)
    entry = {"again": rows, "data": rows, "labels": [0, 1]}
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(entry, 2))
    assert torch.equal(CIFAR10.read_training(tmp_path).plain(torch.arange(2)).flatten(1), torch.from_numpy(rows))


@pytest.mark.parametrize(
    "state",
    [
        # State of a type, which numpy would take for its fields, metadata or alignment.
        (3, "|", None, ("f",), {"f": None}, -1, -1, 0),
        (1, (1 << 50,), None, False, b""),
        7,
    ],
)
def test_only_arrays_and_byte_orders_are_built(tmp_path: Path, state: Any) -> None:
    class Crafted:
        def __reduce__(self) -> Any:
            return np.dtype, ("u1",), state

    (tmp_path / "data_batch_1").write_bytes(pickle.dumps({"data": Crafted(), "labels": [0]}, 2))
    with pytest.raises(SidecarError) as caught:
        CIFAR10.read_training(tmp_path)
    assert caught.value.code == "corrupt-file"


def test_no_function_comes_out_of_a_file(tmp_path: Path) -> None:
    """The label is what the file names; a reader that hands out functions would compare it with numbers."""
    (tmp_path / "data_batch_1").write_bytes(b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n.")
    with pytest.raises(SidecarError, match="does not contain a dictionary"):
        CIFAR10.read_training(tmp_path)


@pytest.mark.parametrize(("dataset", "label_bytes", "name"), [(CIFAR10, 1, "data_batch_1"), (CIFAR100, 2, "train")])
def test_the_binary_version(tmp_path: Path, dataset: Any, label_bytes: int, name: str) -> None:
    labels = np.array([[7] * (label_bytes - 1) + [label] for label in (3, 9)], dtype=np.uint8)
    content = np.concatenate([labels, _rows(2)], 1).tobytes()
    (tmp_path / f"{name}.bin").write_bytes(content)
    images = dataset.read_training(tmp_path)
    assert images.labels.tolist() == [3, 9]
    assert torch.equal(images.plain(torch.arange(2)).flatten(1), torch.from_numpy(_rows(2)))
    for broken in (b"", content[:-1], b"\xff" * len(content)):
        (tmp_path / f"{name}.bin").write_bytes(broken)
        with pytest.raises(SidecarError) as caught:
            dataset.read_training(tmp_path)
        assert caught.value.code == "corrupt-file"


@pytest.mark.parametrize(("name", "dataset"), [("cifar10", CIFAR10), ("cifar100", CIFAR100)])
def test_a_doubled_folder(tmp_path: Path, name: str, dataset: Any) -> None:
    folder = write_dataset(name, tmp_path)
    (tmp_path / "outer").mkdir()
    shutil.move(folder, tmp_path / "outer" / folder.name)
    assert len(dataset.read_training(tmp_path / "outer")) == 128
    assert len(dataset.read_held_out(tmp_path / "outer")) == 32


def test_an_archive_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data_batch_1").write_bytes(b"\x1f\x8b")
    with pytest.raises(SidecarError, match="gzip") as caught:
        CIFAR10.read_training(tmp_path)
    assert caught.value.code == "corrupt-file"


@pytest.fixture
def photographs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder like ImageNet's with one class."""
    monkeypatch.setattr("rminas_sidecar.data.imagenet._CLASSES", 1)
    (tmp_path / "train" / "n1").mkdir(parents=True)
    return tmp_path


def test_sixteen_bits_become_eight(photographs: Path) -> None:
    path = CASES / "grey16.png"
    shutil.copy(path, photographs / "train" / "n1" / "a.png")
    pixels = IMAGENET.at(28).read_training(photographs).plain(torch.tensor([0]))
    scaled = Image.fromarray((np.asarray(Image.open(path)) / 257).round().astype(np.uint8))
    scaled.save(photographs / "train" / "n1" / "b.png")
    expected = IMAGENET.at(28).read_training(photographs).plain(torch.tensor([1]))
    assert torch.equal(pixels, expected)
    # Cut off at 255, nearly all of it is white.
    assert (pixels.min(), pixels.max()) != (255, 255)
    assert 60 < pixels.float().mean() < 200


def test_hidden_files_and_folders_are_not_images(photographs: Path) -> None:
    folder = photographs / "train" / "n1"
    Image.new("RGB", (30, 30)).save(folder / "x.JPEG")
    (folder / "._x.JPEG").write_bytes(b"\0\x05\x16\x07")
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "y.JPEG").mkdir()
    os.mkfifo(folder / "z.png")
    images = IMAGENET.at(8).read_training(photographs)
    assert [Path(path).name for path in images.paths] == ["x.JPEG"]
    assert images.plain(torch.tensor([0])).shape == (1, 3, 8, 8)
