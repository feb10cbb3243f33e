"""What an index survives (full disks, killed imports, foreign files), and what it answers of the real tables."""

import csv
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from rminas_sidecar.benchmarks import import_file, query
from rminas_sidecar.errors import SidecarError

KEYS = [f"{number // 9 % 3}{number // 3 % 3}{number % 3}00000" for number in range(27)]
WRITER = """
import sys
from rminas_sidecar.benchmarks import import_file
from rminas_sidecar.errors import SidecarError
{setup}
try:
    import_file(sys.argv[1], sys.argv[2], progress)
except SidecarError as error:
    print(error.code, error.message)
"""
PROGRESS = "def progress(done, total, note): pass"


def table(path: Path, best: float) -> str:
    """A table whose n-th architecture has n tenths below `best`."""
    path.write_text(json.dumps({key: {"mean_acc": best - n / 10} for n, key in enumerate(KEYS)}), encoding="utf-8")
    return str(path)


def big_table(path: Path) -> str:
    """A table with an index of some 300 KB."""
    keys = ["".join(digits) + "00" for digits in itertools.product("012", repeat=6)]
    path.write_text(json.dumps({key: {"mean_acc": 90, "test_acc": [90] * 9} for key in keys}), encoding="utf-8")
    return str(path)


def start(code: str, *arguments: str, under: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*under, sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )


def quiet(_done: int, _total: int, _note: str) -> None:
    pass


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_limit_on_file_size_leaves_the_old_index(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="limits on file size are Unix's")
    assert resource.RLIMIT_FSIZE is not None
    folder = tmp_path / "indexes"
    import_file(table(tmp_path / "old", 50), str(folder), quiet)
    before = snapshot(folder)
    setup = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n{PROGRESS}"
    said, _ = start(WRITER.format(setup=setup), big_table(tmp_path / "new"), str(folder)).communicate()
    assert said.startswith("unwritable"), said
    assert str(folder / "nas-bench-macro.sqlite") in said
    assert snapshot(folder) == before


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=120k tmpfs "{disk}" && "$@"; echo "left: $(ls -A "{disk}")"'
    private = ("unshare", "--mount", "--map-root-user", "sh", "-c", mount, "sh")
    if shutil.which("unshare") is None or subprocess.run([*private, "true"], capture_output=True).returncode != 0:
        pytest.skip("no small disk can be mounted here")
    run = start(WRITER.format(setup=PROGRESS), big_table(tmp_path / "new"), str(disk), under=private)
    said, _ = run.communicate()
    assert said.startswith("unwritable"), said
    assert "disk is full" in said
    assert said.endswith("left: \n"), said


def test_a_killed_import_leaves_the_old_index_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "indexes"
    import_file(table(tmp_path / "old", 50), str(folder), quiet)
    before = snapshot(folder)
    setup = "def progress(done, total, note):\n    print(note, flush=True)\n    input()"
    importer = start(WRITER.format(setup=setup), big_table(tmp_path / "new"), str(folder))
    assert importer.stdout is not None
    assert importer.stdout.readline() == "reading architectures\n"
    importer.kill()
    importer.communicate()
    assert snapshot(folder) == before


def test_drafts_that_were_left_long_ago_are_cleared(tmp_path: Path) -> None:
    left, written = tmp_path / ".nas-bench-macro.sqlite-1.draft", tmp_path / ".nas-bench-201.sqlite-2.draft"
    left.touch()
    written.touch()
    os.utime(left, (0, 0))
    import_file(table(tmp_path / "t", 50), str(tmp_path), quiet)
    assert not left.exists()
    assert written.exists(), "a draft that may be another import's is left alone"


def test_an_interrupted_import_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(_done: int, _total: int, _note: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(table(tmp_path / "t", 50), str(tmp_path / "indexes"), interrupt)
    assert not (tmp_path / "indexes").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = table(tmp_path / "t", 50)
    with pytest.raises(SidecarError) as caught:
        import_file(file, f"{file}/indexes", quiet)
    assert caught.value.code == "unwritable"
    assert f"{file}/indexes" in caught.value.message


def test_an_index_opens_while_it_is_replaced(tmp_path: Path) -> None:
    index = import_file(table(tmp_path / "a", 50), str(tmp_path), quiet)["index"]

    def ask(_done: int, _total: int, _note: str) -> None:
        assert query(index, KEYS[0])["figures"][0]["accuracy"] == 50

    import_file(table(tmp_path / "b", 60), str(tmp_path), ask)
    assert query(index, KEYS[0])["figures"][0]["accuracy"] == 60


def test_an_index_of_another_version_says_both(tmp_path: Path) -> None:
    index = import_file(table(tmp_path / "t", 50), str(tmp_path), quiet)["index"]
    with closing(sqlite3.connect(index)) as database, database:
        database.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")
    with pytest.raises(SidecarError, match=r"schema version 99.*reads 2") as caught:
        query(index, 0)
    assert caught.value.code == "corrupt-file"
    assert "rminas benchmark import FILE" in caught.value.next_steps[0]


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, b"SQLite format 3\x00" + b"\x01" * 500])
def test_a_foreign_file_is_no_index(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "nas-bench-201.sqlite").write_bytes(content)
    with pytest.raises(SidecarError, match=r"nas-bench-201\.sqlite") as caught:
        query(str(tmp_path / "nas-bench-201.sqlite"), 0)
    assert caught.value.code == "corrupt-file"


