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

import numpy as np
import pytest
import torch

from rminas_sidecar.benchmarks import import_file, query
from rminas_sidecar.errors import SidecarError
from support.nas_bench_201_files import content, save_bz2, save_folder, save_pth, trained
from support.nas_bench_201_order import cell

SAVERS: dict[str, Callable[[Any, Path], Path]] = {
    "zip": save_pth,
    "legacy": lambda table, file: save_pth(table, file, legacy=True),
    "pbz2": save_bz2,
}


def quiet(_done: int, _total: int, _note: str) -> None:
    pass


def refuses(file: Path, folder: Path, code: str, *said: str) -> SidecarError:
    """An import fails, and the folder of the indexes with an older one in it stays as it was."""
    folder.mkdir(exist_ok=True)
    (folder / "nas-bench-201.sqlite").write_bytes(b"an older index")
    with pytest.raises(SidecarError) as caught:
        import_file(str(file), str(folder), quiet)
    assert caught.value.code == code, caught.value.message
    for words in (str(file), *said):
        assert words in caught.value.message
    assert caught.value.next_steps
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"nas-bench-201.sqlite": b"an older index"}
    return caught.value


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


def full(table: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = table["arch2infos"][1]["full"]
    return state


def one_training(table: dict[str, Any]) -> dict[str, Any]:
    seed = full(table)["dataset_seed"]["cifar10"][0]
    state: dict[str, Any] = full(table)["all_results"]["cifar10", seed]
    return state


def another(table: dict[str, Any]) -> None:
    table["arch2infos"][2] = table["arch2infos"].pop(1)


def twice(table: dict[str, Any]) -> None:
    again = trained(random.Random(3), 1, ["cifar10"], {"cifar10": [777]}, 200)
    table["arch2infos"][2] = {"full": again}


SPOILT: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "accuracy": (lambda table: one_training(table)["eval_acc1es"].update({"ori-test@199": 100.5}), "100.5"),
    "no number": (lambda table: one_training(table)["eval_acc1es"].update({"ori-test@199": "high"}), "'high'"),
    "NaN": (lambda table: one_training(table)["train_acc1es"].update({199: float("nan")}), "nan"),
    "loss": (lambda table: one_training(table)["eval_losses"].update({"ori-test@199": "low"}), "'low'"),
    "epochs": (lambda table: one_training(table).update(epochs=0), "0 epochs"),
    "parameters": (lambda table: one_training(table).update(params=-1.0), "-1.0"),
    "latency": (lambda table: one_training(table).update(latency="slow"), "'slow'"),
    "evaluations": (lambda table: one_training(table).update(eval_names=None), "None"),
    "genotype": (lambda table: full(table).update(arch_str="|conv~0|"), "'|conv~0|'"),
    "another genotype": (lambda table: full(table).update(arch_str=cell(2)), "architecture 1"),
    "number": (lambda table: full(table).update(arch_index=15_625), "15625"),
    "another number": (lambda table: full(table).update(arch_index=2), "architecture"),
    "a seed without results": (lambda table: full(table)["dataset_seed"]["cifar10"].append(111), "seed 111"),
    "seeds": (lambda table: full(table).update(dataset_seed={"cifar10": 777}), "777"),
    "keys": (another, "architecture 2"),
    "an architecture twice": (twice, "more than once"),
    "lengths": (lambda table: table["arch2infos"][1].update(again=full(table)), "more than once"),
    "names": (lambda table: table.update(meta_archs=[cell(0), cell(0)]), "meta_archs"),
    "too few names": (lambda table: table.update(meta_archs=[cell(0)]), "architecture 1"),
    "no results": (lambda table: table.update(arch2infos=OrderedDict()), "no architectures"),
    "results of none": (lambda table: table["arch2infos"].update({2: {}}), "architecture 2"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_table_that_cannot_be_right_is_refused(tmp_path: Path, name: str) -> None:
    spoil, said = SPOILT[name]
    table = content(2)
    spoil(table)
    refuses(save_pth(table, tmp_path / "t.pth"), tmp_path / "indexes", "corrupt-file", said)


@pytest.mark.parametrize("form", SAVERS)
def test_weights_are_passed_over(tmp_path: Path, form: str) -> None:
    table = content(1)
    results = table["arch2infos"][0]["full"]["all_results"]
    for state in results.values():
        state["net_state_dict"] = OrderedDict(weight=torch.rand(4, 4), steps=torch.tensor(7))
    index = import_file(str(SAVERS[form](table, tmp_path / "t")), str(tmp_path), quiet)["index"]
    plain = import_file(str(SAVERS[form](content(1), tmp_path / "u")), str(tmp_path / "plain"), quiet)["index"]
    assert query(index, 0)["figures"] == query(plain, 0)["figures"]


def test_a_curve_that_trainings_share_is_read_for_each(tmp_path: Path) -> None:
    table = content(1)
    states = list(table["arch2infos"][0]["full"]["all_results"].values())
    curve = states[0]["train_acc1es"]
    for state in states:
        state["train_acc1es"] = curve
    index = import_file(str(save_pth(table, tmp_path / "t")), str(tmp_path), quiet)["index"]
    figures = query(index, 0)["figures"]
    accuracies = {one["accuracy"] for one in figures if one["split"] == "train" and one["epochs"] == 200}
    assert accuracies == {curve[199]} or max(accuracies) - min(accuracies) < 1e-12


@pytest.mark.parametrize(
    ("number", "expected"),
    [(np.float32(0.5), 0.5), (np.int64(3), 3.0), (np.array(0.25, dtype=">f8")[()], 0.25), (7, 7.0)],
)
def test_numbers_of_numpy_are_numbers(tmp_path: Path, number: Any, expected: float) -> None:
    table = content(1)
    for state in table["arch2infos"][0]["full"]["all_results"].values():
        state["params"] = number
    index = import_file(str(save_pth(table, tmp_path / "t", legacy=True)), str(tmp_path), quiet)["index"]
    assert query(index, 0)["costs"]["cifar10 parameters (M)"] == expected


def test_a_number_of_an_unknown_type_is_refused(tmp_path: Path) -> None:
    table = content(1)
    for state in table["arch2infos"][0]["full"]["all_results"].values():
        state["params"] = np.complex128(1)
    refuses(save_pth(table, tmp_path / "t"), tmp_path / "indexes", "corrupt-file", "'c16'")


def test_a_number_of_another_length_than_its_type_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t"
    file.write_bytes(b"\x80\x04cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\nX\x02\0\0\0f8\x85RC\x01xtR.")
    refuses(file, tmp_path / "indexes", "corrupt-file", "a number of 1 bytes")


def test_a_compressed_table_expands_only_so_far(tmp_path: Path) -> None:
    file = tmp_path / "t"
    # A text of 60,000 bytes that is dropped again, 40 times.
    file.write_bytes(bz2.compress(b"\x80\x04" + (b"B\x60\xea\0\0" + bytes(60_000) + b"0") * 40 + b"."))
    refuses(file, tmp_path / "indexes", "corrupt-file", "it ends at byte 10")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "000001.pickle.pbz2").rename(folder / "000000.pickle.pbz2"), "architecture 0"),
        (lambda folder: (folder / "000001.pickle.pbz2").rename(folder / "000009.pickle.pbz2"), "of this number"),
        (lambda folder: save_bz2({}, folder / "000002.pickle.pbz2"), "architecture 2"),
        (lambda folder: save_bz2([], folder / "meta.pickle.pbz2"), "meta_archs"),
        (lambda folder: os.truncate(folder / "000001.pickle.pbz2", 5000), "incomplete"),
    ],
)
def test_a_folder_that_cannot_be_right_is_refused(tmp_path: Path, spoil: Any, said: str) -> None:
    folder = save_folder(content(2, lengths=("12", "200")), tmp_path / "simple")
    spoil(folder)
    with pytest.raises(SidecarError, match=said) as caught:
        import_file(str(folder), str(tmp_path / "indexes"), quiet)
    assert caught.value.code == "corrupt-file"
    assert not (tmp_path / "indexes").exists()


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
