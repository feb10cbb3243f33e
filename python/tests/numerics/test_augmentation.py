"""The augmentation of small images, compared with Pillow and torchvision."""

import numpy as np
import pytest
import torch
from PIL import Image

from rminas_sidecar.data.augmentation import Augmentation, rotate
from rminas_sidecar.data.cifar import CIFAR10, CIFAR100
from rminas_sidecar.data.digits import DIGITS
from rminas_sidecar.data.imagenet16 import IMAGENET16_120
from rminas_sidecar.data.images import StoredImages, make_generator
from support.tiny_data import write_dataset


def _random_pixels(count: int, side: int) -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randint(1, 256, (count, 3, side, side), dtype=torch.uint8)


@pytest.mark.parametrize(
    ("side", "augmentation"),
    [(8, Augmentation(flips=False, padding=1)), (32, Augmentation(True, 4)), (16, Augmentation(True, 2))],
)
def test_augmentation_is_a_window_of_the_padded_image(side: int, augmentation: Augmentation) -> None:
    padding = augmentation.padding
    pixels = _random_pixels(400, side)
    crops = augmentation(pixels, make_generator(0, "test"))
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
    assert {mirrored for mirrored, _, _ in found} == ({True, False} if augmentation.flips else {False})
    # 400 draws of 162 places miss each with a chance of 8 %; of 50 or 9 places, hardly any.
    assert len(found) > (0.8 * 2 * offsets if augmentation.flips else offsets - 1)


@pytest.mark.parametrize("side", [8, 16, 31, 32])
def test_rotation_is_that_of_pillow(side: int) -> None:
    pixels = _random_pixels(300, side)
    degrees = torch.linspace(-15, 15, 300, dtype=torch.float64)
    degrees[:4] = torch.tensor([0, 90, -45, 15])
    for image, degree, turned in zip(pixels, degrees.tolist(), rotate(pixels, degrees), strict=True):
        expected = np.array(Image.fromarray(image.permute(1, 2, 0).numpy()).rotate(degree))
        assert np.array_equal(turned.permute(1, 2, 0).numpy(), expected), degree


def test_turns_go_both_ways_up_to_the_largest() -> None:
    """A bright dot far from the centre tells by where it lands how far its image was turned."""
    pixels = torch.zeros(500, 3, 129, 129, dtype=torch.uint8)
    pixels[:, :, 63:66, 119:122] = 255
    turned = Augmentation(flips=False, padding=0, rotation=15)(pixels, make_generator(0, "test"))
    rows = (turned[:, 0] == 255).nonzero()
    place = torch.stack([rows[rows[:, 0] == image, 1:].float().mean(0) for image in range(500)]) - 64
    degrees = torch.rad2deg(torch.atan2(-place[:, 0], place[:, 1]))
    assert degrees.abs().max() < 16
    assert degrees.min() < -14 and degrees.max() > 14
    assert degrees.mean().abs() < 1.5
    # Evenly over 30 degrees.
    assert degrees.std() == pytest.approx(30 / 12**0.5, abs=0.6)


def test_draws_do_not_depend_on_the_images() -> None:
    augmentation = Augmentation(flips=True, padding=4, rotation=15)
    first, second = make_generator(0, "test"), make_generator(0, "test")
    augmentation(_random_pixels(8, 32), first)
    augmentation(torch.zeros(8, 3, 32, 32, dtype=torch.uint8), second)
    assert torch.equal(torch.rand(4, generator=first), torch.rand(4, generator=second))


def test_data_sets_are_augmented_as_the_archive_does(tmp_path_factory: pytest.TempPathFactory) -> None:
    expected = {
        DIGITS: Augmentation(flips=False, padding=1),
        CIFAR10: Augmentation(flips=True, padding=4),
        CIFAR100: Augmentation(flips=True, padding=4, rotation=15),
        IMAGENET16_120: Augmentation(flips=True, padding=2),
    }
    for dataset, augmentation in expected.items():
        folder = None if dataset is DIGITS else write_dataset(dataset.name, tmp_path_factory.mktemp("data"))
        images = dataset.read_training(folder)
        assert isinstance(images, StoredImages)
        assert images.augmentation == augmentation
        chosen = torch.arange(5)
        distorted = images.augmented(chosen, make_generator(1, "test"))
        assert torch.equal(distorted, augmentation(images.pixels[:5], make_generator(1, "test")))
        assert torch.equal(images.plain(chosen), images.pixels[:5])
