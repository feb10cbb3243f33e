"""Data sets of Hugging Face: saved on disk by `save_to_disk`, a folder of files, or a name on the hub."""

import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from rminas_sidecar.data.decoding import Change, decode, decode_file, undecodable
from rminas_sidecar.data.own.folder import FORMATS
from rminas_sidecar.data.own.part import Content, Part, divide, require_classes
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.packages import install_step

_TRAINING = ("train", "training")
_HELD_OUT = ("validation", "val", "valid", "dev", "test")
_LABELS = ("label", "labels", "class", "target", "fine_label")
_MARKS = ("dataset_dict.json", "state.json")
"""One of these files is in a folder that `save_to_disk` wrote."""


@dataclass(frozen=True)
class TableSource:
    """Images in a column of a table, encoded as files.

    Args:
        rows: the column, one dictionary of bytes and path an image.
        identities: name and size of each.
        name: of the data set and its part, for messages.
    """

    rows: Any
    identities: Sequence[str]
    name: str

    def load(self, index: int, change: Change) -> Image.Image:
        """See :class:`rminas_sidecar.data.own.part.Source`."""
        row = self.rows[index]
        where = f"Image {index} of {self.name}"
        if row is None:
            raise undecodable(where, ValueError("it is missing"))
        if row["bytes"] is None:
            return decode_file(row["path"], FORMATS, change)
        try:
            return decode(io.BytesIO(row["bytes"]), len(row["bytes"]), FORMATS, change)
        # A damaged image may raise any exception.
        except Exception as error:
            raise undecodable(where, error) from error

    def identity(self, index: int) -> str:
        """See :class:`rminas_sidecar.data.own.part.Source`."""
        return self.identities[index]


def read_huggingface(
    path: Path | None, name: str | None, columns: tuple[str | None, str | None], held_out_share: float
) -> Content:
    """Reads labels; images are decoded when they are used.

    Args:
        path: a folder; None for a name on the hub.
        name: on the hub, which Hugging Face downloads or has in its cache.
        columns: the columns of the images and of the labels; None where they are to be found.

    Raises:
        SidecarError: `missing-file` when the package, the data set or a column is missing; `unsuitable-data`.
    """
    where = str(path or name)
    parts = _load(path, name)
    training_name = next((part for part in _TRAINING if part in parts), next(iter(parts)))
    table = parts[training_name]
    image_column, label_column = _columns(table.features, columns, where)
    names = _class_names(table, label_column, where)
    training = _part(table, image_column, label_column, names, f"{where} ({training_name})")
    other = next((part for part in _HELD_OUT if part in parts and part != training_name), None)
    if other is None:
        training, held_out = divide(training, held_out_share, where)
    else:
        held_out = _part(parts[other], image_column, label_column, names, f"{where} ({other})")
    counts = np.bincount(training.labels, minlength=len(names)).tolist()
    require_classes(counts, names, where)
    unused = [part for part in parts if part not in (training_name, other)]
    notes = [f"Parts of {where} that are not used: {', '.join(unused)}."] if unused else []
    return Content(names, training, held_out, other is None, image_column, label_column, notes)


def _load(path: Path | None, name: str | None) -> Mapping[str, Any]:
    """The tables of all parts, by name."""
    datasets = _package()
    if path is not None and not path.exists():
        raise SidecarError("missing-file", f"The data set {path} does not exist.", ["Correct the path after hf:."])
    try:
        if path is not None and any((path / mark).is_file() for mark in _MARKS):
            loaded = datasets.load_from_disk(str(path))
        else:
            loaded = datasets.load_dataset(str(path or name))
    # The package raises dozens of types, of its own and of others.
    except Exception as error:
        why = " ".join(str(error).split())[:500] or type(error).__name__
        raise SidecarError(
            "missing-file",
            f"Hugging Face cannot load {path or name}: {why}",
            ["Check the name, or the connection. `datasets.load_dataset` and `save_to_disk` make a copy on disk."],
        ) from error
    parts: Mapping[str, Any] = loaded if isinstance(loaded, dict) else {"train": loaded}
    if not any(len(table) for table in parts.values()):
        raise SidecarError("missing-file", f"{path or name} has no rows.", ["Check the data set."])
    return parts


