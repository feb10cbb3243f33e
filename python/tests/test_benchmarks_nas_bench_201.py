"""NAS-Bench-201's and NATS-Bench's own files, with the published APIs as judges of every figure."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nas_201_api
import nats_bench
import pytest
import torch

from rminas_sidecar.benchmarks import Wanted, import_file, query, ranking, summary
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol.validate import encode
from support.nas_bench_201_files import content, save_bz2, save_folder, save_pth
from support.nas_bench_201_order import cell

ARCHITECTURES = 7
HPS = {"12": 12, "200": 200}
REPORTED = {
    ("cifar10", "ori-test"),
    ("cifar10-valid", "x-valid"),
    ("cifar100", "x-test"),
    ("cifar100", "x-valid"),
    ("ImageNet16-120", "x-test"),
    ("ImageNet16-120", "x-valid"),
}


def quiet(_done: int, _total: int, _note: str) -> None:
    pass


def nas_api(file: Path) -> Any:
    # The API's own call of torch.load would refuse numpy's numbers, since PyTorch 2.6.
    return nas_201_api.NASBench201API(torch.load(file, weights_only=False), verbose=False)


def nats_api(file: Path) -> Any:
    api = nats_bench.create(str(file), "tss", fast_mode=file.is_dir(), verbose=False)
    for number in range(ARCHITECTURES):
        api.get_cost_info(number, "cifar10-valid")  # Of a folder it reads an architecture when it is asked for it.
    return api


FILES: dict[str, tuple[Callable[[Path], Path], Any]] = {}


def case(name: str, save: Callable[[dict[str, Any], Path], Path], api: Any, **about: Any) -> None:
    table = content(ARCHITECTURES, **about)
    FILES[name] = (lambda folder: save(table, folder / name), api)


case("NAS-Bench-201-v1_1-096897.pth", save_pth, nas_api)
case("legacy.pth", lambda table, file: save_pth(table, file, legacy=True), nas_api)
case("NAS-Bench-201-v1_0-e61699.pth", lambda table, file: save_pth(table, file, legacy=True), nas_api, version="1.0")
case("NATS-tss-v1_0-3ffb96.pickle.pbz2", save_bz2, nats_api, lengths=("12", "200"))
case("NATS-tss-v1_0-3ffb9-simple", save_folder, nats_api, lengths=("12", "200"))


@pytest.fixture(scope="module", params=FILES)
def imported(request: Any, tmp_path_factory: Any) -> tuple[str, Any]:
    """The index of a file, and the published API with the same file."""
    folder = tmp_path_factory.mktemp("table")
    save, api = FILES[request.param]
    file = save(folder)
    body = import_file(str(file), str(folder / "indexes"), quiet)
    assert body["architectures"] == ARCHITECTURES
    return body["index"], api(file)


def figures_of_api(api: Any, number: int) -> dict[tuple[str, str, int, int | None], dict[str, Any]]:
    """Every figure that the API has of an architecture, by data set, split, epochs and seed (None: the mean)."""
    figures = {}
    for hp, epochs in HPS.items():
        results = api.arch2infos_dict[number][hp]
        for dataset, seeds in results.dataset_seed.items():
            splits = ["train", *results.query(dataset, seeds[0]).eval_names]
            for split, seed in itertools.product(splits, [None, *seeds]):
                chosen = False if seed is None else seed
                figure = results.get_metrics(dataset, split, is_random=chosen)
                figure["trained"] = results.get_metrics(dataset, "train", is_random=chosen)["all_time"]
                figures[dataset, split, epochs, seed] = figure
    return figures


def same(found: float | None, judge: float | None, api: Any) -> bool:
    """The same bits, for nothing is rounded; of NATS-Bench's means all but the last, which depends on Python's sum."""
    if judge is None or isinstance(api, nas_201_api.NASBench201API):
        return found == judge
    return found == pytest.approx(judge, rel=1e-15)


def test_every_figure_is_the_apis(imported: tuple[str, Any]) -> None:
    index, api = imported
    compared = 0
    for number in range(ARCHITECTURES):
        answer = query(index, number)
        assert answer["genotype"] == api.arch(number)
        expected = figures_of_api(api, number)
        found = {(one["dataset"], one["split"], one["epochs"], one["seed"]): one for one in answer["figures"]}
        assert found.keys() == expected.keys()
        for key, figure in found.items():
            judge = expected[key]
            each = None if key[1] == "train" or judge["all_time"] is None else judge["all_time"] / key[2]
            assert same(figure["accuracy"], judge["accuracy"], api)
            assert same(figure["loss"], judge["loss"], api)
            assert same(figure["trainSeconds"], judge["trained"], api)
            assert figure["evalSeconds"] == (each if each is None else pytest.approx(each, rel=1e-12))
            compared += 1
    print(f"{compared} figures of {ARCHITECTURES} architectures agree")
    assert compared > 300


def test_costs_are_the_apis(imported: tuple[str, Any]) -> None:
    index, api = imported
    for number in range(ARCHITECTURES):
        costs = query(index, number)["costs"]
        for dataset in ("cifar10-valid", "cifar10", "cifar100", "ImageNet16-120"):
            results = api.arch2infos_dict[number]["200"]
            if isinstance(api, nats_bench.NATStopology) and 888 not in results.dataset_seed[dataset]:
                continue  # The API fails where seeds disagree and seed 888 is not among them.
            judge = results.get_compute_costs(dataset)
            assert same(costs[f"{dataset} parameters (M)"], judge["params"], api)
            assert same(costs[f"{dataset} FLOPs (M)"], judge["flops"], api)
            assert same(costs.get(f"{dataset} latency (s)"), judge["latency"], api)


def test_means_of_the_full_training_are_what_papers_report(imported: tuple[str, Any]) -> None:
    index, _ = imported
    reported = [one for one in query(index, 0)["figures"] if one["reported"]]
    assert {(one["dataset"], one["split"]) for one in reported} == REPORTED
    assert {(one["epochs"], one["seed"], one["aggregation"]) for one in reported} == {(200, None, "mean over seeds")}


def test_the_best_are_the_apis(imported: tuple[str, Any]) -> None:
    index, api = imported
    for dataset, split in REPORTED:
        wanted = Wanted(dataset, split, None, None)
        best = ranking(index, wanted, 100)
        assert encode("benchmark-ranking", "1", best)
        assert (best["series"]["epochs"], best["series"]["seed"]) == (200, None)
        assert len(best["best"]) == best["series"]["architectures"] == ARCHITECTURES
        accuracies = {
            number: api.arch2infos_dict[number]["200"].get_metrics(dataset, split)["accuracy"]
            for number in range(ARCHITECTURES)
        }
        order = sorted(accuracies, key=lambda number: -accuracies[number])
        assert [one["number"] for one in best["best"]] == order
        assert [one["rank"] for one in best["best"]] == list(range(1, ARCHITECTURES + 1))
        assert ranking(index, wanted, 1)["best"] == best["best"][:1]


def test_ranks_are_among_those_that_have_the_figure(imported: tuple[str, Any]) -> None:
    index, api = imported
    series = ranking(index, Wanted("cifar100", "x-test", 200, 999), 1)["series"]
    have = [n for n in range(ARCHITECTURES) if 999 in api.arch2infos_dict[n]["200"].dataset_seed["cifar100"]]
    assert series["architectures"] == len(have) < ARCHITECTURES
    figures = [
        one
        for number in have
        for one in query(index, number)["figures"]
        if (one["dataset"], one["split"], one["epochs"], one["seed"]) == ("cifar100", "x-test", 200, 999)
    ]
    assert {one["of"] for one in figures} == {len(have)}
    assert sorted(one["rank"] for one in figures) == list(range(1, len(have) + 1))


def test_a_summary_tells_of_every_series(imported: tuple[str, Any]) -> None:
    index, _ = imported
    body = summary(index)
    assert encode("benchmark-summary", "1", body)
    assert body["architectures"] == ARCHITECTURES
    answers = [query(index, number) for number in range(ARCHITECTURES)]
    for one in body["series"]:
        key = (one["dataset"], one["split"], one["epochs"], one["seed"])
        accuracies = [
            figure["accuracy"]
            for answer in answers
            for figure in answer["figures"]
            if (figure["dataset"], figure["split"], figure["epochs"], figure["seed"]) == key
        ]
        assert (one["best"], one["worst"]) == (max(accuracies), min(accuracies))
        assert one["mean"] == pytest.approx(sum(accuracies) / len(accuracies))
        assert one["architectures"] == len(accuracies)
    values = [answer["costs"]["cifar10 FLOPs (M)"] for answer in answers]
    cost = next(cost for cost in body["costs"] if cost["name"] == "cifar10 FLOPs (M)")
    assert (cost["architectures"], cost["least"], cost["most"]) == (ARCHITECTURES, min(values), max(values))


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (Wanted(None, None, None, None), ("cifar10", "ori-test", 200, None)),
        (Wanted("imagenet16-120", None, None, None), ("ImageNet16-120", "x-test", 200, None)),
        (Wanted("cifar10-valid", None, None, None), ("cifar10-valid", "x-valid", 200, None)),
        (Wanted("cifar10-valid", "ori-test", None, None), ("cifar10-valid", "ori-test", 200, None)),
        (Wanted(None, "x-valid", 12, 777), ("cifar100", "x-valid", 12, 777)),
        (Wanted("cifar10", None, 12, None), ("cifar10", "ori-test", 12, None)),
    ],
)
def test_what_is_not_asked_for_is_what_papers_report(
    tmp_path: Path, wanted: Wanted, chosen: tuple[str, str, int, int | None]
) -> None:
    index = import_file(str(save_pth(content(2), tmp_path / "t")), str(tmp_path), quiet)["index"]
    series = ranking(index, wanted, 1)["series"]
    assert (series["dataset"], series["split"], series["epochs"], series["seed"]) == chosen


def test_a_series_that_is_not_there_is_told_what_is(tmp_path: Path) -> None:
    index = import_file(str(save_pth(content(2), tmp_path / "t")), str(tmp_path), quiet)["index"]
    with pytest.raises(SidecarError) as caught:
        ranking(index, Wanted("cifar10", "x-test", None, 777), 1)
    assert caught.value.code == "unknown-series"
    assert "dataset 'cifar10', split 'x-test', seed 777" in caught.value.message
    assert "cifar10 with ori-test, train" in caught.value.next_steps[0]
    assert caught.value.next_steps[1] == "Epochs are 12, 200."


def test_progress_is_towards_what_the_file_has(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    file = save_folder(content(3, lengths=("12", "200")), tmp_path / "folder")
    import_file(str(file), str(tmp_path), lambda done, total, _note: seen.append((done, total)))
    assert seen[-1] == (3, 3)


@pytest.mark.parametrize("folder", [False, True])
def test_a_table_in_another_order_gets_the_numbers_of_the_benchmark(tmp_path: Path, folder: bool) -> None:
    lengths = ("12", "200") if folder else ("less", "full")
    table = content(2, lengths=lengths)
    # The first two architectures change places, with their numbers: the table does not contradict itself.
    first, second = table["arch2infos"].values()
    for number, infos in enumerate((second, first)):
        for trained in infos.values():
            trained["arch_index"] = number
    table["arch2infos"] = {0: second, 1: first}
    table["meta_archs"][:2] = [cell(1), cell(0)]
    file = save_folder(table, tmp_path / "folder") if folder else save_pth(table, tmp_path / "table.pth")
    index = import_file(str(file), str(tmp_path), quiet)["index"]
    found = ranking(index, Wanted(None, None, None, None), 2)["best"]
    assert {one["genotype"]: one["number"] for one in found} == {cell(0): 0, cell(1): 1}
