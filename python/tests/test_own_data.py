"""Folders of images of the user: what is described, what is read, and what is refused with which message."""

import io
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import jsonschema_rs
import numpy as np
import pytest
import torch
from PIL import Image

from rminas_sidecar.data.own.description import describe_dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol import SCHEMA
from support.limits import scaled
from support.own_data import (
    COLOURS,
    arrays,
    described,
    failure,
    opened,
    question,
    write_folder,
    write_image,
)

RED = tuple(COLOURS["red"])


def test_a_folder_of_class_folders_is_described_and_split(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "animals")
    answer = described("folder", root)
    jsonschema_rs.Draft202012Validator(SCHEMA["described"]).validate({"dataset": answer})
    expected = {"classes": 3, "classNames": ["blue", "green", "red"], "trainImages": 12, "heldOutImages": 3}
    sides = {"least": [8, 8], "most": [8, 8]}
    assert {**answer, **expected, "split": True, "resolution": 8, "sides": sides, "notes": []} == answer
    # A third of the images has each colour.
    assert answer["mean"] == [round(220 / 255 / 3, 4), round(180 / 255 / 3, 4), round(200 / 255 / 3, 4)]


def test_train_and_val_folders_are_read_as_they_are(tmp_path: Path) -> None:
    write_folder(tmp_path / "train", 2)
    write_image(tmp_path / "val" / "red" / "deeper" / "1.png")
    answer = described("folder", tmp_path)
    assert (answer["trainImages"], answer["heldOutImages"], answer["split"]) == (6, 1, False)
    assert answer["notes"] == [f"{tmp_path / 'val'} has no image of blue, green."]
    dataset = opened(question("folder", tmp_path))
    held_out = dataset.read_held_out(tmp_path)
    assert held_out.labels.tolist() == [2]
    assert held_out.plain(torch.tensor([0]))[0, :, 0, 0].tolist() == list(RED)


def test_training_and_held_out_images_are_different_ones_of_every_class(tmp_path: Path) -> None:
    for label, name in enumerate(COLOURS):
        for number in range(5):
            write_image(tmp_path / name / f"{number}.png", (40 * label, 50 * number, 0))
    dataset = opened(question("folder", tmp_path, heldOutShare=0.4))
    parts = [dataset.read_training(tmp_path), dataset.read_held_out(tmp_path)]
    assert [part.labels.bincount().tolist() for part in parts] == [[3, 3, 3], [2, 2, 2]]
    shown = [{tuple(each) for each in part.plain(torch.arange(len(part)))[:, :, 0, 0].tolist()} for part in parts]
    assert len(shown[0] | shown[1]) == 15


