"""A session on real digits, and on real CIFAR-10 where it is."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE
from support.fresh import run_program

Build = Callable[..., dict[str, Any]]
Assets = dict[str, None]
OTHER = "|avg_pool_3x3~0|+|none~0|skip_connect~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|"


def _score(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation without its seconds, which are the only part that may differ."""
    return {key: value for key, value in answer.items() if key != "seconds"}


def _quiet(_done: int, _total: int, _note: str) -> None:
    return


def test_the_report(specification: Build, shipped: Assets) -> None:
    report = Session.prepare(specification(), shipped, "cpu").report()
    assert report["dataset"] == {"images": 1437, "expected": 1437}
    assert report["notes"] == []
    assert report["batch"]["size"] == 16
    assert report["batch"]["teacherAccuracy"] == 1
    assert 0 < report["batch"]["teacherLoss"] < 0.1
    assert len(report["batch"]["digest"]) == 64
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 6},
        {"batch": {"size": 15}},
        {"batch": {"selection": "all"}},
        {"batch": {"pool": 65}},
        {"teacher": {"mode": "eval"}},
    ],
)
def test_the_batch_depends_on_seed_and_teacher(specification: Build, shipped: Assets, changes: dict[str, Any]) -> None:
    before = Session.prepare(specification(), shipped, "cpu").report()["batch"]
    after = Session.prepare(specification(**changes), shipped, "cpu").report()["batch"]
    assert after != before
    assert Session.prepare(specification(**changes), shipped, "cpu").report()["batch"] == after


def test_all_samples_of_the_pool_can_be_kept(specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(batch={"selection": "all"}), shipped, "cpu")
    assert session.report()["batch"]["size"] == 64


def test_a_score_is_a_function_of_specification_genotype_and_seed(specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(), shipped, "cpu")
    first = _score(session.evaluate(EXAMPLE, 3))
    other = _score(session.evaluate(OTHER, 3))
    torch.manual_seed(99)
    assert _score(session.evaluate(EXAMPLE, 3)) == first
    assert _score(Session.prepare(specification(), shipped, "cpu").evaluate(OTHER, 3)) == other
    assert _score(session.evaluate(EXAMPLE, 4)) != first
    changed = Session.prepare(specification(seed=6), shipped, "cpu")
    assert _score(changed.evaluate(EXAMPLE, 3)) != first
    assert first["steps"] == 6
    assert first["curve"][-1] < first["curve"][0]


def test_another_process_answers_the_same_bits(specification: Build, shipped: Assets) -> None:
    program = """
import json, sys, torch
from rminas_sidecar.evaluation.session import Session
torch.set_num_threads(1)
specification, assets, genotype = json.loads(sys.argv[1])
print(json.dumps(Session.prepare(specification, assets, "cpu").evaluate(genotype, 2**53 - 1)))
"""
    body = json.dumps([specification(), shipped, EXAMPLE])
    done = run_program(program, [body])
    assert done.returncode == 0, done.stderr
    here = Session.prepare(specification(), shipped, "cpu").evaluate(EXAMPLE, 2**53 - 1)
    assert _score(json.loads(done.stdout)) == _score(here)


def test_an_evaluation_leaves_torch_as_it_was(specification: Build, shipped: Assets) -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    session = Session.prepare(specification(steps=2), shipped, "cpu")
    session.evaluate(EXAMPLE, 1)
    session.verify(EXAMPLE, 1, 1, 512, 0.1, _quiet)
    assert torch.equal(torch.rand(3), expected)
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_diverging_evaluation_is_worth_nothing(specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(steps=40, optimizer={"learningRate": 1e30}), shipped, "cpu")
    answer = session.evaluate(EXAMPLE, 1)
    assert answer["loss"] is None
    assert answer["steps"] < 40
    json.dumps(answer, allow_nan=False)


def test_a_wrong_genotype_is_refused(specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(), shipped, "cpu")
    for ask in (lambda: session.evaluate("|x~0|", 1), lambda: session.verify("|x~0|", 1, 1, 64, 0.1, _quiet)):
        with pytest.raises(SidecarError) as caught:
            ask()
        assert caught.value.code == "invalid-genotype"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"batch": {"pool": 2000}}, "LOADER.BATCH_SIZE"),
        ({"network": {"resolution": 32}}, "resolution to 8"),
        ({"network": {"classes": 9}}, "LOADER.NUM_CLASSES"),
    ],
)
def test_unsuitable_data(specification: Build, shipped: Assets, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(SidecarError) as caught:
        Session.prepare(specification(**changes), shipped, "cpu")
    assert caught.value.code == "unsuitable-data"
    assert named in caught.value.next_steps[0]


def test_verification_trains_properly(specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(), shipped, "cpu")
    reports: list[tuple[int, int, str]] = []
    answer = session.verify(EXAMPLE, 1, 3, 64, 0.1, lambda *report: reports.append(report))
    assert (answer["trainImages"], answer["heldOutImages"], answer["epochs"]) == (1437, 360, 3)
    assert 0.8 < answer["accuracy"] <= 1
    assert [report[:2] for report in reports] == [(1, 3), (2, 3), (3, 3)]
    again = session.verify(EXAMPLE, 1, 3, 64, 0.1, _quiet)
    assert _score(again) == _score(answer)


def test_an_untrained_network_knows_nothing(specification: Build, shipped: Assets) -> None:
    """The contrast to the test above: held-out accuracy comes from the training, not from the measuring."""
    session = Session.prepare(specification(), shipped, "cpu")
    assert session.verify(EXAMPLE, 1, 1, 64, 1e-9, _quiet)["accuracy"] < 0.4


def test_real_cifar10(specification: Build, real_cifar10: dict[str, str]) -> None:
    body = specification(
        dataset="cifar10",
        network={"resolution": 32},
        batch={"size": 16, "pool": 64},
        teacher={"architecture": "resnet20", "mode": "eval"},
        steps=4,
    )
    session = Session.prepare(body, real_cifar10, "cpu")
    report = session.report()
    images = report["dataset"]["images"]
    assert report["dataset"]["expected"] == 50_000
    assert report["notes"] == (
        [] if images == 50_000 else [f"cifar10 is partial: {images:,} of 50,000 training images were found."]
    )
    assert report["batch"]["teacherAccuracy"] == 1
    answer = session.evaluate(EXAMPLE, 1)
    assert answer["steps"] == 4
    assert answer["curve"][-1] < answer["curve"][0]
