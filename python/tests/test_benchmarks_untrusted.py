"""Files that NAS-Bench-201's importer must not trust: nothing that they name runs, and nothing is written."""

import bz2
import os
import pickle
import random
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from rminas_sidecar.benchmarks import import_file
from rminas_sidecar.errors import SidecarError
from support.nas_bench_201_files import content, save_bz2, save_pth
from support.nas_bench_201_imports import SAVERS, quiet, refuses


class Malicious:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self._mark}",)


@pytest.mark.parametrize("form", SAVERS)
@pytest.mark.parametrize("place", ["first", "last", "in an architecture", "as a key"])
def test_one_malicious_global_is_named_and_not_run(tmp_path: Path, form: str, place: str) -> None:
    table = content(2)
    mark = tmp_path / "mark"
    if place == "first":
        table = {"evil": Malicious(mark), **table}
    elif place == "last":
        table["evil"] = Malicious(mark)
    elif place == "as a key":
        table["arch2infos"][Malicious(mark)] = None
    else:
        table["arch2infos"][1]["full"]["all_results"]["cifar10", 777] = Malicious(mark)
    error = refuses(SAVERS[form](table, tmp_path / "t"), tmp_path / "indexes", "refused-file", "system")
    assert "posix.system" in error.message or "nt.system" in error.message
    assert not mark.exists()


@pytest.mark.parametrize(
    ("program", "name"),
    [
        (b"cos\nsystem\n(X\x04\0\0\0truetR.", "os.system"),
        (b"(X\x04\0\0\0trueios\nsystem\n.", "os.system"),
        (b"X\x08\0\0\0builtinsX\x04\0\0\0eval\x93X\x01\0\0\x001\x85R.", "builtins.eval"),
        (b"c__builtin__\ngetattr\n.", "__builtin__.getattr"),
        (b"ctorch._utils\n_import_dotted_name\n.", "torch._utils._import_dotted_name"),
        (b"ctorch.storage\n_load_from_bytes.x\n.", "torch.storage._load_from_bytes.x"),
        (b"cnumpy.core.multiarray\n_reconstruct\n.", "numpy.core.multiarray._reconstruct"),
        (b"\x82\x01.", "extension 1"),
    ],
)
@pytest.mark.parametrize("protocol", [b"\x80\x02", b"\x80\x04"])
def test_every_way_of_naming_is_watched(tmp_path: Path, program: bytes, name: str, protocol: bytes) -> None:
    file = tmp_path / "t.pickle"
    file.write_bytes(protocol + program)
    refuses(file, tmp_path / "indexes", "refused-file", name, "it was not called")


@pytest.mark.parametrize("form", SAVERS)
def test_a_truncated_file_is_not_whole(tmp_path: Path, form: str) -> None:
    whole = SAVERS[form](content(1), tmp_path / "whole").read_bytes()
    draw = random.Random(form)
    # In the header, anywhere, and where next to nothing is missing.
    for size in {3, 20, 100, len(whole) - 1, *(draw.randrange(100, len(whole) - 1) for _ in range(12))}:
        file = tmp_path / "cut"
        file.write_bytes(whole[:size])
        refuses(file, tmp_path / "indexes", "corrupt-file", "not")


def test_changed_bytes_are_noticed_or_harmless(tmp_path: Path) -> None:
    """Whatever a byte is changed to, the import ends in an error of its own, or in figures."""
    whole = save_pth(content(1), tmp_path / "whole", legacy=True).read_bytes()
    draw = random.Random(1)
    for _ in range(60):
        spoilt = bytearray(whole)
        spoilt[draw.randrange(200, len(whole))] = draw.randrange(256)
        file = tmp_path / "spoilt"
        file.write_bytes(spoilt)
        try:
            import_file(str(file), str(tmp_path / "indexes"), quiet)
        except SidecarError as error:
            assert error.code in ("corrupt-file", "refused-file")
            assert str(file) in error.message


def bad_zip(folder: Path, name: str, compression: int) -> Path:
    file = folder / "t.zip"
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr(name, pickle.dumps(content(1), protocol=2))
    return file


def written(folder: Path, program: bytes) -> Path:
    file = folder / "t"
    file.write_bytes(program)
    return file


