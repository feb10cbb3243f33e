"""Writes small data sets of the user in each form, and asks for their description."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rminas_sidecar.data.datasets import find_dataset
from rminas_sidecar.data.images import Dataset
from rminas_sidecar.data.own.description import describe_dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.specification import OwnImagesSpecification

COLOURS = {"blue": (0, 0, 200), "green": (0, 180, 0), "red": (220, 0, 0)}


def write_image(path: Path, colour: Sequence[int] = (220, 0, 0), size: tuple[int, int] = (8, 8)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, tuple(colour)).save(path)
    return path


def write_folder(root: Path, images: int = 5, size: tuple[int, int] = (8, 8)) -> Path:
    """Class folders of PNGs, a colour a class."""
    for name, colour in COLOURS.items():
        for number in range(images):
            write_image(root / name / f"{number}.png", colour, size)
    return root


def arrays(images: int = 5, side: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """The same images as arrays: uint8, images × side × side × 3, and labels."""
    labels = np.arange(len(COLOURS)).repeat(images)
    colours = np.array(list(COLOURS.values()), dtype=np.uint8)
    return colours[labels][:, None, None, :].repeat(side, 1).repeat(side, 2), labels


def question(form: str = "folder", path: Path | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "form": form,
        "path": None if path is None else str(path),
        "name": None,
        "imageColumn": None,
        "labelColumn": None,
        "heldOutShare": 0.2,
        "resolution": None,
        "mean": None,
        "deviation": None,
        "thorough": False,
        **changes,
    }


def described(form: str, path: Path | None = None, **changes: Any) -> dict[str, Any]:
    return describe_dataset(question(form, path, **changes))


def specification(asked: dict[str, Any], answer: dict[str, Any], augmentation: str = "none") -> dict[str, Any]:
    """The part of a specification that a controller makes of an answer."""
    return {
        "form": asked["form"],
        "name": asked["name"],
        "imageColumn": answer["imageColumn"],
        "labelColumn": answer["labelColumn"],
        "heldOutShare": asked["heldOutShare"] if answer["split"] else None,
        "mean": answer["mean"],
        "deviation": answer["deviation"],
        "augmentation": augmentation,
        "fingerprint": answer["fingerprint"],
    }


def opened(asked: dict[str, Any], augmentation: str = "none", side: int = 8) -> Dataset:
    """The data set of a question, as a session opens it."""
    answer = describe_dataset(asked)
    images = OwnImagesSpecification.from_body({"images": specification(asked, answer, augmentation)})
    return find_dataset("own", side, answer["classes"], images)


def failure(form: str, path: Path | None = None, **changes: Any) -> SidecarError:
    """The error of a question about a data set."""
    with pytest.raises(SidecarError) as caught:
        described(form, path, **changes)
    return caught.value
