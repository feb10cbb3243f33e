"""CIFAR-10 and CIFAR-100: their files, good and bad."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rminas_sidecar.data.cifar import CIFAR10, CIFAR100
from rminas_sidecar.data.images import Dataset
from rminas_sidecar.errors import SidecarError
from support.tiny_data import write_dataset


def _entry(count: int = 4, seed: int = 0) -> dict[Any, Any]:
    pixels = np.random.default_rng(seed).integers(0, 256, (count, 3072), dtype=np.uint8)
    return {b"data": pixels, b"labels": [index % 10 for index in range(count)], b"filenames": [b"a.png"] * count}


def _refusal(path: Path, dataset: Dataset = CIFAR10) -> SidecarError:
    with pytest.raises(SidecarError) as caught:
        dataset.read_training(path)
    return caught.value


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("module", [b"numpy._core", b"numpy.core"])
def test_cifar_files_of_every_protocol_and_numpy(tmp_path: Path, protocol: int, module: bytes) -> None:
    content = pickle.dumps(_entry(), protocol)
    if protocol < 4:
        content = content.replace(b"numpy._core", module).replace(b"numpy.core", module)
    (tmp_path / "data_batch_1").write_bytes(content)
    images = CIFAR10.read_training(tmp_path)
    assert torch.equal(images.pixels, torch.from_numpy(_entry()[b"data"]).view(4, 3, 32, 32))
    assert images.labels.tolist() == [0, 1, 2, 3]


def test_all_training_files_that_are_there_are_read(tmp_path: Path) -> None:
    for number, count in ((1, 3), (2, 5), (5, 2)):
        (tmp_path / f"data_batch_{number}").write_bytes(pickle.dumps(_entry(count, number), 2))
    images = CIFAR10.read_training(tmp_path)
    assert len(images) == 10
    assert torch.equal(images.pixels[3:8].flatten(1), torch.from_numpy(_entry(5, 2)[b"data"]))


def test_names_may_be_text(tmp_path: Path) -> None:
    entry = {key.decode(): value for key, value in _entry().items()}
    (tmp_path / "test_batch").write_bytes(pickle.dumps(entry))
    assert len(CIFAR10.read_held_out(tmp_path)) == 4


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    error = _refusal(tmp_path / "nowhere")
    assert error.code == "missing-file"
    assert str(tmp_path / "nowhere" / "data_batch_1") in error.message
    assert "https://" in error.next_steps[0]
    with pytest.raises(SidecarError) as caught:
        CIFAR10.read_held_out(tmp_path)
    assert str(tmp_path / "test_batch") in caught.value.message


def test_no_folder_and_an_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(SidecarError) as caught:
        CIFAR10.read_training(None)
    assert caught.value.code == "missing-file"
    (tmp_path / "data_batch_1").mkdir()
    error = _refusal(tmp_path)
    assert error.code == "missing-file"
    assert "directory" in error.message


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_a_truncated_file_is_corrupt(tmp_path: Path, protocol: int) -> None:
    content = pickle.dumps(_entry(), protocol)
    for length in [*range(0, 60), *range(60, len(content), 997), len(content) - 1]:
        (tmp_path / "data_batch_1").write_bytes(content[:length])
        error = _refusal(tmp_path)
        assert error.code == "corrupt-file", length
        assert "data_batch_1" in error.message


class _Calls:
    """Pickles as a call of a function."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._call


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_malicious_file_is_refused_and_not_run(tmp_path: Path, protocol: int) -> None:
    trace = tmp_path / "trace"
    content = pickle.dumps({**_entry(), b"batch_label": _Calls(os.system, f"touch {trace}")}, protocol)
    (tmp_path / "data_batch_1").write_bytes(content)
    error = _refusal(tmp_path)
    assert error.code == "refused-file"
    assert f"{os.system.__module__}.system" in error.message
    assert not trace.exists()


def test_a_foreign_pickle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(Path("x")))
    assert _refusal(tmp_path).code == "refused-file"


@pytest.mark.parametrize(
    "crafted",
    [
        _Calls(np.ndarray, (1 << 50,)),
        _Calls(np.dtype, "O"),
        _Calls(np.zeros(0).__reduce__()[0], np.ndarray, (1 << 50,), b"b"),
        np.zeros((4, 3072), dtype=np.float32),
        np.array([None], dtype=object),
    ],
)
def test_allowed_functions_do_only_what_they_are_for(tmp_path: Path, crafted: Any) -> None:
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps({**_entry(), b"data": crafted}, 2))
    assert _refusal(tmp_path).code == "corrupt-file"


