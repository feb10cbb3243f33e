"""Data sets of the user in each form: what is described, what is read, and what is refused with which message."""

import io
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import jsonschema_rs
import numpy as np
import pytest
import torch
from PIL import Image

from rminas_sidecar.data import find_dataset
from rminas_sidecar.data.images import Dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol import SCHEMA
from rminas_sidecar.specification import OwnImagesSpecification
from support.own_data import COLOURS, arrays, described, question, specification, write_folder, write_image

RED = tuple(COLOURS["red"])


def opened(asked: dict[str, Any], augmentation: str = "none", side: int = 8) -> Dataset:
    """The data set of a question, as a session opens it."""
    from rminas_sidecar.data.own import describe_dataset

    answer = describe_dataset(asked)
    images = OwnImagesSpecification.from_body({"images": specification(asked, answer, augmentation)})
    return find_dataset("own", side, answer["classes"], images)


def failure(form: str, path: Path | None = None, **changes: Any) -> SidecarError:
    with pytest.raises(SidecarError) as caught:
        described(form, path, **changes)
    return caught.value


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
    ],
)
def test_an_unusable_folder_is_refused(tmp_path: Path, make: Any, code: str, message: str) -> None:
    root = tmp_path / "images"
    make(root)
    error = failure("folder", root)
    assert error.code == code
    assert message.format(root=root) in error.message
    assert error.next_steps


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


@pytest.fixture(scope="module")
def datasets() -> Any:
    """The package of Hugging Face."""
    return pytest.importorskip("datasets", reason="pip install rminas-sidecar[hf]")


def table(datasets: Any, root: Path, label: Any = None, **columns: Any) -> Any:
    names = sorted(COLOURS)
    files = [str(write_image(root / f"{row}.png", COLOURS[names[row % 3]])) for row in range(15)]
    content = {"picture": files, "kind": [row % 3 for row in range(15)], **columns}
    features = datasets.Features(
        {
            "picture": datasets.Image(),
            "kind": label or datasets.ClassLabel(names=names),
            **{name: datasets.Value("string") for name in columns if name != "kind"},
        }
    )
    return datasets.Dataset.from_dict(content, features=features)


def test_a_data_set_of_hugging_face_on_disk_is_read(datasets: Any, tmp_path: Path) -> None:
    whole = table(datasets, tmp_path / "images", caption=["x"] * 15)
    parts = datasets.DatasetDict({"train": whole, "test": whole.select([0, 5]), "unused": whole})
    parts.save_to_disk(str(tmp_path / "saved"))
    answer = described("hf", tmp_path / "saved")
    jsonschema_rs.Draft202012Validator(SCHEMA["described"]).validate({"dataset": answer})
    assert (answer["imageColumn"], answer["labelColumn"]) == ("picture", "kind")
    assert (answer["classNames"], answer["trainImages"], answer["heldOutImages"]) == (sorted(COLOURS), 15, 2)
    assert answer["notes"] == [f"Parts of {tmp_path / 'saved'} that are not used: unused."]
    held_out = opened(question("hf", tmp_path / "saved")).read_held_out(tmp_path / "saved")
    assert held_out.labels.tolist() == [0, 2]
    assert held_out.plain(torch.tensor([1]))[0, :, 0, 0].tolist() == list(RED)
    # The rows behind a selection are those that were selected.
    again = described("hf", tmp_path / "saved", heldOutShare=0.5)
    assert again["fingerprint"] == answer["fingerprint"]


def test_names_may_be_labels_and_a_single_part_is_split(datasets: Any, tmp_path: Path) -> None:
    names = ["cat", "dog", "cow"]
    label = datasets.Value("string")
    whole = table(datasets, tmp_path / "images", label, kind=[names[row % 3] for row in range(15)])
    whole.rename_column("kind", "label").save_to_disk(str(tmp_path / "saved"))
    answer = described("hf", tmp_path / "saved")
    assert (answer["classNames"], answer["labelColumn"], answer["split"]) == (sorted(names), "label", True)
    assert (answer["trainImages"], answer["heldOutImages"]) == (12, 3)


