"""Trainings that end because they are futile, on real digits."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.evaluation.stopping import NO_BOUNDS, FutilityBounds
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE

Build = Callable[..., dict[str, Any]]
# The controller's tests read the same ones.
CROSSINGS = json.loads((Path(__file__).parents[3] / "test" / "fixtures" / "crossings.json").read_text(encoding="utf-8"))


@pytest.fixture
def session(specification: Build) -> Session:
    return Session.prepare(specification(), {"dataset": None, "teacher": None}, "cpu")


@pytest.mark.parametrize("case", CROSSINGS, ids=lambda case: case["why"])
def test_crossings(case: dict[str, Any]) -> None:
    bounds = FutilityBounds(case["bounds"])
    steps = range(1, len(case["curve"]) + 1)
    crossed = [step for step in steps if bounds.crossed_by(case["curve"][:step])]
    assert crossed[:1] == ([] if case["crossed"] is None else [case["crossed"]])


def _score(session: Session, bounds: FutilityBounds = NO_BOUNDS) -> dict[str, Any]:
    return {key: value for key, value in session.evaluate(EXAMPLE, 3, bounds).items() if key != "seconds"}


def test_a_training_stops_where_it_crosses_a_bound(session: Session) -> None:
    whole = _score(session)
    assert (whole["steps"], whole["stopped"]) == (6, None)
    lowest = min(whole["curve"][:4])
    answer = _score(session, FutilityBounds([{"step": 2, "loss": 99.0}, {"step": 4, "loss": lowest * 0.999}]))
    assert (answer["steps"], answer["stopped"]) == (4, 4)
    assert answer["curve"] == whole["curve"][:4]
    assert answer["loss"] == whole["curve"][3] > lowest * 0.999
    composed = 0.8 * sum(1 - cka for cka in answer["cka"]) + 0.2 * answer["crossEntropy"]
    assert composed == pytest.approx(answer["loss"], rel=1e-5)


def test_bounds_that_are_not_crossed_change_no_bit(session: Session) -> None:
    whole = _score(session)
    curve = whole["curve"]
    exact = [{"step": step, "loss": min(curve[:step])} for step in range(1, len(curve) + 1)]
    assert _score(session, FutilityBounds(exact)) == whole


def test_the_last_loss_is_a_score_whatever_the_bound_there(session: Session) -> None:
    answer = _score(session, FutilityBounds([{"step": 6, "loss": -1.0}]))
    assert (answer["steps"], answer["stopped"]) == (6, None)


def test_a_training_that_diverges_was_not_stopped(specification: Build) -> None:
    spec = specification(steps=40, optimizer={"learningRate": 1e30})
    session = Session.prepare(spec, {"dataset": None, "teacher": None}, "cpu")
    whole = _score(session)
    assert whole["loss"] is None
    bounds = FutilityBounds([{"step": whole["steps"], "loss": -1.0}])
    assert _score(session, bounds) == whole
