"""The readers of foreign bytes, each as a function of bytes for the fuzzer.

A reader answers whether it accepts the bytes. It refuses them by an error that it documents. Any other exception is a
fault.
"""

import gzip
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from rminas_sidecar.benchmarks import import_file, query, summary
from rminas_sidecar.data.datasets import CIFAR100
from rminas_sidecar.data.image_folder import ImageFiles
from rminas_sidecar.data.own.npz import read_npz
from rminas_sidecar.data.pickled import PickledFormat, read_images
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.checkpoints import read_checkpoint
from rminas_sidecar.networks.darts_genotype import parse as parse_darts
from rminas_sidecar.networks.mb import parse as parse_mb
from rminas_sidecar.networks.nas_bench_201 import parse as parse_nas_bench_201
from rminas_sidecar.networks.nas_bench_macro import parse as parse_nas_bench_macro
from rminas_sidecar.networks.proxyless import parse as parse_proxyless
from rminas_sidecar.networks.registry import parse_choices
from rminas_sidecar.networks.weights import load_weights, require_usable
from rminas_sidecar.protocol.validate import InvalidMessage, decode
from rminas_sidecar.retraining.checkpoint import Checkpoint

Reader = Callable[[bytes], bool]

REFUSALS = {
    "corrupt-file",
    "refused-file",
    "missing-file",
    "unsuitable-data",
    "unsuitable-teacher",
    "unknown-architecture",
    "invalid-genotype",
    "out-of-memory",
}
"""Codes of the errors by which a reader refuses its bytes."""
SMALL_IMAGES = PickledFormat("small images", 2, "labels", 0, 9, "")
"""A pickled data set with images of 2 x 2 pixels, so that the fuzzer's files are small."""
_LARGEST = 1 << 24


def _accepts(read: Callable[[], object]) -> bool:
    try:
        read()
    except SidecarError as error:
        if error.code not in REFUSALS:
            raise
        return False
    return True


@contextmanager
def _file(name: str, content: bytes) -> Iterator[Path]:
    """A file in a folder of its own, in memory where the system has a file system for it."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="rminas-fuzz-", dir=memory if memory.is_dir() else None))
    try:
        path = folder / name
        path.write_bytes(content)
        yield path
    finally:
        shutil.rmtree(folder)


def _read_pickled_images(content: bytes) -> bool:
    with _file("batch", content) as path:
        return _accepts(lambda: read_images(path, SMALL_IMAGES))


def _read_cifar_binary(content: bytes) -> bool:
    with _file("train.bin", content) as path:
        return _accepts(lambda: CIFAR100.read_training(path.parent))


def _read_packed(content: bytes) -> bool:
    """The bytes are those of a tar archive: changes of the compressed ones would end at their checksum."""
    with _file("cifar-100-binary.tar.gz", gzip.compress(content, 1)) as path:
        return _accepts(lambda: CIFAR100.read_training(path.parent))


def _read_checkpoint(content: bytes) -> bool:
    def read(path: Path) -> None:
        network = torch.nn.Linear(2, 2)
        load_weights(network, read_checkpoint(path, "The checkpoint", [], _LARGEST), "weight", path, [])
        require_usable(network, str(path), [])

    with _file("teacher.pt", content) as path:
        return _accepts(lambda: read(path))


def _resume_retraining(content: bytes) -> bool:
    network = torch.nn.Linear(2, 2)
    sgd = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    with _file("last.pt", content) as path:
        return _accepts(lambda: Checkpoint(path, "").load(network, sgd))


def _decode_image(content: bytes) -> bool:
    with _file("image.png", content) as path:
        images = ImageFiles((str(path),), torch.zeros(1, dtype=torch.int64), 8)
        return _accepts(lambda: images.plain(torch.tensor([0])))


def _read_npz(content: bytes) -> bool:
    with _file("images.npz", content) as path:
        return _accepts(lambda: read_npz(path, 0.2))


def _import_table(content: bytes) -> bool:
    with _file("table", content) as path:
        return _accepts(lambda: import_file(str(path), str(path.parent / "indexes"), lambda *_: None))


def _query_index(content: bytes) -> bool:
    genotype = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
    with _file("nas-bench-201.sqlite", content) as path:
        index = str(path)
        answered = [_accepts(read) for read in (lambda: query(index, 0), lambda: query(index, genotype))]
        return _accepts(lambda: summary(index)) or any(answered)


def _decode_message(content: bytes) -> bool:
    try:
        decode([content])
    except InvalidMessage as refusal:
        assert 0 < len(refusal.reason) < 1000
        assert 1 <= len(refusal.message_id) <= 64
        return False
    return True


_SLOTS = {"width": (4, 8), "kernel": (1, 3)}
_PARSERS: tuple[Callable[[str], object], ...] = (
    parse_nas_bench_201,
    parse_nas_bench_macro,
    parse_mb,
    parse_proxyless,
    parse_darts,
    lambda text: parse_choices("toy", _SLOTS, text),
)


def _parse_genotype(content: bytes) -> bool:
    """The first byte chooses the space."""
    parse = _PARSERS[(content[:1] or b"\0")[0] % len(_PARSERS)]
    return _accepts(lambda: parse(content[1:].decode("utf-8", "replace")))


READERS: dict[str, Reader] = {
    "pickled-images": _read_pickled_images,
    "cifar-binary": _read_cifar_binary,
    "packed-images": _read_packed,
    "checkpoint": _read_checkpoint,
    "retraining": _resume_retraining,
    "image": _decode_image,
    "npz": _read_npz,
    "table": _import_table,
    "pickled-table": _import_table,
    "index": _query_index,
    "message": _decode_message,
    "genotype": _parse_genotype,
}
