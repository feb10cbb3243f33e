"""Data sets of Hugging Face and of torchvision, whose interface a module stands in for."""

import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import torch

from rminas_sidecar.protocol import SCHEMA
from rminas_sidecar.system.packages import install_step
from support.own_data import COLOURS, described, failure, opened, question, write_image

RED = tuple(COLOURS["red"])


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
    for form, package in (("hf", "datasets"), ("torchvision", "torchvision")):
        error = failure(form, tmp_path, name="CIFAR100")
        assert error.code == "missing-package"
        assert error.next_steps == [install_step(package)]


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
