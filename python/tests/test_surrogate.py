"""The forest against XNAS's own run, and the answers that XNAS leaves undefined."""

import csv
import json
import os
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.surrogate import features_of, fit, fit_and_predict

OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
ONE_HOT = np.eye(5).tolist()
LAYOUT = [ONE_HOT] * 6
GOLDEN = json.loads((Path(__file__).parent / "fixtures" / "forest_nb201.json").read_text())


def request(**changes: Any) -> dict[str, Any]:
    layout = [[[1, 0], [0, 1]], [[0], [3], [7]]]
    body = {
        "features": layout,
        "known": [[0, 0], [1, 2]],
        "good": [False, True],
        "candidates": [[0, 0], [1, 2], [0, 2]],
    }
    return {**body, "trees": 25, "seed": 3, **changes}


@pytest.fixture(scope="module")
def benchmark_order() -> npt.NDArray[np.int64]:
    """Encodings of all architectures in NAS-Bench-201's order, which no rule gives."""
    data = os.environ.get("RMINAS_TEST_DATA")
    if data is None:
        pytest.skip("RMINAS_TEST_DATA is not set: the benchmark's order of architectures is read from its table")
    with (Path(data) / "nas-bench-201" / "test-accuracy-200-epochs.csv").open() as table:
        genotypes = [row["arch_str"] for row in csv.DictReader(table)]
    return np.array([[OPERATIONS.index(name) for name in re.findall(r"(\w+)~\d", genotype)] for genotype in genotypes])


@pytest.mark.skipif(
    version("scikit-learn") != GOLDEN["scikitLearn"],
    reason=f"the picks are those of scikit-learn {GOLDEN['scikitLearn']} and this is {version('scikit-learn')}",
)
def test_it_picks_what_xnas_picked(benchmark_order: npt.NDArray[np.int64]) -> None:
    random = np.random.RandomState(GOLDEN["seed"])
    history = GOLDEN["warmup"] + GOLDEN["picks"]
    assert random.choice(len(benchmark_order), size=100, replace=False).tolist() == GOLDEN["warmup"]
    picks = []
    for turn in range(len(GOLDEN["picks"])):
        known = history[: 100 + turn]
        drawn = random.choice(len(benchmark_order), size=1000, replace=False)
        candidates = drawn[~np.isin(drawn, known)]
        probabilities = fit_and_predict(
            {
                "features": LAYOUT,
                "known": benchmark_order[known].tolist(),
                "good": [loss < GOLDEN["lossThreshold"] for loss in GOLDEN["losses"][: 100 + turn]],
                "candidates": benchmark_order[candidates].tolist(),
                "trees": GOLDEN["trees"],
                "seed": GOLDEN["seed"],
            }
        )
        picks.append(int(candidates[np.argmax(probabilities)]))
    assert picks == GOLDEN["picks"]


def test_it_is_scikit_learns_forest() -> None:
    from sklearn.ensemble import RandomForestClassifier

    random = np.random.default_rng(0)
    known, candidates = random.integers(5, size=(300, 6)), random.integers(5, size=(1000, 6))
    good = (known == 3).sum(1) > 2
    eye = np.eye(5)
    forest = RandomForestClassifier(n_estimators=30, random_state=11)
    forest.fit(eye[known].reshape(300, -1), good.astype(float))
    expected = forest.predict_proba(eye[candidates].reshape(1000, -1))[:, 1]
    answer = fit_and_predict(
        {
            "features": LAYOUT,
            "known": known.tolist(),
            "good": good.tolist(),
            "candidates": candidates.tolist(),
            "trees": 30,
            "seed": 11,
        }
    )
    assert answer == expected.tolist()
    assert len(set(answer)) > 10


def test_importances_are_those_of_the_features_of_each_slot() -> None:
    from sklearn.ensemble import RandomForestClassifier

    random = np.random.default_rng(0)
    known = random.integers([2, 3], size=(40, 2))
    body = request(known=known.tolist(), good=(known[:, 1] == 2).tolist())
    features = features_of(body["known"], body["features"], "known")
    forest = RandomForestClassifier(n_estimators=25, random_state=3).fit(features, known[:, 1] == 2)
    first, second, other = forest.feature_importances_
    asked = fit({**body, "importances": True})
    assert asked["importances"] == pytest.approx([first + second, other], abs=1e-12)
    assert asked["importances"][1] > 0.9
    plain = fit(body)
    assert plain["probabilities"] == asked["probabilities"]
    assert "importances" not in plain
    assert fit({**body, "importances": True, "candidates": []})["importances"] == asked["importances"]


def test_one_class_has_no_importances() -> None:
    assert fit(request(good=[True, True], importances=True))["importances"] is None


def test_the_seed_decides() -> None:
    random = np.random.default_rng(0)
    known = random.integers(5, size=(50, 6)).tolist()
    body = {"features": LAYOUT, "known": known, "good": [k[0] == k[1] for k in known], "candidates": known, "trees": 7}
    assert fit_and_predict({**body, "seed": 1}) == fit_and_predict({**body, "seed": 1})
    assert fit_and_predict({**body, "seed": 1}) != fit_and_predict({**body, "seed": 2})


@pytest.mark.parametrize(
    ("known", "good", "probability"),
    [([[0, 0], [1, 2]], [True, True], 1.0), ([[0, 0], [1, 2]], [False, False], 0.0), ([], [], 0.0)],
    ids=["all good", "none good", "none known"],
)
def test_one_class_has_a_defined_answer(known: list[list[int]], good: list[bool], probability: float) -> None:
    assert fit_and_predict(request(known=known, good=good)) == [probability] * 3


def test_no_candidates_no_probabilities() -> None:
    assert fit_and_predict(request(candidates=[])) == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"good": [True]}, "known has 2 architectures and good has 1 labels"),
        ({"known": [[0, 0], [1]]}, r"known\[1\] has 1 categories for 2 slots"),
        ({"candidates": [[0, 0, 0]]}, r"candidates\[0\] has 3 categories for 2 slots"),
        ({"features": [[[1], [0, 1]], [[0], [1], [2]]]}, r"features\[0\] has rows of different lengths"),
        ({"candidates": [[0, 0], [2, 0]]}, r"candidates\[1\]\[0\] is 2 and the slot has 2 categories"),
    ],
)
def test_mismatched_encodings_and_labels_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(SidecarError, match=complaint) as refused:
        fit_and_predict(request(**changes))
    assert refused.value.code == "invalid-message"


@given(st.data())
def test_features_are_the_rows_of_the_categories_side_by_side(data: st.DataObject) -> None:
    widths = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    number = st.integers(-100, 100)
    layout = [data.draw(st.lists(st.lists(number, min_size=w, max_size=w), min_size=1, max_size=6)) for w in widths]
    encodings = data.draw(st.lists(st.tuples(*(st.integers(0, len(rows) - 1) for rows in layout)), max_size=5))
    features = features_of(encodings, layout, "known")
    expected = [[float(n) for c, rows in zip(e, layout, strict=True) for n in rows[c]] for e in encodings]
    assert features.shape == (len(encodings), sum(widths))
    assert features.tolist() == expected


def test_a_category_may_have_no_column_of_its_own() -> None:
    layout = [[[1, 0], [0, 1], [0, 0]]]
    assert features_of([[0], [1], [2]], layout, "known").tolist() == [[1, 0], [0, 1], [0, 0]]