def _package() -> Any:
    try:
        import datasets
    except ImportError as error:
        raise SidecarError(
            "missing-package",
            f"hf: needs the Python package datasets, which cannot be imported: {error}.",
            [install_step("datasets")],
        ) from error
    datasets.disable_progress_bars()
    logging.getLogger("datasets").setLevel(logging.ERROR)
    return datasets


def _columns(features: Mapping[str, Any], named: tuple[str | None, str | None], where: str) -> tuple[str, str]:
    kinds = {name: type(feature).__name__ for name, feature in features.items()}
    images = [name for name, kind in kinds.items() if kind == "Image"]
    classes = [name for name, kind in kinds.items() if kind == "ClassLabel"]
    usual = [name for name in _LABELS if kinds.get(name) == "Value"]
    return (
        _choose("image", named[0], images, kinds, where),
        _choose("label", named[1], classes or usual[:1], kinds, where),
    )


def _choose(what: str, named: str | None, found: Sequence[str], kinds: Mapping[str, str], where: str) -> str:
    key = f"RMINAS.{what.upper()}_COLUMN"
    known = ", ".join(f"{name} ({kind})" for name, kind in kinds.items())
    if named is not None and named in kinds:
        return named
    if named is not None:
        problem = f"{key} is {named}, and {where} has the columns {known}."
    elif len(found) == 1:
        return found[0]
    else:
        problem = f"{where} has {'several columns' if found else 'no column'} of {what}s. It has {known}."
    raise SidecarError("unsuitable-data", problem, [f"Set {key} to one of the columns."])


def _class_names(table: Any, column: str, where: str) -> list[str]:
    feature = table.features[column]
    if hasattr(feature, "names"):
        return list(feature.names)
    values = set(_values(table, column))
    if values and all(isinstance(value, str) for value in values):
        return sorted(values)
    if values and all(isinstance(value, int) and 0 <= value < max(len(table), 100_000) for value in values):
        return [str(label) for label in range(max(values) + 1)]
    kinds = sorted({type(value).__name__ for value in values})
    raise SidecarError(
        "unsuitable-data",
        f"The column {column} of {where} has {', '.join(kinds) or 'no values'}; labels are names or numbers from 0.",
        ["Set RMINAS.LABEL_COLUMN to another column."],
    )


def _values(table: Any, column: str) -> list[Any]:
    return list(table.select_columns([column]).with_format(None)[:][column])


def _part(table: Any, image_column: str, label_column: str, names: Sequence[str], where: str) -> Part:
    datasets = _package()
    if type(table.features[image_column]).__name__ != "Image":
        raise SidecarError(
            "unsuitable-data",
            f"The column {image_column} of {where} has no images but {table.features[image_column]}.",
            ["Set RMINAS.IMAGE_COLUMN to a column of images."],
        )
    labels = _labels(table, label_column, names, where)
    encoded = table.select_columns([image_column]).cast_column(image_column, datasets.Image(decode=False))
    source = TableSource(_Column(encoded, image_column), _identities(encoded, image_column), where)
    return Part(source, np.arange(len(labels)), labels)


def _identities(encoded: Any, column: str) -> list[str]:
    """The path and the bytes of each image, without a copy of its content."""
    import pyarrow.compute

    known = []
    for batch in encoded.with_format("arrow").iter(batch_size=1000):
        images = batch[column].combine_chunks()
        sizes = pyarrow.compute.binary_length(images.field("bytes")).to_pylist()
        known += [f"{path!r} {size}" for path, size in zip(images.field("path").to_pylist(), sizes, strict=True)]
    return known


@dataclass(frozen=True)
class _Column:
    table: Any
    name: str

    def __getitem__(self, index: int) -> Any:
        return self.table[index][self.name]


def _labels(table: Any, column: str, names: Sequence[str], where: str) -> npt.NDArray[np.int64]:
    values = _values(table, column)
    numbers = {name: number for number, name in enumerate(names)}
    known = [numbers.get(value, -1) if isinstance(value, str) else value for value in values]
    wrong = next((value for value, label in zip(values, known, strict=True) if not _is_label(label, names)), _FINE)
    if wrong is not _FINE:
        raise SidecarError(
            "unsuitable-data",
            f"{where} has the label {wrong!r}, which is none of the {len(names)} classes of the training images.",
            ["Remove the rows without a class."],
        )
    return np.array(known, dtype=np.int64)


_FINE = object()


def _is_label(label: object, names: Sequence[str]) -> bool:
    return isinstance(label, int) and 0 <= label < len(names)