def test_a_truncated_index_is_no_index(tmp_path: Path) -> None:
    index = Path(import_file(big_table(tmp_path / "t"), str(tmp_path), quiet)["index"])
    index.write_bytes(index.read_bytes()[:8192])
    with pytest.raises(SidecarError) as caught:
        query(str(index), "22222200")
    assert caught.value.code == "corrupt-file"


def test_without_an_index_the_import_is_named(tmp_path: Path) -> None:
    with pytest.raises(SidecarError) as caught:
        query(str(tmp_path / "none.sqlite"), 0)
    assert caught.value.code == "missing-file"
    assert "rminas benchmark import" in caught.value.next_steps[0]
    assert not (tmp_path / "none.sqlite").exists()


@pytest.mark.parametrize(
    ("architecture", "said"),
    [
        (27, "it holds 27, numbered from 0 to"),
        (2**70, "it holds 27"),
        ("22200001", "the nearest one it holds is '22200000'"),
        # Nothing is near these.
        ("", "it holds 27, numbered from 0 to"),
        ("|none~0|", "it holds 27, numbered from 0 to"),
        ("(2, 2, 4, 0, 2, 0)", "it holds 27, numbered from 0 to"),
    ],
)
def test_an_unknown_architecture_is_told_what_there_is(tmp_path: Path, architecture: str | int, said: str) -> None:
    index = import_file(table(tmp_path / "t", 50), str(tmp_path), quiet)["index"]
    with pytest.raises(SidecarError) as caught:
        query(index, architecture)
    assert caught.value.code == "unknown-architecture"
    assert said in caught.value.message


def real(name: str) -> Path:
    folder = os.environ.get("RMINAS_TEST_DATA")
    if folder is None or not (Path(folder) / name).exists():
        pytest.skip(f"RMINAS_TEST_DATA does not name a folder with {name}")
    return Path(folder) / name


def test_nas_bench_201_as_its_paper_reports_it(tmp_path: Path) -> None:
    """The optima 94.37, 73.51 and 47.31 stand in the benchmark's paper (table 5, `optimal`)."""
    file = real("nas-bench-201/test-accuracy-200-epochs.csv")
    imported = import_file(str(file), str(tmp_path), quiet)
    assert (imported["architectures"], imported["results"]) == (15_625, 46_875)
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    columns = ["cifar10_test", "cifar100_test", "imagenet16_120_test"]
    for column, optimum in zip(columns, (94.37, 73.51, 47.31), strict=True):
        place = columns.index(column)
        accuracies = [float(row[column]) for row in rows]
        best = query(imported["index"], accuracies.index(max(accuracies)))["figures"][place]
        assert (round(best["accuracy"], 2), best["rank"], best["regret"]) == (optimum, 1, 0)
        for row in rows[::2500]:
            answer = query(imported["index"], row["arch_str"])
            assert answer["number"] == int(row["index"])
            assert answer["figures"][place]["accuracy"] == float(row[column])
            assert answer["figures"][place]["rank"] == 1 + sum(other > float(row[column]) for other in accuracies)
    assert "15625" not in answer["source"], "a whole table is not called partial"


def test_nas_bench_macro_whole(tmp_path: Path) -> None:
    file = real("nas-bench-macro/nas-bench-macro_cifar10.json")
    imported = import_file(str(file), str(tmp_path), quiet)
    assert (imported["architectures"], imported["results"]) == (6_561, 26_244)
    entries = json.loads(file.read_text())
    answer = query(imported["index"], "02012100")
    entry = entries["02012100"]
    better = sum(other["mean_acc"] > entry["mean_acc"] for other in entries.values())
    assert [figure["accuracy"] for figure in answer["figures"]] == [entry["mean_acc"], *entry["test_acc"]]
    assert answer["figures"][0]["rank"] == better + 1
    assert answer["costs"] == {"parameters (M)": entry["params"] / 1e6, "FLOPs (M)": entry["flops"] / 1e6}