@pytest.mark.parametrize(
    "change",
    [
        {b"data": np.zeros((4, 3071), dtype=np.uint8)},
        {b"data": np.zeros(3072, dtype=np.uint8)},
        {b"data": b"text"},
        {b"labels": [0, 1, 2]},
        {b"labels": [0, 1, 2, 10]},
        {b"labels": [0, 1, 2, "3"]},
        {b"data": np.zeros((0, 3072), dtype=np.uint8), b"labels": []},
    ],
)
def test_a_file_of_the_wrong_shape_is_no_cifar(tmp_path: Path, change: dict[bytes, Any]) -> None:
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps({**_entry(), **change}, 4))
    assert _refusal(tmp_path).code == "corrupt-file"
    (tmp_path / "data_batch_1").write_bytes(pickle.dumps(["no mapping"], 2))
    assert _refusal(tmp_path).code == "corrupt-file"


def test_real_cifar(real_data: Path) -> None:
    folder = real_data / "cifar-10-batches-py"
    training, held_out = CIFAR10.read_training(folder), CIFAR10.read_held_out(folder)
    assert len(training) >= 2000
    assert len(held_out) >= 1000
    # The first training image of CIFAR-10 is a frog, the first test image a cat.
    assert (training.labels[0], held_out.labels[0]) == (6, 3)
    channels = training.pixels.float().mean((0, 2, 3)) / 255
    torch.testing.assert_close(channels, torch.tensor([0.4914, 0.4822, 0.4465]), rtol=0, atol=0.01)


def test_cifar100_has_fine_labels(tmp_path: Path) -> None:
    folder = write_dataset("cifar100", tmp_path, images=240, seed=3)
    images, held_out = CIFAR100.read_training(folder), CIFAR100.read_held_out(folder)
    entry = pickle.loads((folder / "train").read_bytes(), encoding="bytes")
    assert images.labels.tolist() == entry[b"fine_labels"]
    assert torch.equal(images.plain(torch.arange(240)), torch.from_numpy(entry[b"data"]).view(-1, 3, 32, 32))
    assert (len(held_out), CIFAR100.expected, CIFAR100.classes) == (60, 50_000, 100)
    assert images.labels.max() == 99


def test_tiny_cifar10_is_in_five_files(tmp_path: Path) -> None:
    folder = write_dataset("cifar10", tmp_path, images=52)
    assert sorted(CIFAR10.read_training(folder).labels.tolist()) == sorted(number % 10 for number in range(52))
    assert len(CIFAR10.read_held_out(folder)) == 13


def test_cifar10_is_not_cifar100(tmp_path: Path) -> None:
    """Both ways round: wrong numbers of classes are found before anything is trained on them."""
    (tmp_path / "train").write_bytes(pickle.dumps(_entry(), 2))
    error = _refusal(tmp_path, CIFAR100)
    assert error.code == "corrupt-file"
    assert "CIFAR-100" in error.message
    assert "fine_labels" in error.message
    assert "cifar-100-python.tar.gz" in error.next_steps[0]
    entry = {**_entry(), b"fine_labels": [0, 1, 2, 100]}
    (tmp_path / "train").write_bytes(pickle.dumps(entry, 2))
    assert "0 to 99" in _refusal(tmp_path, CIFAR100).message
    folder = write_dataset("cifar100", tmp_path)
    (folder / "train").rename(folder / "data_batch_1")
    assert "'labels'" in _refusal(folder).message


def test_cifar100_in_pieces(tmp_path: Path) -> None:
    error = _refusal(tmp_path / "nowhere", CIFAR100)
    assert error.code == "missing-file"
    assert str(tmp_path / "nowhere" / "train") in error.message
    content = (write_dataset("cifar100", tmp_path) / "train").read_bytes()
    for length in (0, 1, 100, len(content) // 2, len(content) - 1):
        (tmp_path / "train").write_bytes(content[:length])
        assert _refusal(tmp_path, CIFAR100).code == "corrupt-file", length
    trace = tmp_path / "trace"
    (tmp_path / "train").write_bytes(pickle.dumps({b"data": _Calls(os.system, f"touch {trace}")}, 2))
    error = _refusal(tmp_path, CIFAR100)
    assert error.code == "refused-file"
    assert "CIFAR-100" in error.message
    assert not trace.exists()
