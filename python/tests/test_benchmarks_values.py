"""Values in the tables of NAS-Bench-201: impossible ones are refused, and unusual ones are read."""

import os
import random
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
from support.nas_bench_201_imports import SAVERS, quiet, refuses
from support.nas_bench_201_order import cell


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
