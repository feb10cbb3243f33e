"""The published files of NAS-Bench-201 and NATS-Bench's topology space.

- `NAS-Bench-201-v1_0-e61699.pth` and `-v1_1-096897.pth`, saved by PyTorch as one pickle after three small ones, or, by
  PyTorch 1.6 and newer, as a zip archive with the pickle in it;
- `NATS-tss-v1_0-3ffb96.pickle.pbz2`, a pickle compressed by bzip2;
- `NATS-tss-v1_0-3ffb9-simple`, a folder with such a pickle for each architecture, and one with all genotypes.

All contain the same dictionaries. The importer keeps the figures of every training after its last epoch, under the
names of the benchmark. It needs no PyTorch and calls no function that a file names: see `system.pickled`.
"""

from __future__ import annotations

import bz2
import re
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from ...errors import SidecarError
from ...system.files import UNREADABLE_ARCHIVE
from ...system.pickled import BadPickle, Record, RefusedGlobal, Source, records
from ..table import Table, TableEntry
from ..table_globals import TABLE_GLOBALS
from .corrupt import corrupt
from .nas_bench_201 import BENCHMARK, SPACE_SIZE, is_genotype, number_of
from .nas_bench_201_results import Average, Reducer, mean, mean_or_seed_888

META = "meta.pickle.pbz2"
DESCRIPTION = (
    "NAS-Bench-201's .pth, NATS-Bench's topology file (.pickle.pbz2) or its folder of one file an architecture"
)

_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
_PICKLE_OF_ZIP = re.compile(r"[^/]+/data\.pkl")
_MEMBER = re.compile(r"(\d{1,6})\.pickle\.pbz2", re.ASCII)
_TABLE_KEYS = ("meta_archs", "arch2infos")
#: A pickle may have so many bytes for each byte of its file, and so many in any case. Trainings compress to a half,
#: lists of genotypes to a twentieth. bzip2 itself would expand a byte to 45,000.
_MOST_INFLATION = 64
_LEAST_INFLATED = 1 << 20
_ABOUT = "final figures of every training, by seed and as their mean; data sets and splits by the benchmark's names"


@dataclass(frozen=True)
class Form:
    """A file format."""

    magic: bytes
    open: Callable[[BinaryIO], BinaryIO]
    #: Averages parameters and FLOPs over seeds, as the published API does.
    average_cost: Average
    #: Memory for each byte of the file, by measurement: the memo of the pickle, and the index.
    #: `npm run bench -- benchmark --file FILE` measures it.
    memory_of_byte: float


def _open_zip(stream: BinaryIO) -> BinaryIO:
    try:
        archive = zipfile.ZipFile(stream)
        names = [name for name in archive.namelist() if _PICKLE_OF_ZIP.fullmatch(name)]
        # PyTorch does not compress. A compressed member could expand to any size.
        if len(names) != 1 or archive.getinfo(names[0]).compress_type != zipfile.ZIP_STORED:
            raise BadPickle("it is an archive that PyTorch has not saved")
        return cast(BinaryIO, archive.open(names[0]))
    except UNREADABLE_ARCHIVE as error:
        raise BadPickle(f"it is not a complete archive: {error}") from error


def _open_bz2(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, bz2.BZ2File(stream))


FORMS = (
    Form(b"PK\x03\x04", _open_zip, mean, 0.25),
    Form(b"BZh", _open_bz2, mean_or_seed_888, 2.5),
    Form(b"\x80", lambda stream: stream, mean, 0.25),
)


def form_of(head: bytes) -> Form | None:
    """The format of a file that starts with these bytes, or None if it is unknown."""
    return next((form for form in FORMS if head.startswith(form.magic)), None)


def read(file: Path, form: Form) -> Table:
    """The table in a file.

    Reading the entries raises `SidecarError`: `refused-file` if the file names a function that no table needs,
    `corrupt-file` if it is incomplete or not a table.
    """
    size = file.stat().st_size
    progress = _Progress(size)
    return Table(BENCHMARK, file, _ABOUT, SPACE_SIZE, progress.expected, _entries(file, form, progress))


def read_folder(folder: Path) -> Table:
    """The table in a folder with one file per architecture. Raises the errors of `read`."""
    members = sorted(name for name in (path.name for path in folder.iterdir()) if _MEMBER.fullmatch(name))
    entries = _entries_of_folder(folder, members)
    return Table(BENCHMARK, folder, _ABOUT, SPACE_SIZE, lambda _read: len(members), entries)


