"""The data sets: their files, good and bad, and how images are augmented and normalised."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from rminas_sidecar.data import DATASETS, batch
from rminas_sidecar.data.cifar10 import CIFAR10
from rminas_sidecar.data.digits import DIGITS
from rminas_sidecar.data.images import Images, make_generator
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.specification import BatchSpecification


def _entry(count: int = 4, seed: int = 0) -> dict[Any, Any]:
    pixels = np.random.default_rng(seed).integers(0, 256, (count, 3072), dtype=np.uint8)
    return {b"data": pixels, b"labels": [index % 10 for index in range(count)], b"filenames": [b"a.png"] * count}


def _refusal(path: Path) -> SidecarError:
    with pytest.raises(SidecarError) as caught:
        CIFAR10.read_training(path)
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


def test_the_digits_are_split_once_and_for_all() -> None:
    training, held_out = DIGITS.read_training(None), DIGITS.read_held_out(None)
    assert (len(training), len(held_out)) == (1437, 360)
    assert DIGITS.expected == 1437
    assert torch.bincount(held_out.labels).tolist() == [36, 37, 35, 37, 36, 36, 36, 36, 35, 36]
    # Fixed for ever: a checkpoint that ships was trained on the one part and measured on the other.
    assert batch.digest(held_out.pixels, held_out.labels)[:16] == "2f50b87984397051"
    known = {bytes(row) for row in training.pixels.flatten(1).numpy()}
    assert not any(bytes(row) in known for row in held_out.pixels.flatten(1).numpy())
    assert training.pixels.max() == 16
    assert torch.equal(training.pixels[:, 0], training.pixels[:, 2])


@pytest.mark.parametrize("name", ["digits", "cifar10"])
def test_augmentation_is_a_window_of_the_padded_image(name: str) -> None:
    dataset = DATASETS[name]
    side, padding = dataset.resolution, dataset.padding
    torch.manual_seed(0)
    pixels = torch.randint(1, 256, (400, 3, side, side), dtype=torch.uint8)
    crops = dataset.augment(pixels, make_generator(0, "test"))
    padded = torch.nn.functional.pad(pixels, (padding,) * 4)
    found = set()
    for image, crop, original in zip(padded, crops, pixels, strict=True):
        images = {False: image, True: torch.nn.functional.pad(original.flip(2), (padding,) * 4)}
        places = [
            (mirrored, top, left)
            for mirrored, whole in images.items()
            for top in range(2 * padding + 1)
            for left in range(2 * padding + 1)
            if torch.equal(whole[:, top : top + side, left : left + side], crop)
        ]
        assert len(places) == 1
        found.add(places[0])
    offsets = (2 * padding + 1) ** 2
    assert {mirrored for mirrored, _, _ in found} == ({True, False} if dataset.flips else {False})
    # 400 draws of 162 places miss each with a chance of 8 %; of 9 places, none.
    assert len(found) > (0.8 * 2 * offsets if dataset.flips else offsets - 1)


def test_normalisation() -> None:
    pixels = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, 3, 1, 1)
    black, white = CIFAR10.normalise(pixels).flatten(1)
    torch.testing.assert_close(black, torch.tensor([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]))
    torch.testing.assert_close(white, torch.tensor([0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225]))
    digits = DIGITS.normalise(DIGITS.read_training(None).pixels)
    assert digits.mean().item() == pytest.approx(0, abs=0.01)
    assert digits.std().item() == pytest.approx(1, abs=0.01)


def _numbered(count: int) -> Images:
    """Images that can be told apart by their brightness, which a crop of the inside keeps."""
    values = torch.arange(count, dtype=torch.uint8)
    return Images(values.view(-1, 1, 1, 1).expand(-1, 3, 8, 8).contiguous(), values.long() % 10)


def _drawn(images: Tensor) -> list[int]:
    brightness = (images[:, 0, 4, 4] * DIGITS.deviation[0] + DIGITS.mean[0]) * DIGITS.brightest
    return [round(value) for value in brightness.tolist()]


def test_the_pool_is_drawn_from_the_seed_without_repetition() -> None:
    training = _numbered(100)
    images, labels = batch.draw_pool(training, DIGITS, 60, seed=1)
    again, _ = batch.draw_pool(training, DIGITS, 60, seed=1)
    other, _ = batch.draw_pool(training, DIGITS, 60, seed=2)
    numbers = _drawn(images)
    assert len(set(numbers)) == 60
    assert labels.tolist() == [number % 10 for number in numbers]
    assert torch.equal(images, again)
    assert _drawn(other) != numbers


def test_uses_of_one_seed_do_not_disturb_each_other() -> None:
    draws = [torch.rand(4, generator=make_generator(seed, use)) for seed, use in ((1, "a"), (1, "b"), (11, ""))]
    assert len({tuple(draw.tolist()) for draw in draws}) == 3
    assert torch.equal(draws[0], torch.rand(4, generator=make_generator(1, "a")))


def test_a_pool_larger_than_the_data_is_refused() -> None:
    with pytest.raises(SidecarError) as caught:
        batch.draw_pool(_numbered(100), DIGITS, 512, seed=1)
    assert caught.value.code == "unsuitable-data"
    assert "512" in caught.value.message
    assert "100" in caught.value.message
    assert "LOADER.BATCH_SIZE to 6 " in caught.value.next_steps[0]


class _Suspicious(torch.nn.Module):
    """A teacher whose loss on an image is known: it grows with the image's first pixel."""

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        return [], torch.stack([-images[:, 0, 0, 0], torch.zeros(len(images))], 1)


def test_the_batch_is_what_the_teacher_knows_best() -> None:
    torch.manual_seed(0)
    images, labels = torch.randn(12, 3, 2, 2), torch.zeros(12, dtype=torch.int64)
    best = images[:, 0, 0, 0].argsort()[:5]
    chosen, _ = batch.select(images, labels, _Suspicious(), BatchSpecification(5, 12, "lowest-teacher-loss"))
    assert torch.equal(chosen, images[best])
    everything, _ = batch.select(images, labels, _Suspicious(), BatchSpecification(5, 12, "all"))
    assert torch.equal(everything, images)
