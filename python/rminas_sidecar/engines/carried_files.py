"""Files of this machine that a training names, on their way to a node of a cluster and back."""

import copy
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.ipc.path_allow_list import PATHS, path_at
from rminas_sidecar.protocol import Body

Files = dict[str, bytes]
"""The content of a file under the name `.`, or of the files of a folder by their paths in it. Folders end with `/`."""

LARGEST = 2 << 30
"""Bytes that travel: this machine and the node hold them in memory."""

_CHECKPOINT = "checkpoint"
_PREFIX = "rminas-training-"


def inputs_of(kind: str, body: Body) -> list[str]:
    """The paths that a training reads: its data set and, for a distillation, the teacher.

    Args:
        kind: type of the request, `retrain` or `one-shot`.
        body: its body.
    """
    paths = (path_at(body, place) for place in PATHS[kind] if place != (_CHECKPOINT,))
    # Null stands for files that every node has.
    return [path for path in paths if path is not None]


def read_files(path: Path) -> Files:
    """Reads a file, or all files of a folder.

    Raises:
        SidecarError: `unsuitable-data` when they are too large; `missing-file` when one cannot be read.
    """
    files: Files = {}
    size = 0
    try:
        for name, file in _files_below(path):
            is_folder = name.endswith("/")
            size += 0 if is_folder else file.stat().st_size
            if size > LARGEST:
                raise _too_large(path)
            files[name] = b"" if is_folder else file.read_bytes()
    except OSError as error:
        raise SidecarError("missing-file", f"{error.filename or path} cannot be read: {error.strerror}.", []) from error
    return files


class TrainingFolder:
    """The files of one training on a node, in a temporary folder.

    An actor that is killed leaves its folder behind. The next one on the node removes it.

    Args:
        kind: type of the request.
        body: its body, with paths of the controller's machine.
        inputs: the content of each path that the training reads.
        checkpoint: content of the checkpoint; None for a new training.

    Raises:
        OSError: when the files cannot be written.
    """

    def __init__(self, kind: str, body: Body, inputs: Mapping[str, Files], checkpoint: bytes | None) -> None:
        _remove_abandoned()
        self._folder, self._lock = _make_folder()
        self.body: Body = copy.deepcopy(body)
        """The body with paths of this node."""
        for number, place in enumerate(PATHS[kind]):
            path = path_at(body, place)
            if path is None:
                continue
            # With its name, by which readers recognise some files.
            here = self._folder / str(number) / Path(path).name
            here.parent.mkdir()
            _set_at(self.body, place, str(here))
            if path in inputs:
                _write(inputs[path], here)
        self._checkpoint = Path(self.body[_CHECKPOINT])
        if checkpoint is not None:
            self._checkpoint.write_bytes(checkpoint)
        self._version = self._find_version()

    def saved(self) -> bytes | None:
        """The checkpoint, if the training has saved it since the last call."""
        version = self._find_version()
        if version == self._version:
            return None
        self._version = version
        return self._checkpoint.read_bytes()

    def remove(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)

    def _find_version(self) -> tuple[int, int] | None:
        try:
            status = self._checkpoint.stat()
        except FileNotFoundError:
            return None
        # Each save is a new file.
        return status.st_ino, status.st_mtime_ns


def _set_at(body: Body, place: tuple[str, ...], value: str) -> None:
    *outer, last = place
    for key in outer:
        body = body[key]
    body[last] = value


def _files_below(path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield ".", path
        return
    # Links to folders are followed, as the readers of images follow them.
    for folder, subfolders, names in os.walk(path, followlinks=True, onerror=_raise):
        real = Path(folder).resolve()
        # A link to a folder that contains it would lead in a circle.
        subfolders[:] = [name for name in subfolders if not real.is_relative_to(Path(folder, name).resolve())]
        # The number of a class is the rank of its folder, also if that is empty.
        yield f"{Path(folder).relative_to(path)}/", Path(folder)
        # A broken link or a socket is not read on this machine either.
        yield from ((str(file.relative_to(path)), file) for name in names if (file := Path(folder, name)).is_file())


def _raise(error: OSError) -> None:
    raise error


def _write(files: Files, here: Path) -> None:
    for name, content in files.items():
        if name.endswith("/"):
            (here / name).mkdir()
        else:
            (here / name).write_bytes(content)


def _too_large(path: Path) -> SidecarError:
    return SidecarError(
        "unsuitable-data",
        f"{path} has more than {LARGEST >> 30} GiB, too much to send it to a node of the cluster.",
        ["Run rminas on a node that has the data, as a Ray Job: see docs/cluster.md."],
    )


def _make_folder() -> tuple[Path, int]:
    """A new folder, and a descriptor that locks it as long as this process lives."""
    while True:
        folder = tempfile.mkdtemp(prefix=_PREFIX)
        descriptor = _lock(folder)
        # Another process may take it for abandoned before it is locked.
        if descriptor is not None:
            return Path(folder), descriptor


def _remove_abandoned() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        descriptor = _lock(str(folder))
        if descriptor is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)


def _lock(folder: str) -> int | None:
    """A descriptor that locks a folder; None when another process has locked or removed it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    import fcntl  # Not on every system.

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
