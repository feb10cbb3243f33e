"""NumPy archives of images of the user: the arrays that are read, and those that are refused."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from support.own_data import COLOURS, arrays, described, failure, opened, question, write_folder


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x,
        lambda x: np.asfortranarray(x),
        lambda x: np.moveaxis(x, 3, 1),
        lambda x: x.astype(np.float32),
        lambda x: (x / 255).astype(np.float64),
        lambda x: x.astype(np.int64),
        lambda x: x.astype(np.uint16) * 257,
        lambda x: np.concatenate([x, x[..., :1]], 3),
    ],
)
def test_arrays_of_every_usual_kind_have_the_same_pixels(tmp_path: Path, change: Any) -> None:
    pixels, labels = arrays()
    file = tmp_path / "images.npz"
    np.savez(file, x=change(pixels), y=labels[:, None], classes=list(COLOURS))
    asked = question("npz", file)
    answer = described("npz", file)
    assert (answer["classNames"], answer["trainImages"], answer["heldOutImages"]) == (list(COLOURS), 12, 3)
    images = opened(asked).read_training(file)
    colours = torch.tensor(list(COLOURS.values()))
    assert torch.equal(images.plain(torch.arange(12))[:, :, 5, 5].long(), colours[images.labels])


def test_an_archive_may_have_a_held_out_part_and_grey_images(tmp_path: Path) -> None:
    file = tmp_path / "grey.npz"
    labels = np.array([0, 1, 0, 1])
    np.savez_compressed(file, x=np.full((4, 6, 6), 9, np.uint8), y=labels, x_val=np.ones((2, 6, 6)), y_val=[1, 0])
    answer = described("npz", file)
    assert (answer["split"], answer["heldOutImages"], answer["resolution"]) == (False, 2, 8)
    assert opened(question("npz", file), side=6).read_held_out(file).plain(torch.tensor([0])).unique().tolist() == [255]
    changed = tmp_path / "changed.npz"
    np.savez(changed, x=np.full((4, 6, 6), 8, np.uint8), y=labels, x_val=np.ones((2, 6, 6)), y_val=[1, 0])
    assert described("npz", changed)["fingerprint"] != answer["fingerprint"]


X, Y = arrays()


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ({"x": X}, "unsuitable-data", "has no array y; it has x."),
        ({"y": Y}, "unsuitable-data", "has no array x"),
        ({"x": X, "y": Y.astype(object)}, "refused-file", "The array y of {file} has Python objects"),
        ({"x": np.array([X[0], None], dtype=object), "y": Y}, "refused-file", "They were not read."),
        ({"x": X[0, 0], "y": Y}, "unsuitable-data", "The array x has the shape 8 × 3"),
        ({"x": X[..., :2], "y": Y}, "unsuitable-data", "The array x has the shape 15 × 8 × 8 × 2"),
        ({"x": X[:0], "y": Y[:0]}, "unsuitable-data", "The array x has the shape 0 × 8 × 8 × 3"),
        ({"x": X, "y": Y[:-1]}, "unsuitable-data", "15 whole numbers are needed"),
        ({"x": X, "y": Y.astype(float)}, "unsuitable-data", "The array y has float64"),
        ({"x": X, "y": np.eye(3)[Y]}, "unsuitable-data", "The array y has float64 of the shape 15 × 3"),
        ({"x": X, "y": np.array(["cat", "dog", "cow"])[Y]}, "unsuitable-data", "has text as labels, e.g. 'cat'"),
        ({"x": X, "y": Y - 1}, "unsuitable-data", "has labels from -1 to 1"),
        ({"x": X, "y": Y * 10**9}, "unsuitable-data", "has labels from 0 to 2000000000"),
        ({"x": X, "y": Y * 2}, "unsuitable-data", "has no training image of the classes 1, 3."),
        ({"x": X, "y": Y * 0}, "unsuitable-data", "has one class (0)"),
        ({"x": X, "y": Y, "classes": ["a", "b"]}, "unsuitable-data", "has the label 2, and there are 2 classes."),
        ({"x": X, "y": Y, "x_val": X}, "unsuitable-data", "has no array y_val"),
        ({"x": X, "y": Y, "x_val": X, "y_val": Y + 1}, "unsuitable-data", "y_val of {file} has the label 3"),
        ({"x": X - 3.0, "y": Y}, "unsuitable-data", "The array x has numbers from -3 to 217"),
        ({"x": X.astype("S1"), "y": Y}, "unsuitable-data", "The array x has the type |S1"),
    ],
)
def test_an_unusable_archive_is_refused(tmp_path: Path, content: dict[str, Any], code: str, message: str) -> None:
    file = tmp_path / "images.npz"
    np.savez(file, **content)
    error = failure("npz", file)
    assert error.code == code
    assert message.format(file=file) in error.message
    assert error.next_steps


def test_an_archive_with_objects_runs_no_code(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "ran",)

    file = tmp_path / "images.npz"
    np.savez(file, x=X, y=Y, classes=np.array([Bomb()], dtype=object))
    assert failure("npz", file).code == "refused-file"
    assert not (tmp_path / "ran").exists()


def test_another_file_in_place_of_an_archive_is_named(tmp_path: Path) -> None:
    assert failure("npz", tmp_path / "none.npz").message.startswith("The NumPy archive is missing")
    np.save(tmp_path / "x.npy", X)
    assert "a NumPy array (.npy)" in failure("npz", tmp_path / "x.npy").message
    np.savez_compressed(tmp_path / "images.npz", x=X, y=Y)
    whole = (tmp_path / "images.npz").read_bytes()
    for content in (whole[: len(whole) // 2], b"text", whole[:60] + b"\0" * 20 + whole[80:]):
        (tmp_path / "broken.npz").write_bytes(content)
        assert failure("npz", tmp_path / "broken.npz").code == "corrupt-file"
    write_folder(tmp_path / "zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_compressed_by_another_method_is_refused(tmp_path: Path, method: int) -> None:
    pixels, labels = arrays()
    stored, other = tmp_path / "stored.npz", tmp_path / "other.npz"
    np.savez(stored, x=pixels, y=labels)
    with zipfile.ZipFile(stored) as source, zipfile.ZipFile(other, "w", method) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    # Their streams end with errors of their own when they are damaged.
    content = bytearray(other.read_bytes())
    content[60:64] = b"\xff" * 4
    (tmp_path / "damaged.npz").write_bytes(content)
    for file in (other, tmp_path / "damaged.npz"):
        assert "another method than deflate" in failure("npz", file).message
