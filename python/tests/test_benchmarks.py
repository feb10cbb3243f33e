"""Importing tables of accuracies and asking the index, against counts made without it."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rminas_sidecar.benchmarks import import_file, query
from rminas_sidecar.benchmarks.table import ImportOptions
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol.validate import encode
from support.nas_bench_201_order import cell

HEADER = "index,arch_str,cifar10_test,cifar100_test,imagenet16_120_test"
MACRO = {
    "00000001": {"mean_acc": 90.0, "test_acc": [89.0, 91.0], "std": 1.0, "params": 1_500_000, "flops": 20_000_000},
    "00000000": {"mean_acc": 88.0, "test_acc": [88.0, 88.0], "std": 0.0, "params": 500_000, "flops": 10_000_000},
    "22222222": {"mean_acc": 90.0, "test_acc": [90.5, 89.5], "std": 0.5, "params": 3_000_000, "flops": 90_000_000},
}


def rows(accuracies: list[list[float]]) -> list[str]:
    return [f"{number},{cell(number)},{a},{b},{c}" for number, (a, b, c) in enumerate(accuracies)]


def write(path: Path, lines: list[str]) -> str:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def write_json(path: Path, table: object) -> str:
    path.write_text(json.dumps(table), encoding="utf-8")
    return str(path)


def quiet(_done: int, _total: int, _note: str) -> None:
    pass


def run_import(file: str, folder: Path) -> dict[str, Any]:
    return import_file(file, str(folder), quiet)


def test_ranks_and_regrets_are_those_of_a_plain_count(tmp_path: Path) -> None:
    draw = random.Random(5)
    # Few distinct values, so that there are ties.
    table = [[draw.randrange(40) / 2, draw.randrange(1000) / 10, draw.uniform(0, 47)] for _ in range(200)]
    lines = rows(table)
    draw.shuffle(lines)
    imported = run_import(write(tmp_path / "any.name", [HEADER, *lines]), tmp_path / "indexes")
    assert imported == {
        "benchmark": "nas-bench-201",
        "index": str(tmp_path / "indexes" / "nas-bench-201.sqlite"),
        "architectures": 200,
        "results": 600,
        "datasets": ["cifar10", "cifar100", "ImageNet16-120"],
    }
    for number, accuracies in enumerate(table):
        answer = query(imported["index"], number)
        assert answer == query(imported["index"], f" {cell(number)} ")
        assert (answer["number"], answer["genotype"], answer["architectures"]) == (number, cell(number), 200)
        assert [(figure["dataset"], figure["split"]) for figure in answer["figures"]] == [
            ("cifar10", "ori-test"),
            ("cifar100", "x-test"),
            ("ImageNet16-120", "x-test"),
        ]
        for column, figure in enumerate(answer["figures"]):
            others = [row[column] for row in table]
            assert figure["accuracy"] == accuracies[column]
            assert figure["rank"] == 1 + sum(other > accuracies[column] for other in others)
            assert figure["regret"] == pytest.approx(max(others) - accuracies[column], abs=1e-8)
            assert (figure["epochs"], figure["aggregation"], figure["seed"]) == (200, "mean over seeds", None)
            assert (figure["reported"], figure["of"]) == (True, 200)
    assert "200 of 15625 architectures" in answer["source"]


def test_macro_keeps_the_mean_and_each_training(tmp_path: Path) -> None:
    imported = run_import(write_json(tmp_path / "t", MACRO), tmp_path)
    assert (imported["benchmark"], imported["architectures"], imported["results"]) == ("nas-bench-macro", 3, 9)
    answer = query(imported["index"], "00000001")
    assert answer["number"] == 1
    assert answer["costs"] == {"parameters (M)": 1.5, "FLOPs (M)": 20.0}
    assert answer["figures"] == [
        {"dataset": "cifar10", "split": "test", "epochs": None, "aggregation": aggregation, "seed": seed}
        | {"reported": seed is None, "accuracy": accuracy, "rank": rank, "of": 3, "regret": regret}
        | {"loss": None, "trainSeconds": None, "evalSeconds": None}
        for aggregation, seed, accuracy, rank, regret in [
            ("mean over seeds", None, 90.0, 1, 0.0),
            ("training 1", 1, 89.0, 2, 1.5),
            ("training 2", 2, 91.0, 1, 0.0),
        ]
    ]
    assert query(imported["index"], "22222222")["figures"][0]["rank"] == 1
    assert query(imported["index"], "00000000")["figures"][0]["rank"] == 3
    assert query(imported["index"], 3**8 - 1)["genotype"] == "22222222"


def test_columns_in_another_order_quoted_and_fewer_are_read(tmp_path: Path) -> None:
    lines = ['\ufeff"cifar100_test","arch_str","index"', f'"71.5","{cell(9)}","9"', ""]
    imported = run_import(write(tmp_path / "t", lines), tmp_path)
    assert imported["datasets"] == ["cifar100"]
    assert [figure["accuracy"] for figure in query(imported["index"], 9)["figures"]] == [71.5]


def test_answers_are_what_the_protocol_says(tmp_path: Path) -> None:
    tables = [write(tmp_path / "csv", [HEADER, *GOOD]), write_json(tmp_path / "json", MACRO)]
    for imported in (run_import(file, tmp_path) for file in tables):
        # Encoding raises for a body that the schema does not allow.
        assert encode("benchmark-imported", "1", imported | {"seconds": 0.1})
        assert encode("benchmark-answer", "1", query(imported["index"], 0))


def test_progress_ends_at_the_number_of_architectures(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    file = write(tmp_path / "t", [HEADER, *rows([[1.0, 2.0, 3.0]] * 1200)])
    import_file(file, str(tmp_path), lambda *step: seen.append(step))
    assert [step[:2] for step in seen] == [(500, 1200), (1000, 1200), (1200, 1200)]


GOOD = rows([[90.0, 70.0, 40.0], [91.0, 71.0, 41.0]])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([HEADER, GOOD[0], f"1,{cell(1)},nan,71,41"], ["line 3", "'cifar10_test'", "'nan'"]),
        ([HEADER, GOOD[0], f"1,{cell(1)},91,100.01,41"], ["line 3", "'cifar100_test'", "'100.01'"]),
        ([HEADER, f"1,{cell(1)},-1,71,41"], ["line 2", "'cifar10_test'", "'-1'"]),
        ([HEADER, f"1,{cell(1)},1_0,71,41"], ["line 2", "'1_0'"]),
        ([HEADER, f"1,{cell(1)},,71,41"], ["line 2", "'cifar10_test'", "''"]),
        ([HEADER, GOOD[0], f"0,{cell(1)},91,71,41"], ["line 3", "'index'", "number 1 in the benchmark, not 0"]),
        ([HEADER, GOOD[0], f"1,{cell(0)},91,71,41"], ["line 3", "'arch_str'", "line 2 already"]),
        ([HEADER, f"15625,{cell(1)},91,71,41"], ["line 2", "'index'", "15624"]),
        ([HEADER, f"1.0,{cell(1)},91,71,41"], ["line 2", "'index'", "'1.0'"]),
        ([HEADER, "1,|conv~0|+|none~0|none~1|+|none~0|none~1|none~2|,91,71,41"], ["line 2", "'arch_str'", "conv~0"]),
        ([HEADER, GOOD[0], f"1,{cell(1)},91"], ["line 3", "3 columns", "5"]),
        ([HEADER, GOOD[0], f'1,"{cell(1)},91,71,41'], ["line 3", "CSV"]),
        ([HEADER + ",svhn_test", GOOD[0]], ["line 1", "'svhn_test'", "cifar10_test"]),
        ([HEADER + ",cifar10_test", GOOD[0]], ["line 1", "'cifar10_test'", "more than once"]),
        (["arch_str,cifar10_test", f"{cell(1)},91"], ["line 1", "'index'", "missing"]),
        (["index,arch_str", f"1,{cell(1)}"], ["line 1", "no column of accuracies"]),
        ([HEADER], ["no architectures"]),
        (["name,accuracy", "a,1"], ["not a known table", "index, arch_str, cifar10_test", "NAS-Bench-Macro"]),
        (['["a list"]'], ["not a known table"]),
    ],
)
def test_a_csv_that_cannot_be_right_is_refused(tmp_path: Path, lines: list[str], said: list[str]) -> None:
    refuses(write(tmp_path / "table.csv", lines), tmp_path / "indexes", "corrupt-file", ["table.csv", *said])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps(MACRO)[:-30], ["line 1, column", "cut off"]),
        ('{"00000000": {"mean_acc": NaN}}', ["NaN"]),
        ('{"00000000": {"mean_acc": 1e999}}', ["'00000000'", "mean_acc", "inf"]),
        ('{"00000000": {"mean_acc": 101}}', ["'00000000'", "mean_acc", "101"]),
        ('{"00000000": {"mean_acc": true}}', ["'00000000'", "True"]),
        ('{"00000000": {"test_acc": [90]}}', ["'00000000'", "mean_acc"]),
        ('{"00000000": {"mean_acc": 90, "test_acc": [90, "x"]}}', ["training 2", "'x'"]),
        ('{"00000000": {"mean_acc": 90, "test_acc": 90}}', ["test_acc", "not a list"]),
        ('{"00000000": {"mean_acc": 90, "params": -1}}', ["params", "-1"]),
        ('{"00000000": {"mean_acc": 90}, "00000000": {"mean_acc": 91}}', ["'00000000'", "more than once"]),
        ('{"00000000": {"mean_acc": 90}, "00000003": {"mean_acc": 91}}', ["'00000003'", "0 to 2"]),
        ('{"00000000": 90}', ["'00000000'", "not an object"]),
        ("{}", ["no architectures"]),
        ('{"00000000": ' + "[" * 200_000, ["nested"]),
        ('{"name": 1}', ["not a known table"]),
    ],
)
def test_a_json_that_cannot_be_right_is_refused(tmp_path: Path, text: str, said: list[str]) -> None:
    file = tmp_path / "table.json"
    file.write_text(text, encoding="utf-8")
    refuses(str(file), tmp_path / "indexes", "corrupt-file", ["table.json", *said])


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "corrupt-file", "empty"),
        (f"{HEADER}\n{GOOD[0]}\n{GOOD[1][:-2]}".encode(), "corrupt-file", "line 3"),
        (f"{HEADER}\n{GOOD[0]}\n".encode() + b"1,\xff\xfe", "corrupt-file", "line 3"),
    ],
)
def test_files_that_are_no_text_table_are_refused(tmp_path: Path, content: bytes, code: str, said: str) -> None:
    file = tmp_path / "table"
    file.write_bytes(content)
    refuses(str(file), tmp_path / "indexes", code, [str(file), said])


def refuses(file: str, folder: Path, code: str, said: list[str]) -> None:
    """An import into an empty and into a used folder fails, and neither changes."""
    folder.mkdir()
    for before in (None, b"an older index"):
        if before is not None:
            (folder / "nas-bench-201.sqlite").write_bytes(before)
        with pytest.raises(SidecarError) as caught:
            run_import(file, folder)
        assert caught.value.code == code
        for words in said:
            assert words in caught.value.message
        assert caught.value.next_steps
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == (
            {} if before is None else {"nas-bench-201.sqlite": before}
        )


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    refuses(str(tmp_path / "absent.csv"), tmp_path / "a", "missing-file", [str(tmp_path / "absent.csv")])
    refuses(str(tmp_path), tmp_path / "b", "missing-file", [str(tmp_path), "is a folder without meta.pickle.pbz2"])


def test_a_new_import_replaces_the_old_one(tmp_path: Path) -> None:
    run_import(write(tmp_path / "first", [HEADER, *GOOD]), tmp_path / "indexes")
    second = write(tmp_path / "second", [HEADER, f"7,{cell(7)},10,10,10"])
    with pytest.raises(SidecarError, match=r"has 1 architectures, and the index .* has 2") as caught:
        run_import(second, tmp_path / "indexes")
    assert caught.value.code == "smaller-table"
    imported = import_file(second, str(tmp_path / "indexes"), quiet, ImportOptions(replace=True))
    assert query(imported["index"], 7)["architectures"] == 1
    with pytest.raises(SidecarError, match="numbered from 7 to 7"):
        query(imported["index"], 0)
    assert [path.name for path in (tmp_path / "indexes").iterdir()] == ["nas-bench-201.sqlite"]


def test_the_package_is_light(tmp_path: Path) -> None:
    code = "import sys, rminas_sidecar.benchmarks; print(sorted({'torch', 'numpy', 'sklearn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment())
    assert done.stdout.strip() == "[]"


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
