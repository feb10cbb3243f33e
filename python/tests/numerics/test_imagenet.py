"""ImageNet: folders of photographs, and their augmentation."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance

from rminas_sidecar.data import decoding, photo
from rminas_sidecar.data.imagenet import IMAGENET
from rminas_sidecar.data.images import make_generator
from rminas_sidecar.errors import SidecarError
from support.tiny_data import write_dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset("imagenet", tmp_path_factory.mktemp("imagenet"), images=60)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder like ImageNet's with three classes and an image in the last."""
    monkeypatch.setattr("rminas_sidecar.data.imagenet._CLASSES", 3)
    for name in ("n1", "n2", "n3"):
        (tmp_path / "train" / name).mkdir(parents=True)
    _photograph(30, 20).save(tmp_path / "train" / "n3" / "a.JPEG")
    yield tmp_path


def _photograph(width: int, height: int, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def _refusal(path: Path | None) -> SidecarError:
    with pytest.raises(SidecarError) as caught:
        images = IMAGENET.at(8).read_training(path)
        images.augmented(torch.arange(len(images)), make_generator(0, "test"))
    assert caught.value.next_steps
    return caught.value


def test_labels_are_ranks_of_the_folders(folder: Path) -> None:
    images = IMAGENET.read_training(folder)
    assert (len(images), IMAGENET.expected, IMAGENET.classes) == (60, 1_281_167, 1000)
    assert images.labels.tolist() == sorted(37 * number % 1000 for number in range(60))
    assert len(IMAGENET.read_held_out(folder)) == 15


def test_images_have_the_resolution_that_is_asked_for(folder: Path) -> None:
    images = IMAGENET.at(32).read_training(folder)
    chosen = torch.tensor([3, 50])
    assert images.plain(chosen).shape == (2, 3, 32, 32)
    assert images.plain(chosen).dtype == torch.uint8
    assert images.augmented(chosen, make_generator(0, "test")).shape == (2, 3, 32, 32)
    assert IMAGENET.read_training(folder).plain(chosen[:1]).shape == (1, 3, 224, 224)
    assert IMAGENET.at(32).at(224).resolution == 224


def test_only_the_chosen_images_are_decoded(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder / "train", copy / "train")
    images = IMAGENET.at(16).read_training(copy)
    first = images.plain(torch.tensor([5]))
    for index, path in enumerate(images.paths):
        if index != 5:
            Path(path).write_bytes(b"not decoded")
    assert torch.equal(images.plain(torch.tensor([5])), first)


def test_augmentation_is_drawn_from_the_generator(folder: Path) -> None:
    images = IMAGENET.at(16).read_training(folder)
    chosen = torch.arange(6)
    first = images.augmented(chosen, make_generator(1, "test"))
    assert torch.equal(images.augmented(chosen, make_generator(1, "test")), first)
    assert not torch.equal(images.augmented(chosen, make_generator(2, "test")), first)
    other, another = make_generator(0, "test"), make_generator(0, "test")
    images.augmented(chosen, other)
    images.augmented(chosen + 20, another)
    assert torch.equal(torch.rand(3, generator=other), torch.rand(3, generator=another))


def test_threads_do_not_change_the_images(folder: Path) -> None:
    images = IMAGENET.at(16).read_training(folder)
    alone = images.augmented(torch.arange(20), make_generator(1, "test"))
    torch.set_num_threads(3)
    assert torch.equal(images.augmented(torch.arange(20), make_generator(1, "test")), alone)


def test_the_distortion_is_pillows() -> None:
    photograph = _photograph(61, 43)
    # The first attempt is too wide, the second fits: 30 % of the area, square; then not mirrored; hue first.
    crop = [0.999, 0.999, 0.5, 0.5] + [(0.3 - 0.08) / 0.92, 0.5, 0.5, 0.25] + [0.5] * 32
    draws = [*crop, 0.7, 0.25, 0.75, 0.5, 0.9, 0.4, 0.3, 0.2, 0.1]
    side = round((61 * 43 * 0.3) ** 0.5)
    left, top = int((61 - side + 1) * 0.25), int((43 - side + 1) * 0.5)
    assert photo.random_box(photograph.size, crop) == (left, top, left + side, top + side)
    expected = photograph.crop((left, top, left + side, top + side)).resize((24, 24), Image.Resampling.BILINEAR)
    hue, saturation, value = (np.array(band) for band in expected.convert("HSV").split())
    # 0.2 of the circle times 0.8 of the way: 40.8 of 255, cut off.
    bands = [Image.fromarray((hue.astype(int) + 40).astype(np.uint8)), *map(Image.fromarray, (saturation, value))]
    expected = Image.merge("HSV", bands).convert("RGB")
    expected = ImageEnhance.Color(expected).enhance(1.0)
    expected = ImageEnhance.Contrast(expected).enhance(1.2)
    expected = ImageEnhance.Brightness(expected).enhance(0.8)
    found = photo.distort(photograph, 24, draws)
    assert np.array_equal(np.array(found), np.array(expected))
    mirrored = photo.distort(photograph, 24, [*crop, 0.2, *[0.5] * 8])
    plain = photo.distort(photograph, 24, [*crop, 0.7, *[0.5] * 8])
    assert np.array_equal(np.array(mirrored), np.array(plain)[:, ::-1])


@pytest.mark.parametrize("size", [(500, 375), (20, 20), (1, 1), (40, 600), (900, 50)])
def test_crops_lie_within_the_photograph(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    for draws in torch.rand(300, 40, dtype=torch.float64).tolist():
        left, top, right, bottom = photo.random_box(size, draws)
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
    # No attempt fits: the middle, in the shape that comes nearest.
    box = photo.random_box((900, 50), [0.999, 0.5, 0.0, 0.0] * 10)
    assert box == ((900 - 67) // 2, 0, (900 - 67) // 2 + 67, 50)


def test_areas_of_crops_are_spread_evenly() -> None:
    torch.manual_seed(0)
    boxes = [photo.random_box((400, 400), draws) for draws in torch.rand(3000, 40, dtype=torch.float64).tolist()]
    areas = np.array([(right - left) * (bottom - top) for left, top, right, bottom in boxes]) / 400**2
    assert areas.min() == pytest.approx(0.08, abs=0.01)
    # Large areas of a long shape do not fit, and the next attempt replaces them.
    assert 0.4 < areas.mean() < 0.54
    assert ((areas < 0.31).mean(), (areas < 0.2).mean()) == pytest.approx((0.29, 0.15), abs=0.05)


def test_measuring_takes_the_middle() -> None:
    photograph = _photograph(90, 64)
    expected = photograph.crop((17, 4, 17 + 56, 4 + 56))
    assert np.array_equal(np.array(photo.centre(photograph, 56)), np.array(expected))
    assert photo.centre(_photograph(50, 120), 28).size == (28, 28)


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_photographs_of_every_mode(small: Path, mode: str) -> None:
    _photograph(25, 30).convert(mode).save(small / "train" / "n1" / "b.JPEG")
    images = IMAGENET.at(8).read_training(small)
    assert images.labels.tolist() == [0, 2]
    assert images.plain(torch.tensor([0])).shape == (1, 3, 8, 8)


def test_a_png_under_a_name_of_jpeg(small: Path) -> None:
    _photograph(25, 30).save(small / "train" / "n1" / "b.JPEG", format="PNG")
    assert IMAGENET.at(8).read_training(small).plain(torch.arange(2)).shape == (2, 3, 8, 8)


def test_other_files_and_folders_are_ignored(small: Path) -> None:
    (small / "train" / "n1" / "notes.txt").write_text("x")
    (small / "train" / "others").mkdir()
    (small / "train" / "n4").write_text("a file")
    assert IMAGENET.read_training(small).labels.tolist() == [2]


def test_the_wrong_number_of_classes(small: Path) -> None:
    (small / "train" / "n4").mkdir()
    error = _refusal(small)
    assert error.code == "unsuitable-data"
    assert "4 folders of classes" in error.message
    assert "has 3" in error.message


def test_absent_folders(small: Path) -> None:
    assert _refusal(None).code == "missing-file"
    error = _refusal(small / "nowhere")
    assert error.code == "missing-file"
    assert str(small / "nowhere" / "train") in error.message
    (small / "train" / "n3" / "a.JPEG").unlink()
    error = _refusal(small)
    assert error.code == "missing-file"
    assert "no image" in error.message


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.95])
def test_a_truncated_image(small: Path, keep: float) -> None:
    path = small / "train" / "n3" / "a.JPEG"
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    error = _refusal(small)
    assert error.code == "corrupt-file"
    assert str(path) in error.message


def test_foreign_formats_and_bombs(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small / "train" / "n3" / "a.JPEG"
    _photograph(20, 20).save(path, format="GIF")
    assert _refusal(small).code == "corrupt-file"
    _photograph(40, 40).save(path, format="JPEG")
    monkeypatch.setattr(decoding.Image, "MAX_IMAGE_PIXELS", 100)
    error = _refusal(small)
    assert error.code == "corrupt-file"
    assert "pixels" in error.message


def test_an_image_that_vanishes(small: Path) -> None:
    images = IMAGENET.at(8).read_training(small)
    (small / "train" / "n3" / "a.JPEG").unlink()
    with pytest.raises(SidecarError) as caught:
        images.plain(torch.tensor([0]))
    assert caught.value.code == "missing-file"