class _Progress:
    """How much of a file was read."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.tell: Callable[[], int] = lambda: 0

    def expected(self, read: int) -> int:
        """Estimated number of architectures in the file, from the part that was read."""
        return max(read, round(read * self._size / max(1, self.tell())))


def _entries(file: Path, form: Form, progress: _Progress) -> Iterator[TableEntry]:
    with _naming(file), file.open("rb") as raw:
        progress.tell = raw.tell
        stream = form.open(raw)
        reducer = Reducer(str(file), form.average_cost)
        source = Source(stream, _largest(file))
        root = yield from _reduce(source, reducer)
        if root == _TORCH_MAGIC:
            # Two pickles with format version and byte order come before the table, one with names of storages after it.
            yield from _reduce(source, reducer)
            yield from _reduce(source, reducer)
            root = yield from _reduce(source, reducer)
            yield from _reduce(source, reducer)
        else:
            source.exhaust()
        _check_whole(str(file), root)


def _entries_of_folder(folder: Path, members: list[str]) -> Iterator[TableEntry]:
    names = _meta(folder / META)
    for member in members:
        file = folder / member
        number = int(member.partition(".")[0])
        if number >= len(names):
            raise corrupt(str(file), f"{META} has no architecture of this number, but {len(names)} of them")
        with _naming(file), file.open("rb") as raw:
            source = Source(_open_bz2(raw), _largest(file))
            entries = list(_reduce(source, Reducer(str(file), mean_or_seed_888)))
            source.exhaust()
        if [(entry.number, entry.genotype) for entry in entries] != [(number_of(names[number]), names[number])]:
            raise corrupt(str(file), f"it does not hold the results of architecture {number}, {names[number]}")
        yield from entries


def _meta(file: Path) -> list[str]:
    """The genotypes of all architectures, by number."""
    with _naming(file), file.open("rb") as raw:
        source = Source(_open_bz2(raw), _largest(file))
        reading = _reduce(source, Reducer(str(file), mean))
        while True:
            try:
                next(reading)
            except StopIteration as end:
                root = end.value
                break
        source.exhaust()
    return _genotypes(str(file), root.get("meta_archs") if isinstance(root, Record) else None)


def _largest(file: Path) -> int:
    """Bytes that the pickle of a file may have."""
    return _LEAST_INFLATED + _MOST_INFLATION * file.stat().st_size


def _reduce(source: Source, reducer: Reducer) -> Generator[TableEntry, None, Any]:
    """Yields the architectures of one pickle, and returns its reduced object."""
    reading = records(source, TABLE_GLOBALS)
    while True:
        try:
            record = next(reading)
        except StopIteration as end:
            return end.value
        yield from reducer.reduce(record)


def _check_whole(place: str, root: object) -> None:
    """Checks that the table agrees with the architectures that were read from it."""
    if not isinstance(root, Record) or any(key not in root for key in _TABLE_KEYS):
        raise corrupt(place, f"it is a pickle, but not {DESCRIPTION}: there is no {' and '.join(_TABLE_KEYS)} in it")
    genotypes = _genotypes(place, root["meta_archs"])
    results = root["arch2infos"]
    if not isinstance(results, Record):
        raise corrupt(place, "arch2infos is not a dictionary")
    for number, record in results.items():
        known = record.digest if isinstance(record, Record) else None
        if type(number) is not int or not 0 <= number < len(genotypes) or known != (number, genotypes[number]):
            raise corrupt(place, f"arch2infos has no complete results of architecture {number!r}")


def _genotypes(place: str, names: object) -> list[str]:
    if not isinstance(names, list) or not all(map(is_genotype, names)) or len(set(names)) < len(names):
        raise corrupt(place, "meta_archs is not a list of distinct architectures")
    return names


@contextmanager
def _naming(file: Path) -> Iterator[None]:
    """Turns errors into those of the sidecar, which name the file."""
    try:
        yield
    except RefusedGlobal as error:
        raise SidecarError(
            "refused-file",
            f"{file} names {error.name}, which no NAS-Bench-201 file needs; it was not called.",
            ["Download the file from the publisher of the benchmark, and do not open this one with other programs."],
        ) from error
    except (BadPickle, EOFError, zipfile.BadZipFile) as error:
        raise corrupt(str(file), f"it is incomplete, or not a table: {error}") from error
    except OSError as error:
        # bzip2 raises OSError without a number for wrong bytes.
        if error.errno is None:
            raise corrupt(str(file), f"it is incomplete, or not a table: {error}") from error
        raise SidecarError("missing-file", f"{file} cannot be read: {error.strerror}.", ["Check the disk."]) from error