def test_columns_that_are_missing_or_ambiguous_are_listed(datasets: Any, tmp_path: Path) -> None:
    whole = table(datasets, tmp_path / "images", kind=[0] * 15)
    both = datasets.concatenate_datasets([whole, whole.rename_column("picture", "copy").remove_columns("kind")], axis=1)
    both.save_to_disk(str(tmp_path / "saved"))
    message = failure("hf", tmp_path / "saved").message
    assert "several columns of images. It has picture (Image), kind (ClassLabel), copy (Image)." in message
    named = failure("hf", tmp_path / "saved", imageColumn="photo").message
    assert named.startswith("RMINAS.IMAGE_COLUMN is photo, and")
    assert (
        "has no training image of the classes green, red"
        in failure("hf", tmp_path / "saved", imageColumn="copy").message
    )
    assert "has no images but" in failure("hf", tmp_path / "saved", imageColumn="kind").message


def test_a_folder_that_hugging_face_cannot_load_is_refused_with_its_reason(datasets: Any, tmp_path: Path) -> None:
    assert failure("hf", tmp_path / "none").message == f"The data set {tmp_path / 'none'} does not exist."
    (tmp_path / "empty").mkdir()
    error = failure("hf", tmp_path / "empty")
    assert (error.code, error.message[:31]) == ("missing-file", "Hugging Face cannot load " + str(tmp_path)[:6])


def test_without_the_package_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    monkeypatch.setitem(sys.modules, "torchvision", None)
    for form, extra in (("hf", "hf"), ("torchvision", "torchvision")):
        error = failure(form, tmp_path, name="CIFAR100")
        assert error.code == "missing-package"
        assert error.next_steps == [f'Install it: pip install "rminas-sidecar[{extra}]"']


STAND_IN = """
import numpy as np
from PIL import Image

class _Base:
    def __init__(self, root, count, classes):
        self.targets = [row % len(classes) for row in range(count)]
        self.classes = classes
        self.data = np.stack([np.full((8, 8, 3), 10 * label, np.uint8) for label in self.targets])
    def __len__(self):
        return len(self.targets)
    def __getitem__(self, index):
        return Image.fromarray(self.data[index]), self.targets[index]

class CIFAR100(_Base):
    def __init__(self, root, train=True, transform=None, download=False):
        super().__init__(root, 12 if train else 6, ["apple", "bear", "crab"])

class Flowers102(_Base):
    def __init__(self, root, split="train", download=False):
        if split not in ("train", "test"):
            raise ValueError(f"Unknown value '{split}' for argument split.")
        super().__init__(root, 8 if split == "train" else 4, ["rose", "lily"])
        self._labels = self.targets
        del self.targets, self.classes
        self.data = self.data[:, :, :, 0]
    def __len__(self):
        return len(self._labels)
    def __getitem__(self, index):
        return Image.fromarray(self.data[index]), self._labels[index]

class Missing(_Base):
    def __init__(self, root, train=True, download=False):
        raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
"""


@pytest.fixture
def torchvision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with torchvision's interface: torchvision itself is not among the packages of the tests."""
    package = tmp_path / "packages" / "torchvision"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "datasets.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(str(package.parent))
    for name in ("torchvision", "torchvision.datasets"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.usefixtures("torchvision")
def test_data_sets_with_the_interface_of_torchvision_are_read(tmp_path: Path) -> None:
    answer = described("torchvision", tmp_path, name="CIFAR100")
    assert (answer["classNames"], answer["trainImages"], answer["heldOutImages"]) == (["apple", "bear", "crab"], 12, 6)
    images = opened(question("torchvision", tmp_path, name="CIFAR100")).read_held_out(tmp_path)
    assert images.plain(torch.tensor([2]))[0, :, 0, 0].tolist() == [20, 20, 20]
    flowers = described("torchvision", tmp_path, name="Flowers102")
    assert (flowers["classNames"], flowers["heldOutImages"], flowers["split"]) == (["0", "1"], 4, False)


@pytest.mark.usefixtures("torchvision")
def test_a_data_set_that_torchvision_lacks_or_has_not_downloaded_is_named(tmp_path: Path) -> None:
    assert failure("torchvision", tmp_path, name="CIFAR1000").message == "torchvision has no data set CIFAR1000."
    error = failure("torchvision", tmp_path, name="Missing")
    assert error.message.startswith(f"torchvision cannot open Missing in {tmp_path}: Dataset not found")
    assert f"Missing('{tmp_path}', download=True)" in error.next_steps[0]
