"""Files that were made to fill the memory or to hang: each reader over a corpus of them, in a process of its own.

The bound: four times the file or 256 MiB, whichever is more, above what the process has before it reads.
`pytest -s` prints the table.
"""

import bz2
import functools
import json
import os
import pickle
import sqlite3
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from support.fresh import run_program

LEAST = 256 * 1024 * 1024

_PROGRAM = """
import json, re, sys
from pathlib import Path
from rminas_sidecar.errors import SidecarError

def memory(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

reader = sys.argv[1]
if reader == "cifar10":
    from rminas_sidecar.data.datasets import CIFAR10
    read = lambda path: CIFAR10.read_training(path.parent)
elif reader == "imagenet16":
    from rminas_sidecar.data.datasets import IMAGENET16_120
    read = lambda path: IMAGENET16_120.read_training(path.parent)
elif reader == "image":
    import torch
    from rminas_sidecar.data.image_folder import ImageFiles
    read = lambda path: ImageFiles((str(path),), torch.zeros(1, dtype=torch.int64), 8).plain(torch.tensor([0]))
elif reader == "teacher":
    from rminas_sidecar.teachers import load_teacher
    read = lambda path: load_teacher("nas-bench-201-9930", path)
elif reader == "retraining":
    import torch
    from rminas_sidecar.retraining.checkpoint import Checkpoint
    network = torch.nn.Linear(2, 2)
    sgd = torch.optim.SGD(network.parameters(), lr=0.1)
    read = lambda path: Checkpoint(path, "").load(network, sgd)
elif reader == "index":
    from rminas_sidecar.benchmarks import query
    read = lambda path: query(str(path), 0)
elif reader == "import":
    from rminas_sidecar.benchmarks import import_worker
    read = lambda path: import_worker._import(
        {"file": str(path), "folder": str(path.parent / "indexes")}, lambda *_: None
    )
for path in map(Path, sys.argv[2:]):
    # Resets the peak.
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    try:
        read(path)
        code = "read"
    except SidecarError as error:
        code = error.code
    print(json.dumps({"code": code, "grown": max(0, memory("VmHWM") - before)}), flush=True)
"""

Make = Callable[[Path], object]


def _written(content: bytes) -> Make:
    return lambda path: path.write_bytes(content)


def _sparse(size: int, head: bytes = b"") -> Make:
    def make(path: Path) -> None:
        path.write_bytes(head)
        os.truncate(path, size)

    return make


def _memo_entries(count: int) -> bytes:
    entries = np.empty(count, [("opcode", "S1"), ("number", "<u4")])
    entries["opcode"], entries["number"] = b"r", 7 * np.arange(count)
    return entries.tobytes()


def _many(opcode: bytes, count: int, before: bytes = b"\x80\x04", after: bytes = b".") -> Make:
    return _written(before + opcode * count + after)


def _archive(size: int, compression: int = zipfile.ZIP_DEFLATED, pickled: bytes = b"\x80\x02N.") -> Make:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", compression) as archive:
            archive.writestr("t/data.pkl", pickled)
            with archive.open(zipfile.ZipInfo("t/data/0"), "w") as member:
                for _ in range(size >> 20):
                    member.write(bytes(1 << 20))

    return make


def _deflated(path: Path) -> None:
    # Fast compression: the zeros still shrink to a thousandth.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuJ\0\0\0\x20tQ"
        tensor = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\0J\0\0\0\x20\x85K\x01\x85\x89NtR."
        archive.writestr("t/data.pkl", tensor)
        with archive.open("t/data/0", "w", force_zip64=True) as member:
            for _ in range(2048):
                member.write(bytes(1 << 20))


def _legacy(main: bytes) -> bytes:
    start = [pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})]
    return b"".join(start) + main


