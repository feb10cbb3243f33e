"""Images in a NumPy archive (.npz): the arrays `x` and `y`, perhaps `x_val`, `y_val` and the names `classes`.

Objects in arrays are pickles, which run code when they are read. They are refused before they are read.
"""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError
from typing import IO

import numpy as np

from rminas_sidecar.data.own.arrays import array_source, labels_of
from rminas_sidecar.data.own.part import Content, Part, divide, require_classes
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.files import UNREADABLE_ARCHIVE, open_file, open_member
from rminas_sidecar.system.foreign import describe_foreign
from rminas_sidecar.system.memory import available_memory, require_memory

_LARGEST = 1 << 40
_MOST_CLASSES = 100_000
_HOW = "Write it with numpy.savez(PATH, x=images, y=labels)."


def read_npz(path: Path, held_out_share: float) -> Content:
    """Reads all arrays into memory.

    Raises:
        SidecarError: `missing-file`, `corrupt-file`; `refused-file` for arrays of objects; `unsuitable-data` for wrong
            shapes or labels; `out-of-memory`.
    """
    with _open(path) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        for name in ("x", "y"):
            if name not in members:
                known = ", ".join(list(members)[:10]) or "none"
                raise SidecarError("unsuitable-data", f"{path} has no array {name}; it has {known}.", [_HOW])
        reader = _Reader(path, archive, members)
        whole = reader.part("x", "y")
        names = reader.classes()
        if "x_val" in members or "y_val" in members:
            held_out = reader.part("x_val", "y_val")
            training, split = whole, False
        else:
            training, held_out = divide(whole, held_out_share, str(path))
            split = True
    classes = names or [str(label) for label in range(int(whole.labels.max()) + 1 if len(whole) else 0)]
    for part, name in ((whole, "y"), (held_out, "y_val")):
        if len(part) and int(part.labels.max()) >= len(classes):
            raise SidecarError(
                "unsuitable-data",
                f"The array {name} of {path} has the label {int(part.labels.max())}, and there are {len(classes)} "
                "classes.",
                ["Number the classes from 0, without gaps."],
            )
    require_classes(np.bincount(whole.labels, minlength=len(classes)).tolist(), classes, str(path))
    return Content(classes, training, held_out, split)


@contextmanager
def _open(path: Path) -> Iterator[zipfile.ZipFile]:
    with open_file(path, "The NumPy archive", ["Correct the path."], _LARGEST) as (file, _):
        foreign = describe_foreign(file)
        # An .npz is a zip archive.
        if foreign is not None and not zipfile.is_zipfile(file):
            raise SidecarError("corrupt-file", f"{path} is not an .npz: it is {foreign.what}.", [_HOW])
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as archive:
                yield archive
        except UNREADABLE_ARCHIVE as error:
            raise SidecarError("corrupt-file", f"{path} is not a NumPy archive (.npz): {error}.", [_HOW]) from error


class _Reader:
    def __init__(self, path: Path, archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> None:
        self._path = path
        self._archive = archive
        self._members = members

    def part(self, images: str, labels: str) -> Part:
        source = array_source(images, self._array(images), f"{self._members[images].CRC:08x}")
        known = labels_of(labels, self._array(labels), len(source.pixels))
        return Part(source, np.arange(len(known)), known)

    def classes(self) -> list[str]:
        """The names of the classes; none where the archive has no array of them."""
        if "classes" not in self._members:
            return []
        names = self._array("classes")
        if names.ndim != 1 or names.dtype.kind not in "USiu" or len(names) > _MOST_CLASSES:
            raise SidecarError(
                "unsuitable-data",
                f"The array classes of {self._path} has {names.dtype} of {names.ndim} dimensions, not a list of names.",
                ["Store the names as text, one a class."],
            )
        return [name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names.tolist()]

    def _array(self, name: str) -> np.ndarray:
        if name not in self._members:
            raise SidecarError("unsuitable-data", f"{self._path} has no array {name}.", [_HOW])
        with open_member(self._archive, self._members[name]) as file:
            shape, fortran, dtype = self._header(name, file)
            size = int(np.prod(shape, dtype=object)) * dtype.itemsize
            require_memory(f"The array {name} of {self._path}", size, available_memory())
            content = file.read(size)
            # Reading the end checks the sum of the whole array.
            rest = file.read(1)
        if len(content) != size or rest:
            raise SidecarError(
                "corrupt-file", f"The array {name} of {self._path} is incomplete.", ["Write the file again."]
            )
        return np.frombuffer(content, dtype=dtype).reshape(shape, order="F" if fortran else "C")

    def _header(self, name: str, file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
        try:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, fortran, dtype = read(file)
        # NumPy reads the header as an expression of Python.
        except (LookupError, RecursionError, SyntaxError, TokenError, TypeError, ValueError) as error:
            raise SidecarError(
                "corrupt-file", f"{self._path} has no array of NumPy under the name {name}: {error}.", [_HOW]
            ) from error
        if dtype.hasobject:
            raise SidecarError(
                "refused-file",
                f"The array {name} of {self._path} has Python objects, which are pickles. They were not read.",
                ["Store numbers: numpy.stack(images) makes one array of images of equal size."],
            )
        return shape, fortran, dtype
