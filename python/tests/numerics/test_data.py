"""What all data sets have in common, the digits, and the batch that is drawn."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from rminas_sidecar.data import batch
from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.data.cifar import CIFAR10, CIFAR100
from rminas_sidecar.data.datasets import DATASETS, notes_on
from rminas_sidecar.data.digits import DIGITS
from rminas_sidecar.data.imagenet16 import IMAGENET16_120
from rminas_sidecar.data.images import Dataset, StoredImages, make_generator
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.specification import BatchSpecification


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


def test_normalisation() -> None:
    pixels = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, 3, 1, 1)
    black, white = CIFAR10.normalise(pixels).flatten(1)
    torch.testing.assert_close(black, torch.tensor([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]))
    torch.testing.assert_close(white, torch.tensor([0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225]))
    digits = DIGITS.normalise(DIGITS.read_training(None).pixels)
    assert digits.mean().item() == pytest.approx(0, abs=0.01)
    assert digits.std().item() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("dataset", "mean", "deviation"),
    [
        (CIFAR100, (129.3, 124.1, 112.4), (68.2, 65.4, 70.4)),
        (IMAGENET16_120, (122.68, 116.66, 104.01), (63.22, 61.26, 65.09)),
        (DATASETS["imagenet"], (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
    ],
)
def test_statistics_of_the_colours(dataset: Dataset, mean: tuple[float, ...], deviation: tuple[float, ...]) -> None:
    assert [255 * value for value in dataset.mean] == pytest.approx(mean, abs=0.05)
    assert [255 * value for value in dataset.deviation] == pytest.approx(deviation, abs=0.05)
    white = torch.full((1, 3, 2, 2), 255, dtype=torch.uint8)
    expected = (255 - torch.tensor(mean)) / torch.tensor(deviation)
    torch.testing.assert_close(dataset.normalise(white)[0, :, 0, 0], expected, rtol=2e-3, atol=0)


@pytest.mark.parametrize("name", list(DATASETS))
def test_a_data_set_at_its_own_resolution_is_itself(name: str) -> None:
    dataset = DATASETS[name]
    assert dataset.name == name
    assert dataset.at(dataset.resolution) is dataset


@pytest.mark.parametrize("name", ["digits", "cifar10", "cifar100", "imagenet16-120"])
def test_small_images_cannot_have_another_resolution(name: str) -> None:
    with pytest.raises(SidecarError) as caught:
        DATASETS[name].at(64)
    assert caught.value.code == "unsuitable-data"
    assert "64" in caught.value.message


def _numbered(count: int) -> StoredImages:
    """Images that can be told apart by their brightness, which a crop of the inside keeps."""
    values = torch.arange(count, dtype=torch.uint8)
    pixels = values.view(-1, 1, 1, 1).expand(-1, 3, 8, 8).contiguous()
    return StoredImages(pixels, values.long() % 10, Augmentation(flips=False, padding=1))


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


@pytest.mark.parametrize(("expected", "partial"), [(359, False), (360, False), (361, True), (None, False)])
def test_fewer_images_than_expected_are_a_part(expected: int | None, partial: bool) -> None:
    notes = notes_on(replace(DIGITS, expected=expected), DIGITS.read_held_out(None))
    assert notes == (["digits is partial: 360 of 361 training images were found."] if partial else [])
