"""Sessions on every data set with its teacher, from tiny files in the genuine formats."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rminas_sidecar.data.datasets import DATASETS
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE
from support.tiny_data import PUBLISHED, write_dataset, write_teacher

Build = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all data sets and teachers."""
    folder = tmp_path_factory.mktemp("data")
    for name, published in PUBLISHED.items():
        write_dataset(name, folder, images=60)
        write_teacher(published.teacher, folder / published.checkpoint)
    return folder


def _assets(data: Path, dataset: str, teacher: str) -> dict[str, str]:
    checkpoint = next(published.checkpoint for published in PUBLISHED.values() if published.teacher == teacher)
    return {"dataset": str(data / PUBLISHED[dataset].folder), "teacher": str(data / checkpoint)}


def _body(specification: Build, dataset: str, teacher: str, **network: int) -> dict[str, Any]:
    facts = DATASETS[dataset]
    size = {"classes": facts.classes, "resolution": facts.resolution, **network}
    return specification(
        dataset=dataset,
        network=size,
        batch={"size": 4, "pool": 12},
        teacher={"architecture": teacher},
        steps=3,
    )


@pytest.mark.parametrize(
    ("dataset", "network"),
    [("cifar10", {}), ("cifar100", {}), ("imagenet16-120", {}), ("imagenet", {"resolution": 32})],
)
def test_every_data_set_with_its_teacher(
    specification: Build, data: Path, dataset: str, network: dict[str, int]
) -> None:
    teacher = PUBLISHED[dataset].teacher
    session = Session.prepare(_body(specification, dataset, teacher, **network), _assets(data, dataset, teacher), "cpu")
    report = session.report()
    assert report["dataset"] == {"images": 60, "expected": DATASETS[dataset].expected}
    assert report["batch"]["size"] == 4
    # The teacher is untrained.
    partial, chance = report["notes"]
    assert partial == f"{dataset} is partial: 60 of {DATASETS[dataset].expected:,} training images were found."
    assert "not better than chance" in chance
    answer = session.evaluate(EXAMPLE, 1)
    assert answer["steps"] == 3
    assert all(0 < cka <= 1 for cka in answer["cka"])
    assert {**session.evaluate(EXAMPLE, 1), "seconds": 0} == {**answer, "seconds": 0}


def test_verification_on_photographs(specification: Build, data: Path) -> None:
    body = _body(specification, "imagenet", "fbresnet152", resolution=32)
    session = Session.prepare(body, _assets(data, "imagenet", "fbresnet152"), "cpu")
    answer = session.verify(EXAMPLE, 1, 1, 30, 0.1, lambda _done, _total, _note: None)
    assert (answer["trainImages"], answer["heldOutImages"]) == (60, 15)


@pytest.mark.parametrize("classes", [10, 99, 101, 1000])
def test_the_wrong_number_of_classes(specification: Build, data: Path, classes: int) -> None:
    with pytest.raises(SidecarError) as caught:
        Session.prepare(
            _body(specification, "cifar100", "resnet101", classes=classes),
            _assets(data, "cifar100", "resnet101"),
            "cpu",
        )
    assert caught.value.code == "unsuitable-data"
    assert caught.value.next_steps == ["Set LOADER.NUM_CLASSES 100."]


@pytest.mark.parametrize(
    ("dataset", "teacher"),
    [
        ("cifar100", "resnet20"),
        ("cifar10", "resnet101"),
        ("cifar10", "nas-bench-201-9930"),
        ("cifar100", "fbresnet152"),
    ],
)
def test_a_teacher_for_another_data_set(specification: Build, data: Path, dataset: str, teacher: str) -> None:
    with pytest.raises(SidecarError) as caught:
        Session.prepare(_body(specification, dataset, teacher), _assets(data, dataset, teacher), "cpu")
    assert caught.value.code == "unsuitable-teacher"
    assert f"the data set has {DATASETS[dataset].classes}" in caught.value.message


def test_a_folder_of_another_data_set(specification: Build, data: Path) -> None:
    assets = {**_assets(data, "cifar100", "resnet101"), "dataset": str(data / PUBLISHED["cifar10"].folder)}
    with pytest.raises(SidecarError) as caught:
        Session.prepare(_body(specification, "cifar100", "resnet101"), assets, "cpu")
    assert caught.value.code == "missing-file"


def test_small_images_at_another_resolution(specification: Build, data: Path) -> None:
    body = _body(specification, "imagenet16-120", "nas-bench-201-9930", resolution=32)
    with pytest.raises(SidecarError) as caught:
        Session.prepare(body, _assets(data, "imagenet16-120", "nas-bench-201-9930"), "cpu")
    assert caught.value.code == "unsuitable-data"
    assert "16" in caught.value.message


def test_compiled_networks_have_the_scores_of_fast_ones_but_for_rounding(specification: Build, data: Path) -> None:
    body = _body(specification, "cifar10", "resnet20", channels=8)
    body["optimizer"]["learningRate"] = 0.002
    assets = _assets(data, "cifar10", "resnet20")
    proxies = ["rmi@1", "synflow", "grad-norm", "flops", "params"]
    answers, measurements = [], []
    for arithmetic in ("fast", "compiled", "compiled"):
        session = Session.prepare({**body, "arithmetic": arithmetic}, assets, "cpu")
        answers.append({**session.evaluate(EXAMPLE, 1), "seconds": 0})
        measurements.append([value["value"] for value in session.measure(EXAMPLE, 1, proxies)["values"]])
    fast, compiled, again = answers
    assert compiled == again
    assert compiled["curve"] == pytest.approx(fast["curve"], rel=1e-4)
    assert compiled["cka"] == pytest.approx(fast["cka"], rel=1e-4)
    assert compiled["flops"] == fast["flops"]
    assert measurements[1] == measurements[2]
    assert measurements[1][0] == compiled["curve"][1]
    assert measurements[1][1] == pytest.approx(measurements[0][1], rel=1e-12)
    assert measurements[1][2] == pytest.approx(measurements[0][2], rel=1e-4)
    assert measurements[1][2] != measurements[0][2]
    assert measurements[1][3:] == measurements[0][3:]
