"""Tables as people have them: what is read, and what a refusal says."""

import gzip
from pathlib import Path

import pytest

from rminas_sidecar.benchmarks import import_file, query
from rminas_sidecar.benchmarks.importers import reading
from rminas_sidecar.benchmarks.table import ImportOptions
from rminas_sidecar.errors import SidecarError

CASES = Path(__file__).parents[2] / "test" / "fixtures" / "cases" / "tables"
FIRST = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
THIRD = "|avg_pool_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|avg_pool_3x3~0|avg_pool_3x3~1|avg_pool_3x3~2|"
NAMES = {"arch_str": "arch", "cifar10": "cifar10", "cifar100": "cifar100", "ImageNet16-120": "ImageNet16-120"}


def quiet(_done: int, _total: int, _note: str) -> None:
    pass


def accuracies(file: Path, folder: Path, options: ImportOptions, number: int = 0) -> list[float]:
    imported = import_file(str(file), str(folder), quiet, options)
    return [figure["accuracy"] for figure in query(imported["index"], number)["figures"]]


def refusal(file: Path, folder: Path, options: ImportOptions | None = None) -> SidecarError:
    with pytest.raises(SidecarError) as caught:
        import_file(str(file), str(folder), quiet, options or ImportOptions())
    assert not list(folder.glob("*.sqlite"))
    return caught.value


def test_fractions_need_their_unit(tmp_path: Path) -> None:
    error = refusal(CASES / "fraction.csv", tmp_path)
    assert error.code == "corrupt-file"
    assert "no accuracy is above 1" in error.message
    assert "--unit fraction" in error.next_steps[0]
    assert accuracies(CASES / "fraction.csv", tmp_path, ImportOptions("fraction")) == [85.86, 52.91, 26.63]


def test_one_column_in_fractions_is_noticed(tmp_path: Path) -> None:
    mixed = tmp_path / "mixed.csv"
    mixed.write_text(f"index,arch_str,cifar10_test,cifar100_test\n0,{FIRST},90,0.7\n", encoding="utf-8")
    assert "no accuracy on cifar100 is above 1" in refusal(mixed, tmp_path).message
    assert accuracies(mixed, tmp_path, ImportOptions("percent")) == [90, 0.7]


def test_accuracies_below_one_per_cent_can_be_meant(tmp_path: Path) -> None:
    assert accuracies(CASES / "fraction.csv", tmp_path, ImportOptions("percent"))[0] == 0.8586


def test_per_cent_cannot_be_read_as_fractions(tmp_path: Path) -> None:
    options = ImportOptions("fraction", {"cifar10": "cifar10_test"})
    assert "not a fraction" in refusal(CASES / "extra_col.csv", tmp_path, options).message


def test_columns_can_be_named(tmp_path: Path) -> None:
    options = ImportOptions(columns=NAMES)
    assert accuracies(CASES / "other_names.csv", tmp_path, options, 2) == [85.74, 54.8667, 27.2556]
    # The table has no numbers: the architecture decides.
    assert query(str(tmp_path / "nas-bench-201.sqlite"), 0)["genotype"] == FIRST
    assert query(str(tmp_path / "nas-bench-201.sqlite"), THIRD)["number"] == 2


def test_without_names_the_error_lists_the_columns(tmp_path: Path) -> None:
    for name, found in (
        ("other_names.csv", "arch, cifar10-valid, cifar10, cifar100, ImageNet16-120"),
        ("extra_col.csv", "imagenet16_120_test, params"),
        ("syne_tune.csv", "hp_x0, hp_x1, hp_x2, hp_x3, hp_x4, hp_x5, metric_valid_error"),
    ):
        error = refusal(CASES / name, tmp_path)
        assert found in error.message
        assert any("--column" in step for step in error.next_steps)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"cifar10": "accuracy"}, "the column 'accuracy' is there 0 times; found arch, cifar10-valid"),
        ({"svhn": "cifar10"}, "there is no column 'svhn' to name"),
        ({"cifar10": "cifar10"}, "no column is 'arch_str'"),
        ({"arch_str": "arch"}, "no column has accuracies"),
    ],
)
def test_names_of_columns_are_checked(tmp_path: Path, columns: dict[str, str], said: str) -> None:
    assert said in refusal(CASES / "other_names.csv", tmp_path, ImportOptions(columns=columns)).message


def test_further_columns_are_ignored_once_one_is_named(tmp_path: Path) -> None:
    options = ImportOptions(columns={"cifar10": "cifar10_test"})
    assert accuracies(CASES / "extra_col.csv", tmp_path, options) == [85.8633, 52.9133, 26.6333]


def test_the_architecture_decides_its_number(tmp_path: Path) -> None:
    error = refusal(CASES / "wrong_index.csv", tmp_path)
    assert error.code == "corrupt-file"
    assert (
        "line 2, column 'index': the architecture of this line has the number 0 in the benchmark, not 5"
        in error.message
    )
    assert "remove the column" in error.next_steps[0]


def test_gzip_is_read(tmp_path: Path) -> None:
    assert accuracies(CASES / "crlf.csv.gz", tmp_path, ImportOptions()) == [85.8633, 52.9133, 26.6333]


def test_gzip_is_bounded_and_may_be_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (CASES / "crlf.csv.gz").read_bytes()
    (tmp_path / "cut.csv.gz").write_bytes(content[:-20])
    assert "cannot be decompressed" in refusal(tmp_path / "cut.csv.gz", tmp_path).message
    monkeypatch.setattr(reading, "MAX_TEXT_BYTES", 1000)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(bytes(100_000)))
    assert "more than 1000 bytes" in refusal(tmp_path / "bomb.csv.gz", tmp_path).message


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (None, "a NumPy array"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b"PAR1" + bytes(20), "Parquet"),
        (b"\xff\xfei\0n\0", "UTF-16"),
        (gzip.compress(bytes(257) + b"ustar" + bytes(50), mtime=0), "tar"),
        (gzip.compress(b"<?xml version='1.0'?><Error/>", mtime=0), "XML"),
    ],
)
def test_other_files_are_called_by_their_kind(tmp_path: Path, content: bytes | None, kind: str) -> None:
    file = CASES / "nasbench201_dict.npy"
    if content is not None:
        file = tmp_path / "table"
        file.write_bytes(content)
    error = refusal(file, tmp_path)
    assert kind in error.message
    assert "CSV" in error.next_steps[0]


def test_a_smaller_table_replaces_a_larger_index_only_on_request(tmp_path: Path) -> None:
    import_file(str(CASES / "crlf.csv.gz"), str(tmp_path), quiet)
    small = tmp_path / "small.csv"
    small.write_text(f"index,arch_str,cifar10_test\n0,{FIRST},90\n", encoding="utf-8")
    with pytest.raises(SidecarError, match="has 1 architectures, and the index") as caught:
        import_file(str(small), str(tmp_path), quiet)
    assert caught.value.code == "smaller-table"
    assert "--replace" in caught.value.next_steps[0]
    assert query(str(tmp_path / "nas-bench-201.sqlite"), 0)["architectures"] == 3
    assert accuracies(small, tmp_path, ImportOptions(replace=True)) == [90]