def checkpoint(folder: Path) -> Path:
    return save_pth({"state_dict": OrderedDict(weight=torch.zeros(3)), "epoch": 3}, folder / "t.pth")


FOREIGN: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a checkpoint": (checkpoint, "no meta_archs and arch2infos"),
    "an archive": (
        lambda folder: bad_zip(folder, "readme.txt", zipfile.ZIP_STORED),
        "archive that PyTorch has not saved",
    ),
    "a bomb": (
        lambda folder: bad_zip(folder, "t/data.pkl", zipfile.ZIP_DEFLATED),
        "archive that PyTorch has not saved",
    ),
    "no archive": (lambda folder: written(folder, b"PK\x03\x04rest"), "zip"),
    "CIFAR": (lambda folder: written(folder, pickle.dumps({b"data": b"\0" * 3072}, protocol=2)), "bytes"),
    "a number": (lambda folder: written(folder, pickle.dumps(7, protocol=2)), "no meta_archs"),
    "text": (lambda folder: save_bz2("text", folder / "t.pbz2"), "no meta_archs"),
    "no bzip2": (lambda folder: written(folder, b"BZh9 is no bzip2"), "Invalid data stream"),
    "other bzip2": (lambda folder: written(folder, bz2.compress(b"words")), "byte 0 is 0x77"),
    "a huge text": (lambda folder: written(folder, b"\x80\x04X\xff\xff\xff\x7f."), "announces 2147483647 bytes"),
    "a huge number": (lambda folder: written(folder, b"\x80\x04\x8b\xff\xff\xff\x7f."), "announces"),
    "no stop": (lambda folder: written(folder, b"\x80\x02}"), "ends at byte 3"),
    "no stack": (lambda folder: written(folder, b"\x80\x02s."), "more objects than the stack has"),
    "no object": (lambda folder: written(folder, b"\x80\x02h\x09."), "byte"),
    "a gap": (lambda folder: written(folder, b"\x80\x02}r\xff\xff\xff\x0f."), "follows"),
    "a name without end": (lambda folder: written(folder, b"\x80\x02c" + b"x" * 5000), "has no end"),
    "keys too deep": (lambda folder: written(folder, b"\x80\x02})" + b"\x85" * 200_000 + b"Ns."), "key of the type"),
    "a list as key": (lambda folder: written(folder, b"\x80\x02}]Ns."), "key of the type list"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_no_table(tmp_path: Path, name: str) -> None:
    make, said = FOREIGN[name]
    refuses(make(tmp_path), tmp_path / "indexes", "corrupt-file", said)


def test_a_number_of_another_length_than_its_type_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t"
    file.write_bytes(b"\x80\x04cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\nX\x02\0\0\0f8\x85RC\x01xtR.")
    refuses(file, tmp_path / "indexes", "corrupt-file", "a number of 1 bytes")


def test_a_compressed_table_expands_only_so_far(tmp_path: Path) -> None:
    file = tmp_path / "t"
    # A text of 60,000 bytes that is dropped again, 40 times.
    file.write_bytes(bz2.compress(b"\x80\x04" + (b"B\x60\xea\0\0" + bytes(60_000) + b"0") * 40 + b"."))
    refuses(file, tmp_path / "indexes", "corrupt-file", "it ends at byte 10")


def test_an_import_that_the_memory_cannot_bear_is_not_begun(tmp_path: Path) -> None:
    file = tmp_path / "huge.pth"
    file.write_bytes(b"\x80\x02")
    # Sparse: it takes no room on the disk.
    os.truncate(file, 1 << 42)
    error = refuses(file, tmp_path / "indexes", "out-of-memory", "needs about 1099.6 GB", "GB are available")
    assert "a machine with more memory" in error.next_steps[0]


def test_headers_are_those_of_the_published_files(tmp_path: Path) -> None:
    """The legacy form is what PyTorch before 1.6 wrote: its magic number comes first."""
    legacy = save_pth(content(1), tmp_path / "t", legacy=True).read_bytes()
    assert legacy[:4] == b"\x80\x02\x8a\x0a"
    assert int.from_bytes(legacy[4:14], "little") == 0x1950A86A20F9469CFC6C
