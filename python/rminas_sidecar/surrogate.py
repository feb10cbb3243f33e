"""The random forest that classifies architectures as good or bad by their encoding."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol import Body

Encodings = Sequence[Sequence[int]]
Grow = Callable[[Body, npt.NDArray[np.float32], Sequence[bool]], Any]
"""Fits a classifier of scikit-learn, given the body of the protocol's `fit`, features, and labels of both kinds."""
Layout = Sequence[Sequence[Sequence[float]]]
"""The row of features of each category of each slot."""


def grow_forest(request: Body, features: npt.NDArray[np.float32], good: Sequence[bool]) -> Any:
    """Fits scikit-learn's forest as XNAS's RF_suggest fits it; see `Grow`."""
    # Imported here: it takes a second, and most sidecars never grow a forest.
    from sklearn.ensemble import RandomForestClassifier

    # One job: thirty small trees grow in half the time that joblib takes to start its threads.
    forest = RandomForestClassifier(n_estimators=request["trees"], random_state=request["seed"], n_jobs=1)
    return forest.fit(features, np.asarray(good, dtype=np.float64))


def fit(request: Body, grow: Grow = grow_forest) -> Body:
    """Fits a forest to the known architectures and classifies the candidates, as XNAS's RF_suggest does.

    Args:
        request: body of the protocol's `fit`.
        grow: fits the forest, ours or the original's.

    Returns:
        The body of the protocol's `fitted`. A forest needs both classes: the probabilities are 1 if all known
        architectures are good, and 0 if none is good or known, and there are no importances then.

    Raises:
        SidecarError: `invalid-message` when encodings, labels and features do not match.
    """
    start = time.perf_counter()
    layout: Layout = request["features"]
    good: list[bool] = request["good"]
    explains = "importances" in request
    if len(request["known"]) != len(good):
        raise _misfit(f"known has {len(request['known'])} architectures and good has {len(good)} labels")
    known = features_of(request["known"], layout, "known")
    candidates = features_of(request["candidates"], layout, "candidates")
    has_both_classes = any(good) and not all(good)
    forest = grow(request, known, good) if has_both_classes and (explains or len(candidates)) else None
    answer: Body = {"probabilities": _probabilities(forest, candidates, float(any(good)))}
    if explains:
        answer["importances"] = None if forest is None else slot_importances(forest, layout)
    return {**answer, "seconds": time.perf_counter() - start}


def fit_and_predict(request: Body, grow: Grow = grow_forest) -> list[float]:
    """Returns the probability of being good for each candidate, 0 to 1; see :func:`fit`."""
    probabilities: list[float] = fit(request, grow)["probabilities"]
    return probabilities


def _probabilities(forest: Any, candidates: npt.NDArray[np.float32], without_forest: float) -> list[float]:
    if forest is None or not len(candidates):
        return [without_forest] * len(candidates)
    probabilities: list[float] = forest.predict_proba(candidates)[:, 1].tolist()
    return probabilities


def slot_importances(forest: Any, layout: Layout) -> list[float]:
    """Sums the impurity importances of the features of each slot.

    Args:
        forest: fitted, of scikit-learn.
        layout: the row of features of each category of each slot.

    Returns:
        A share per slot, 0 to 1. They add up to 1, or are all 0 if no tree has a split.
        Source: scikit-learn's `feature_importances_`, the mean decrease in impurity.
    """
    ends = np.cumsum([len(rows[0]) for rows in layout])
    slots = np.split(forest.feature_importances_, ends[:-1])
    # A sum may exceed 1 by rounding.
    return [min(1.0, float(columns.sum())) for columns in slots]


def features_of(encodings: Encodings, layout: Layout, name: str) -> npt.NDArray[np.float32]:
    """Concatenates the rows of each architecture's categories, in float32, as scikit-learn compares them.

    Args:
        encodings: n architectures, a category per slot.
        layout: the row of each category of each slot.
        name: the encodings' name in an error.

    Returns:
        An array of shape (n, sum of the slots' row lengths).

    Raises:
        SidecarError: `invalid-message` when a slot's rows differ in length, or an encoding does not match the slots.
    """
    for slot, rows in enumerate(layout):
        if len({len(row) for row in rows}) > 1:
            raise _misfit(f"features[{slot}] has rows of different lengths")
    for position, encoding in enumerate(encodings):
        if len(encoding) != len(layout):
            raise _misfit(f"{name}[{position}] has {len(encoding)} categories for {len(layout)} slots")
    categories = np.asarray(encodings, dtype=np.int64).reshape(len(encodings), len(layout))
    sizes = [len(rows) for rows in layout]
    too_large = np.argwhere(categories >= np.asarray(sizes))
    if len(too_large):
        row, slot = too_large[0]
        raise _misfit(f"{name}[{row}][{slot}] is {categories[row, slot]} and the slot has {sizes[slot]} categories")
    columns = [np.asarray(rows, dtype=np.float32)[categories[:, slot]] for slot, rows in enumerate(layout)]
    return np.concatenate(columns, axis=1)


def _misfit(reason: str) -> SidecarError:
    return SidecarError("invalid-message", f"fit: {reason}")
