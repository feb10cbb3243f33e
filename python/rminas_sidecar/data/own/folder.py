"""Images in one folder a class: `PATH/cat/1.png`, or `PATH/train/cat/1.png` and `PATH/val/cat/2.png`."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from rminas_sidecar.data.decoding import Change, decode_file
from rminas_sidecar.data.own.part import Content, Part, divide, require_classes
from rminas_sidecar.errors import SidecarError

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "PPM", "TIFF")
"""Pillow's decoders that may be called."""
_ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".ppm", ".pgm", ".tif", ".tiff")
_TRAINING = "train"
_HELD_OUT = ("val", "valid", "validation", "test")
# What file managers, file systems and network storages put beside images. `@eaDir` has thumbnails.
_UNSEEN = {"thumbs.db", "desktop.ini", "__macosx", "lost+found", "$recycle.bin", "system volume information", "@eadir"}
_DEEPEST = 32
"""Folders in a row below the folder of a class."""


@dataclass(frozen=True)
class FileSource:
    """Image files.

    Args:
        root: the folder that the paths start from.
        paths: one an image.
        sizes: bytes of each file.
    """

    root: Path
    paths: Sequence[str]
    sizes: Sequence[int]

    def load(self, index: int, change: Change) -> Image.Image:
        """See :class:`rminas_sidecar.data.own.part.Source`."""
        return decode_file(f"{self.root}/{self.paths[index]}", FORMATS, change)

    def identity(self, index: int) -> str:
        """See :class:`rminas_sidecar.data.own.part.Source`."""
        return f"{self.paths[index]!r} {self.sizes[index]}"


def read_folder(root: Path, held_out_share: float) -> Content:
    """Lists the images; they are decoded when they are used.

    Classes are the folders in the order of their names. Hidden files and folders are left out.

    Raises:
        SidecarError: `missing-file` when there is no folder or no image, `unsuitable-data` for one class or an empty
            class.
    """
    folders = _folders(root)
    if _TRAINING not in folders:
        return _split_one(root, held_out_share)
    other = [name for name in _HELD_OUT if name in folders]
    if not other:
        return _split_one(root / _TRAINING, held_out_share)
    training, classes, notes = _list(root / _TRAINING)
    held_out, more_notes = _list_known(root / other[0], classes)
    notes = [*notes, *more_notes, *(f"{root / name} is not used." for name in other[1:])]
    return Content(classes, training, held_out, split=False, notes=notes)


def _split_one(root: Path, share: float) -> Content:
    whole, classes, notes = _list(root)
    training, held_out = divide(whole, share, str(root))
    return Content(classes, training, held_out, split=True, notes=notes)


def _list(root: Path) -> tuple[Part, list[str], list[str]]:
    """The images in the class folders of a folder, the names of the classes, and notes."""
    classes = _folders(root)
    if not classes:
        loose = next((name for name, _ in _files(root, "") if _is_image(name)), None)
        found = f"; images such as {loose} lie directly in it" if loose else ""
        raise SidecarError(
            "missing-file",
            f"{root} has no folders of classes{found}.",
            ["Put the images of each class into a folder of its own: PATH/cat/1.png, PATH/dog/1.png."],
        )
    part, counts, notes = _list_classes(root, classes)
    require_classes(counts, classes, str(root))
    return part, classes, notes


def _list_known(root: Path, classes: Sequence[str]) -> tuple[Part, list[str]]:
    """The held-out images, whose classes must be those of the training images."""
    unknown = [name for name in _folders(root) if name not in classes]
    if unknown:
        raise SidecarError(
            "unsuitable-data",
            f"{root} has the class{'' if len(unknown) == 1 else 'es'} {', '.join(unknown[:5])}, and the training "
            "images have not.",
            ["Give the folders of both parts the same names."],
        )
    part, counts, notes = _list_classes(root, classes)
    if not len(part):
        raise SidecarError("missing-file", f"{root} has no image.", ["Add images, or remove the folder."])
    missing = [name for name, count in zip(classes, counts, strict=True) if not count]
    if missing:
        notes.append(f"{root} has no image of {', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}.")
    return part, notes


def _list_classes(root: Path, classes: Sequence[str]) -> tuple[Part, list[int], list[str]]:
    there = set(_folders(root))
    files = [
        (label, *file)
        for label, name in enumerate(classes)
        if name in there
        for file in _files(root / name, f"{name}/")
    ]
    images = [file for file in files if _is_image(file[1])]
    others = [name for _, name, _ in files if not _is_image(name)]
    labels = np.array([label for label, _, _ in images], dtype=np.int64)
    counts = np.bincount(labels, minlength=len(classes)).tolist()
    notes = [f"{root} has {len(others)} files that are not images; they are left out: {others[0]} …"] if others else []
    source = FileSource(root, [name for _, name, _ in images], [size for _, _, size in images])
    return Part(source, np.arange(len(labels)), labels), counts, notes


def _folders(root: Path) -> list[str]:
    try:
        with os.scandir(root) as entries:
            return sorted(entry.name for entry in entries if not _is_hidden(entry.name) and entry.is_dir())
    except FileNotFoundError:
        raise SidecarError("missing-file", f"The folder {root} does not exist.", ["Correct the path."]) from None
    except NotADirectoryError:
        raise SidecarError("missing-file", f"{root} is not a folder.", ["Name the folder of the classes."]) from None
    except OSError as error:
        raise SidecarError(
            "missing-file", f"{root} cannot be read: {error.strerror}.", ["Correct the path."]
        ) from error


def _files(folder: Path, prefix: str) -> Iterator[tuple[str, int]]:
    """The files in a folder and in those below it, in the order of their names: the path, and the size in bytes."""
    if prefix.count("/") > _DEEPEST:
        raise SidecarError(
            "unsuitable-data",
            f"{folder} is below more than {_DEEPEST} folders.",
            ["Put the images of a class into its folder, or into folders directly below it."],
        )
    try:
        with os.scandir(folder) as entries:
            known = sorted((entry for entry in entries if not _is_hidden(entry.name)), key=lambda entry: entry.name)
        inside = [(entry.name, _size(entry)) for entry in known]
    except OSError as error:
        raise SidecarError(
            "missing-file",
            f"{folder} cannot be read: {error.strerror}.",
            ["Make sure that you may read it, or take it out of the folder of the images."],
        ) from error
    for name, size in inside:
        if size is None:
            yield from _files(folder / name, f"{prefix}{name}/")
        elif size >= 0:
            yield f"{prefix}{name}", size


def _size(entry: os.DirEntry[str]) -> int | None:
    """The size of a file in bytes; None for a folder, and -1 for anything else."""
    if entry.is_dir(follow_symlinks=False):
        return None
    return entry.stat().st_size if entry.is_file() else -1


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in _UNSEEN


def _is_image(name: str) -> bool:
    return name.lower().endswith(_ENDINGS)
