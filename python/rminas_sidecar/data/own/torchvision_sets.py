"""Data sets of torchvision by the name of their class, e.g. CIFAR100. Nothing is downloaded."""

import inspect
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from rminas_sidecar.data.decoding import Change, to_rgb, undecodable
from rminas_sidecar.data.own.part import Content, Part, divide, require_classes
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.packages import install_step

_HELD_OUT = ("val", "valid", "validation", "test")
_LABELS = ("targets", "labels", "_labels")


@dataclass(frozen=True)
class ItemSource:
    """Images of a data set of torchvision.

    Args:
        items: the data set; an item is a pair of an image of Pillow and a label.
        checksum: of its pixels, where they are in memory.
        name: for messages.
    """

    items: Any
    checksum: str
    name: str

    def load(self, index: int, change: Change) -> Image.Image:
        """See :class:`rminas_sidecar.data.own.part.Source`."""
        try:
            return change(to_rgb(self.items[index][0]))
        # A damaged image may raise any exception.
        except Exception as error:
            raise undecodable(f"Image {index} of {self.name}", error) from error

    def identity(self, index: int) -> str:
        """See :class:`rminas_sidecar.data.own.part.Source`."""
        files = getattr(self.items, "samples", None)
        name = str(index) if files is None else f"{Path(files[index][0]).name!r} {Path(files[index][0]).stat().st_size}"
        return f"{self.checksum} {name}"


def read_torchvision(name: str, root: Path, held_out_share: float) -> Content:
    """Reads labels; images are decoded when they are used.

    Args:
        name: of a class in `torchvision.datasets`.
        root: the folder that the class reads its files from.

    Raises:
        SidecarError: `missing-package`, `missing-file`, `unsuitable-data`.
    """
    build = _class(name)
    whole = _open(build, name, root, held_out=False)
    other = _open(build, name, root, held_out=True)
    training = _part(whole, f"torchvision:{name}")
    classes = _class_names(whole, training)
    if other is None:
        training, held_out = divide(training, held_out_share, f"torchvision:{name}")
    else:
        held_out = _part(other, f"torchvision:{name}")
    counts = np.bincount(training.labels, minlength=len(classes)).tolist()
    require_classes(counts, classes, f"torchvision:{name}")
    return Content(classes, training, held_out, other is None)


def _class(name: str) -> Any:
    try:
        from torchvision import datasets
    # An unfit build raises more than ImportError.
    except Exception as error:
        raise SidecarError(
            "missing-package",
            f"torchvision: needs the Python package torchvision, which cannot be imported: {error}.",
            [install_step("torchvision")],
        ) from error
    known = [each for each in getattr(datasets, "__all__", dir(datasets)) if each[:1].isupper()]
    if name not in known:
        raise SidecarError("missing-file", f"torchvision has no data set {name}.", [f"It has {', '.join(known)}."])
    return getattr(datasets, name)


def _open(build: Any, name: str, root: Path, held_out: bool) -> Any | None:
    """The training part or the held-out one; None where the class has one part only."""
    parameters = inspect.signature(build.__init__).parameters
    download = {"download": False} if "download" in parameters else {}
    if "train" in parameters:
        return _try(build, name, root, {"train": not held_out, **download})
    if "split" not in parameters:
        return None if held_out else _try(build, name, root, download)
    if not held_out:
        return _try(build, name, root, {"split": "train", **download})
    for split in _HELD_OUT:
        try:
            return build(str(root), split=split, **download)
        except ValueError:
            # The class has no part of this name.
            continue
        except (RuntimeError, OSError):
            continue
    return None


def _try(build: Any, name: str, root: Path, arguments: dict[str, Any]) -> Any:
    try:
        return build(str(root), **arguments)
    # torchvision raises RuntimeError for missing files, and classes need arguments of their own.
    except Exception as error:
        why = " ".join(str(error).split())[:500]
        raise SidecarError(
            "missing-file",
            f"torchvision cannot open {name} in {root}: {why}",
            [
                f"Download it: python -c \"from torchvision.datasets import {name}; {name}('{root}', download=True)\"",
                "Or name the folder of its files with LOADER.DATAPATH.",
            ],
        ) from error


def _part(items: Any, name: str) -> Part:
    import torch

    known = next((getattr(items, field) for field in _LABELS if hasattr(items, field)), None)
    values: Sequence[Any] = [items[index][1] for index in range(len(items))] if known is None else known
    labels = torch.as_tensor(values)
    if labels.is_floating_point() or labels.dim() != 1 or len(labels) != len(items) or (labels < 0).any():
        raise SidecarError(
            "unsuitable-data",
            f"{name} has labels that are not one number of a class for each image.",
            ["Choose a data set for classification."],
        )
    return Part(ItemSource(items, _checksum(items), name), np.arange(len(labels)), labels.long().numpy())


def _checksum(items: Any) -> str:
    """Of the array that many data sets hold their pixels in; empty for others."""
    import torch

    data = getattr(items, "data", None)
    pixels = data.numpy() if isinstance(data, torch.Tensor) else data
    return f"{zlib.crc32(np.ascontiguousarray(pixels).data):08x}" if isinstance(pixels, np.ndarray) else ""


def _class_names(items: Any, training: Part) -> list[str]:
    names = getattr(items, "classes", None)
    count = int(training.labels.max()) + 1 if len(training) else 0
    return (
        [str(name) for name in names]
        if names is not None and len(names) >= count
        else [str(label) for label in range(count)]
    )
