"""CIFAR in the archives that its publisher offers: read without unpacking, and refused where it is hostile."""

import gzip
import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from rminas_sidecar.data.cifar import CIFAR10, CIFAR100
from rminas_sidecar.data.images import Dataset
from rminas_sidecar.errors import SidecarError
from support.tiny_data import write_dataset

_NAME = "cifar-10-python.tar.gz"
_FOLDER = "cifar-10-batches-py"


@pytest.mark.parametrize(("name", "dataset"), [("cifar10", CIFAR10), ("cifar100", CIFAR100)])
@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_packed_archive_has_the_same_images(tmp_path: Path, name: str, dataset: Dataset, kind: int) -> None:
    folder = write_dataset(name, tmp_path / "unpacked", images=52)
    archive = tmp_path / f"{name.replace('cifar', 'cifar-')}-python.tar.gz"
    with tarfile.open(archive, "w:gz", format=kind, pax_headers={"comment": "ü" * 600}) as file:
        file.add(folder, folder.name, recursive=False)
        # The published archive is not in order either. Computers of Apple add such files.
        for path in sorted(folder.iterdir(), reverse=True):
            file.addfile(_member(f"{folder.name}/._{path.name}", 3), io.BytesIO(b"abc"))
            file.add(path, f"{folder.name}/{path.name}")
    for read in (dataset.read_training, dataset.read_held_out):
        expected, actual = read(folder), read(tmp_path)
        assert torch.equal(actual.labels, expected.labels)
        assert torch.equal(actual.plain(torch.arange(len(actual))), expected.plain(torch.arange(len(expected))))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([archive.name, "unpacked"])


@pytest.mark.parametrize(("name", "dataset"), [("cifar10", CIFAR10), ("cifar100", CIFAR100)])
def test_a_packed_archive_of_the_binary_version_has_the_same_images(
    tmp_path: Path, name: str, dataset: Dataset
) -> None:
    folder = write_dataset(name, tmp_path / "unpacked", images=52)
    number = name.removeprefix("cifar")
    inside = "cifar-10-batches-bin" if number == "10" else "cifar-100-binary"
    with tarfile.open(tmp_path / f"cifar-{number}-binary.tar.gz", "w:gz") as file:
        for path in sorted(folder.iterdir(), reverse=True):
            content = _binary(path)
            file.addfile(_member(f"{inside}/{path.name}.bin", len(content)), io.BytesIO(content))
    for read in (dataset.read_training, dataset.read_held_out):
        expected, actual = read(folder), read(tmp_path)
        assert torch.equal(actual.labels, expected.labels)
        assert torch.equal(actual.plain(torch.arange(len(actual))), expected.plain(torch.arange(len(expected))))
    (tmp_path / f"cifar-{number}-binary.tar.gz").write_bytes(b"<html>")
    with pytest.raises(SidecarError, match="is an incomplete or foreign archive"):
        dataset.read_training(tmp_path)


def _binary(path: Path) -> bytes:
    """A file of the Python version in the form of the binary version."""
    entry = pickle.loads(path.read_bytes(), encoding="bytes")
    labels = [entry[key] for key in (b"coarse_labels", b"fine_labels", b"labels") if key in entry]
    return b"".join(bytes([*numbers, *row]) for *numbers, row in zip(*labels, entry[b"data"], strict=True))


def _member(name: str, size: int = 0, type_: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.type, member.linkname = size, type_, target
    return member


def _refusal(folder: Path, content: bytes) -> SidecarError:
    (folder / _NAME).write_bytes(content)
    with pytest.raises(SidecarError) as caught:
        CIFAR10.read_training(folder)
    assert str(folder / _NAME) in caught.value.message
    assert caught.value.next_steps
    return caught.value


def _header(name: str, size: int = 0, type_: bytes = tarfile.REGTYPE, target: str = "") -> bytes:
    return _member(name, size, type_, target).tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    ("header", "code", "says"),
    [
        (_header(f"{_FOLDER}/data_batch_1", 0, tarfile.SYMTYPE, "/etc/passwd"), "refused-file", "a link, device"),
        (_header(f"{_FOLDER}/data_batch_1", 0, tarfile.LNKTYPE, "test_batch"), "refused-file", "a link, device"),
        (_header(f"{_FOLDER}/data_batch_1", 0, tarfile.FIFOTYPE), "refused-file", "a link, device"),
        (_header(f"{_FOLDER}/data_batch_1", 0, tarfile.GNUTYPE_SPARSE), "refused-file", "sparse"),
        (_header(f"{_FOLDER}/../data_batch_1"), "refused-file", "outside of its folder"),
        (_header("/data_batch_1"), "refused-file", "outside of its folder"),
        (_header(f"{_FOLDER}/data_batch_1", 1 << 40), "corrupt-file", "more than"),
        (_header(f"{_FOLDER}/readme.html", 1 << 40), "corrupt-file", "more than"),
        (_header("header", 1 << 40, tarfile.XHDTYPE), "corrupt-file", "more than"),
        (_header(f"{_FOLDER}/data_batch_1", -5), "corrupt-file", "negative"),
        (_header(f"{_FOLDER}/data_batch_1", 5), "corrupt-file", "incomplete"),
        (_header("another-folder/data_batch_1"), "corrupt-file", "has no file of CIFAR-10"),
        (_header(f"{_FOLDER}/data_batch_1"), "corrupt-file", "data_batch_1 is an incomplete"),
        (b"x" * 512, "corrupt-file", "invalid header"),
    ],
)
def test_a_hostile_archive_is_refused(tmp_path: Path, header: bytes, code: str, says: str) -> None:
    error = _refusal(tmp_path, gzip.compress(header))
    assert (error.code, says in error.message) == (code, True), error.message


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rminas_sidecar.data.packed._ROOM", 1 << 16)
    bomb = gzip.compress(_header(f"{_FOLDER}/data_batch_1", 1 << 20) + bytes(1 << 20))
    after_the_end = gzip.compress(bytes(1 << 20))
    for content in (bomb, after_the_end):
        assert "holds more than" in _refusal(tmp_path, content).message


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flip(content: bytes) -> bytes:
    return content[:-8] + bytes([content[-8] ^ 1]) + content[-7:]


@pytest.mark.parametrize("damage", [_cut, _flip, lambda _content: b"", lambda _content: b"<html>"])
def test_a_damaged_archive_is_corrupt(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    folder = write_dataset("cifar10", tmp_path / "unpacked", images=52)
    with tarfile.open(tmp_path / _NAME, "w:gz") as file:
        file.add(folder, folder.name)
    assert _refusal(tmp_path, damage((tmp_path / _NAME).read_bytes())).code == "corrupt-file"