_HUGE_STORAGE = (
    b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n"
    b"X\x01\0\0\x000X\x03\0\0\0cpu\x8a\x06\0\0\0\0\0\x01NtQK\0K\x01\x85K\x01\x85\x89NtR."
)
# Copies a list of 100,000 pairs for each of 10,000 calls.
_COPIES = (
    b"\x80\x04ccollections\nOrderedDict\n\x94]("
    + b"K\x01K\x02\x86" * 100_000
    + b"e\x85\x94"
    + b"h\0h\x01R" * 10_000
    + b"."
)
_LONG_TEXT = (
    b"\x80\x04c_codecs\nencode\n\x94X\0\0\x80\0"
    + b"a" * (8 << 20)
    + b"X\x06\0\0\0latin1\x86\x94"
    + b"h\0h\x01R" * 2_000
)


def _png(side: int) -> Make:
    """A black square. Its rows are zeros, so that one compressed block is repeated."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    def make(path: Path) -> None:
        size = side * (1 + 3 * side)
        packer = zlib.compressobj(9, wbits=-15)
        block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
        rest = packer.compress(bytes(size & 0xFFFFF)) + packer.flush()
        checksum = struct.pack(">I", size % 65_521 << 16 | 1)
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        data = b"\x78\xda" + block * (size >> 20) + rest + checksum
        chunks = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)

    return make


def _recursive_view(path: Path) -> None:
    forever = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT 'schema', max(n) FROM t"
    database = sqlite3.connect(path)
    database.execute(f"CREATE VIEW meta(name, value) AS {forever}")
    database.commit()
    database.close()


def _generated_column(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE meta (name TEXT, value TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))))")
    database.execute("INSERT INTO meta (name) VALUES ('schema')")
    database.commit()
    database.close()


def _inflated_texts(path: Path) -> None:
    # Streams of bzip2 can follow each other: the large one is compressed once.
    parts = [b"\x80\x04", *[b"B\0\0\0\x04" + bytes(1 << 26)] * 12, b"."]
    path.write_bytes(b"".join(map(functools.cache(bz2.compress), parts)))


_PICKLES: dict[str, Make] = {
    "a sparse memo in 9 bytes": _written(b"\x80\x02Nr\xff\xff\xff\x7f."),
    "an announced text": _written(b"\x80\x04X\xff\xff\xff\x0f."),
    "an announced byte array": _written(b"\x80\x05\x96\0\0\0\0\x10\0\0\0."),
    "8 million lists": _many(b"]", 8_000_000),
    "8 million sets": _many(b"\x8f", 8_000_000),
    "2 million memo entries": _written(b"\x80\x02N" + _memo_entries(2_000_000)),
    "copied lists": _written(_COPIES),
    "copied texts": _written(_LONG_TEXT + b"."),
    "a tuple of tuples": _many(b"\x85", 400_000, b"\x80\x04)"),
    "colliding keys": _written(
        b"\x80\x04}("
        + b"".join(b"\x8a\x10" + ((2**61 - 1) * n).to_bytes(16, "little") + b"N" for n in range(100_000))
        + b"u."
    ),
    "a sparse file of a terabyte": _sparse(1 << 40, b"\x80\x02"),
    "a pipe": lambda path: os.mkfifo(path),
    "/dev/zero": lambda path: path.symlink_to("/dev/zero"),
}
_CHECKPOINTS: dict[str, Make] = {
    **_PICKLES,
    "2 GiB deflated": _deflated,
    "a table of contents of 60,000 names": lambda path: _names(path, 60_000),
    "lists in a checkpoint": _written(_legacy(b"\x80\x02" + b"]" * 8_000_000 + b".")),
    "a huge storage": _written(_legacy(_HUGE_STORAGE)),
    "an inflated pickle": lambda path: path.write_bytes(bz2.compress(b"\x80\x04" + b"]" * 8_000_000 + b".")),
    "inflated texts": _inflated_texts,
    "a table of safetensors": _written(struct.pack("<Q", 40 << 20) + b"{" + b"[],[]," * (7 << 20)),
}
_TABLES: dict[str, Make] = {
    **{name: make for name, make in _PICKLES.items() if name != "8 million sets"},
    "an inflated pickle": _CHECKPOINTS["an inflated pickle"],
    "inflated texts": _CHECKPOINTS["inflated texts"],
    "an archive": _CHECKPOINTS["2 GiB deflated"],
    "JSON in JSON": _written(b'{"00000000": [' + b"[]," * 5_000_000 + b"[]]}"),
    "60,000 keys": _written(json.dumps({f"{n:08}": 0 for n in range(60_000)}).encode()[:-1] + b', "00059999": 1}'),
    "200 MB of text": _sparse(200_000_000, b'{"00000000": '),
}


def _names(path: Path, count: int) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t/data.pkl", b"\x80\x02N.")
        for number in range(count):
            archive.writestr(f"t/{'x' * 200}{number}", b"")


_IMAGES: dict[str, Make] = {
    "900 million pixels": _png(30_000),
    "64 million pixels": _png(8_000),
    "a pipe": _PICKLES["a pipe"],
    "/dev/zero": _PICKLES["/dev/zero"],
    "a sparse file of a terabyte": _sparse(1 << 40, b"\x89PNG\r\n\x1a\n"),
}
CORPUS: dict[str, dict[str, tuple[str, Make]]] = {
    "cifar10": {
        **{name: ("data_batch_1", make) for name, make in _PICKLES.items()},
        "a sparse binary file": ("data_batch_1.bin", _sparse(1 << 40)),
        "a binary pipe": ("data_batch_1.bin", _PICKLES["a pipe"]),
    },
    "imagenet16": {name: ("train_data_batch_1", _PICKLES[name]) for name in ("8 million lists", "copied texts")},
    "teacher": {name: ("t.pth", make) for name, make in _CHECKPOINTS.items()},
    "retraining": {name: ("c.pt", _CHECKPOINTS[name]) for name in ("2 GiB deflated", "a pipe")},
    "image": {name: ("x.png", make) for name, make in _IMAGES.items()},
    "import": {name: ("table", make) for name, make in _TABLES.items()},
    "index": {
        "a recursive view": ("nas-bench-201.sqlite", _recursive_view),
        "a generated column": ("nas-bench-201.sqlite", _generated_column),
        "a pipe": ("nas-bench-201.sqlite", _PICKLES["a pipe"]),
    },
}
REFUSALS = ("corrupt-file", "refused-file", "missing-file", "unsuitable-teacher", "out-of-memory")


@pytest.fixture(scope="module")
def made() -> Callable[[Make, Path], None]:
    """Makes a bomb at a path. Those of several readers are made once, and linked."""
    known: dict[Make, Path] = {}

    def make_once(make: Make, path: Path) -> None:
        if make in known:
            path.hardlink_to(known[make])
            return
        make(path)
        if path.is_file() and not path.is_symlink():
            known[make] = path

    return make_once


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")
@pytest.mark.parametrize("reader", CORPUS)
def test_bombs_are_refused_within_bounds(tmp_path: Path, made: Callable[[Make, Path], None], reader: str) -> None:
    paths = []
    for number, (name, make) in enumerate(CORPUS[reader].values()):
        paths.append(tmp_path / str(number) / name)
        paths[-1].parent.mkdir()
        made(make, paths[-1])
    done = run_program(_PROGRAM, [reader, *map(str, paths)])
    assert done.returncode == 0, (len(done.stdout.splitlines()), done.stderr[-2000:])
    for bomb, path, line in zip(CORPUS[reader], paths, done.stdout.splitlines(), strict=True):
        answer, size = json.loads(line), path.stat().st_blocks * 512
        print(
            f"\n{reader:<10} {bomb:<36} {size / 2**20:6.1f} MiB  +{answer['grown'] / 2**20:4.0f} MiB  {answer['code']}",
            end="",
        )
        assert answer["code"] in REFUSALS, bomb
        assert answer["grown"] <= max(LEAST, 4 * size), bomb
