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
    """Answers the protocol's `fitted`; see :func:`fit_and_predict`."""
    start = time.perf_counter()
    probabilities = fit_and_predict(request, grow)
    return {"probabilities": probabilities, "seconds": time.perf_counter() - start}


def fit_and_predict(request: Body, grow: Grow = grow_forest) -> list[float]:
    """Fits a forest to the known architectures and classifies the candidates, as XNAS's RF_suggest does.

    Args:
        request: body of the protocol's `fit`.
        grow: fits the forest, ours or the original's.

    Returns:
        The probability of being good for each candidate, 0 to 1. It is 1 if all known architectures are good, and 0 if
        none is good or known, since a forest needs both classes.

    Raises:
        SidecarError: `invalid-message` when encodings, labels and features do not match.
    """
    layout: Layout = request["features"]
    good: list[bool] = request["good"]
    candidates: Encodings = request["candidates"]
    if len(request["known"]) != len(good):
        raise _misfit(f"known has {len(request['known'])} architectures and good has {len(good)} labels")
    known_features = features_of(request["known"], layout, "known")
    candidate_features = features_of(candidates, layout, "candidates")
    if not candidates or not any(good):
        return [0.0] * len(candidates)
    if all(good):
        return [1.0] * len(candidates)
    forest = grow(request, known_features, good)
    probabilities: list[float] = forest.predict_proba(candidate_features)[:, 1].tolist()
    return probabilities


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