def test_hidden_and_other_files_are_left_out(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    plain = described("folder", root)["fingerprint"]
    (root / ".hidden").mkdir()
    (root / "__MACOSX").mkdir()
    (root / "lost+found").mkdir()
    write_image(root / "@eaDir" / "1.png")
    (root / "red" / "._0.png").write_bytes(b"not an image")
    (root / "red" / "Thumbs.db").write_bytes(b"")
    assert described("folder", root)["fingerprint"] == plain
    (root / "red" / "notes.txt").write_text("red")
    answer = described("folder", root)
    assert answer["fingerprint"] == plain
    assert answer["notes"] == [f"{root} has 1 files that are not images; they are left out: red/notes.txt …"]


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    """A PNG of Pillow's or another program's kind: colour type 0 is grey, 2 is RGB."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def encoded(image: Image.Image, form: str) -> bytes:
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("16-bit grey PNG", png(8, 8, 16, 0, (b"\0" + b"\x80\x00" * 8) * 8), (128, 128, 128)),
        ("16-bit RGB PNG", png(8, 8, 16, 2, (b"\0" + b"\x80\x00\xff\xff\x00\x00" * 8) * 8), (128, 255, 0)),
        ("16-bit TIFF", encoded(Image.fromarray(np.full((8, 8), 32_768, np.uint16)), "TIFF"), (128, 128, 128)),
        ("CMYK JPEG", encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"), (255, 0, 0)),
        ("CMYK TIFF", encoded(Image.new("CMYK", (8, 8), (255, 0, 0, 0)), "TIFF"), (0, 255, 255)),
        ("grey", encoded(Image.new("L", (8, 8), 77), "PNG"), (77, 77, 77)),
        ("black and white", encoded(Image.new("1", (8, 8), 1), "PNG"), (255, 255, 255)),
        ("palette", encoded(Image.new("RGB", (8, 8), (9, 8, 7)).quantize(4), "GIF"), (9, 8, 7)),
        ("transparency", encoded(Image.new("RGBA", (8, 8), (9, 8, 7, 0)), "PNG"), (9, 8, 7)),
    ],
)
def test_other_kinds_of_images_are_converted(
    tmp_path: Path, name: str, content: bytes, expected: tuple[int, int, int]
) -> None:
    write_folder(tmp_path, 1)
    ending = name.split()[-1].lower() if name.split()[-1] in ("PNG", "TIFF", "JPEG") else "png"
    for number in range(2):
        (tmp_path / "red" / f"{number}.{ending}").write_bytes(content)
    (tmp_path / "red" / "0.png").write_bytes(content)
    dataset = opened(question("folder", tmp_path))
    held_out = dataset.read_held_out(tmp_path)
    pixel = held_out.plain(torch.tensor([len(held_out) - 1]))[0, :, 4, 4].tolist()
    assert pixel == pytest.approx(expected, abs=2)


def test_mixed_sizes_are_scaled_to_the_usual_one_or_to_the_one_asked_for(tmp_path: Path) -> None:
    for number, size in enumerate([(8, 8), (20, 10), (12, 30)]):
        for name, colour in COLOURS.items():
            write_image(tmp_path / name / f"{number}.png", colour, size)
    answer = described("folder", tmp_path)
    assert (answer["sides"], answer["resolution"]) == ({"least": [8, 8], "most": [20, 30]}, 12)
    assert described("folder", tmp_path, resolution=16)["resolution"] == 16
    write_folder(tmp_path / "large", 2, (90, 100))
    assert described("folder", tmp_path / "large")["resolution"] == 64
    images = opened(question("folder", tmp_path), side=11).read_training(tmp_path)
    assert images.plain(torch.arange(len(images))).shape == (len(images), 3, 11, 11)


def test_a_given_mean_and_deviation_are_kept_and_a_constant_channel_has_deviation_one(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    given = {"mean": [0.1, 0.2, 0.3], "deviation": [0.4, 0.5, 0.6]}
    assert described("folder", root, **given).items() >= given.items()
    for name in COLOURS:
        for number in range(5):
            write_image(root / name / f"{number}.png", (0, 10, 20))
    assert described("folder", root)["deviation"] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("form", ["folder", "npz"])
def test_images_are_described_without_pytorch(tmp_path: Path, form: str) -> None:
    pixels, labels = arrays()
    np.savez(tmp_path / "images.npz", x=pixels, y=labels)
    path = {"folder": write_folder(tmp_path / "animals"), "npz": tmp_path / "images.npz"}[form]
    program = (
        "import sys\n"
        "from rminas_sidecar.describe import main\n"
        "code = main()\n"
        "print([name for name in ('torch', 'sklearn', 'scipy') if name in sys.modules])\n"
        "sys.exit(code)"
    )
    asked = question(form, path)
    command = [sys.executable, "-c", program, "--questions", json.dumps({"dataset": asked})]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=scaled(60))
    assert json.loads(done.stdout) == {"plugins": [], "answers": {"dataset": describe_dataset(asked)}}
    # A plugin may print, so the program's output goes to stderr.
    assert done.stderr.strip() == "[]"


def test_the_fingerprint_follows_names_sizes_labels_and_nothing_else(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "a")
    first = described("folder", root)["fingerprint"]
    assert described("folder", write_folder(tmp_path / "b"))["fingerprint"] == first
    assert described("folder", root, heldOutShare=0.5)["fingerprint"] == first
    (root / "red" / "0.png").rename(root / "red" / "9.png")
    renamed = described("folder", root)["fingerprint"]
    (root / "red" / "9.png").rename(root / "blue" / "9.png")
    moved = described("folder", root)["fingerprint"]
    write_image(root / "blue" / "9.png", (1, 2, 3), (9, 8))
    resized = described("folder", root)["fingerprint"]
    assert len({first, renamed, moved, resized}) == 4


def test_a_session_refuses_images_that_have_changed_since_the_plan(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    dataset = opened(question("folder", root))
    (root / "red" / "0.png").unlink()
    with pytest.raises(SidecarError, match="have changed since the job was planned") as caught:
        dataset.read_training(root)
    assert caught.value.code == "unsuitable-data"


@pytest.mark.parametrize("augmentation", ["crop-and-flip", "crop", "flip", "photo", "none"])
def test_augmentations_are_functions_of_the_generator(tmp_path: Path, augmentation: str) -> None:
    gradient = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).convert("RGB")
    for name in COLOURS:
        (tmp_path / name).mkdir()
        for number in range(2):
            gradient.save(tmp_path / name / f"{number}.png")
    images = opened(question("folder", tmp_path), augmentation, 16).read_training(tmp_path)
    chosen = torch.arange(len(images)).repeat(8)

    def draw(seed: int) -> torch.Tensor:
        return images.augmented(chosen, torch.Generator().manual_seed(seed))

    assert torch.equal(draw(1), draw(1))
    assert torch.equal(draw(1), images.plain(chosen)) == (augmentation == "none")
    mirrored = torch.equal(draw(1).sort(3).values, images.plain(chosen).sort(3).values)
    assert mirrored == (augmentation in ("flip", "none"))


def test_large_parts_are_decoded_again_instead_of_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_folder(tmp_path)
    kept = opened(question("folder", root)).read_training(root)
    monkeypatch.setattr("rminas_sidecar.data.own.images._KEPT_BYTES", 0)
    again = opened(question("folder", root)).read_training(root)
    chosen = torch.tensor([3, 0, 3])
    assert torch.equal(kept.plain(chosen), again.plain(chosen))
    (root / "blue" / "0.png").unlink()
    (root / "blue" / "1.png").unlink()
    assert torch.equal(kept.plain(chosen), kept.plain(chosen))
    with pytest.raises(SidecarError, match=r"The image is missing: .*blue"):
        again.plain(torch.arange(len(again)))


def test_broken_images_are_named_all_at_once_and_a_thorough_look_finds_every_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_folder(tmp_path)
    (root / "blue" / "1.png").write_bytes((root / "blue" / "1.png").read_bytes()[:40])
    error = failure("folder", root)
    assert error.code == "corrupt-file"
    assert str(root / "blue" / "1.png") in error.message
    (root / "red" / "2.png").write_bytes(b"")
    Image.fromarray(np.ones((8, 8), np.float32)).save(root / "red" / "3.tiff")
    error = failure("folder", root)
    assert error.message.startswith("3 images cannot be used: ")
    assert all(str(root / name) in error.message for name in ("blue/1.png", "red/2.png", "red/3.tiff"))
    assert "floating-point" in error.message
    # Of more images than the sample has, only the sample is decoded.
    monkeypatch.setattr("rminas_sidecar.data.own.description._SAMPLE", 3)
    monkeypatch.setattr("rminas_sidecar.data.own.description._GLANCE", 3)
    assert described("folder", root)["trainImages"] == 13
    assert failure("folder", root, thorough=True).message == error.message


@pytest.mark.parametrize(
    ("make", "code", "message"),
    [
        (lambda root: None, "missing-file", "The folder {root} does not exist."),
        (lambda root: root.write_text("x"), "missing-file", "{root} is not a folder."),
        (lambda root: root.mkdir(), "missing-file", "{root} has no folders of classes."),
        (lambda root: write_image(root / "1.png"), "missing-file", "images such as 1.png lie directly in it"),
        (lambda root: (root / "cat").mkdir(parents=True), "missing-file", "{root} has no image."),
        (lambda root: write_image(root / "cat" / "1.png"), "unsuitable-data", "{root} has one class (cat)"),
        (
            lambda root: [write_folder(root), *((root / name).mkdir() for name in "xy")],
            "unsuitable-data",
            "{root} has no training image of the classes x, y.",
        ),
        (lambda root: write_folder(root, 1), "unsuitable-data", "none can be held out"),
        (
            lambda root: [write_folder(root / "train"), write_image(root / "val" / "pink" / "1.png")],
            "unsuitable-data",
            "{root}/val has the class pink, and the training images have not.",
        ),
        (
            lambda root: [write_folder(root / "train"), (root / "val" / "red").mkdir(parents=True)],
            "missing-file",
            "{root}/val has no image.",
        ),
        (
            lambda root: [write_folder(root), root.joinpath("red", *("a" * 40)).mkdir(parents=True)],
            "unsuitable-data",
            "is below more than 32 folders",
        ),
    ],
)
def test_an_unusable_folder_is_refused(tmp_path: Path, make: Any, code: str, message: str) -> None:
    root = tmp_path / "images"
    make(root)
    error = failure("folder", root)
    assert error.code == code
    assert message.format(root=root) in error.message
    assert error.next_steps
