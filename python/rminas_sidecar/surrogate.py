"""The random forest that tells good architectures from bad ones by their encoding."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol import Body

Encodings = Sequence[Sequence[int]]


def fit_and_predict(request: Body) -> list[float]:
    """Fits a forest on the known architectures and asks it about the candidates, as XNAS's RF_suggest does.

    Args:
        request: body of the protocol's `fit`.

    Returns:
        Probability of being good for each candidate, 0 to 1. Where all known ones are good it is 1, and where none is
        (or none is known) 0: a forest that has seen one class cannot tell more.

    Raises:
        SidecarError: `invalid-message` when encodings, labels and slots do not fit each other.
    """
    slots: list[int] = request["slots"]
    good: list[bool] = request["good"]
    candidates: Encodings = request["candidates"]
    if len(request["known"]) != len(good):
        raise _misfit(f"known has {len(request['known'])} architectures and good has {len(good)} labels")
    known_features = one_hot(request["known"], slots, "known")
    candidate_features = one_hot(candidates, slots, "candidates")
    if not candidates or not any(good):
        return [0.0] * len(candidates)
    if all(good):
        return [1.0] * len(candidates)
    forest = _forest(request["trees"], request["seed"])
    forest.fit(known_features, np.asarray(good, dtype=np.float64))
    probabilities: list[float] = forest.predict_proba(candidate_features)[:, 1].tolist()
    return probabilities


def one_hot(encodings: Encodings, slots: Sequence[int], name: str) -> npt.NDArray[np.float32]:
    """One column per category of each slot; float32, which is what scikit-learn's trees compare in anyway.

    Args:
        encodings: n architectures, a category per slot.
        slots: number of categories of each slot.
        name: what the encodings are called in an error.

    Returns:
        Array of shape (n, sum of slots), of zeros and ones.
    """
    for position, encoding in enumerate(encodings):
        if len(encoding) != len(slots):
            raise _misfit(f"{name}[{position}] has {len(encoding)} categories for {len(slots)} slots")
    categories = np.asarray(encodings, dtype=np.int64).reshape(len(encodings), len(slots))
    too_large = np.argwhere(categories >= np.asarray(slots))
    if len(too_large):
        row, slot = too_large[0]
        raise _misfit(f"{name}[{row}][{slot}] is {categories[row, slot]} and the slot has {slots[slot]} categories")
    features = np.zeros((len(encodings), sum(slots)), dtype=np.float32)
    first_column = np.cumsum([0, *slots[:-1]])
    features[np.arange(len(encodings))[:, None], first_column + categories] = 1
    return features


def warm_up() -> None:
    """Imports scikit-learn, which takes a second that the first `fit` is then spared."""
    import sklearn.ensemble  # noqa: F401


def _forest(trees: int, seed: int) -> Any:
    # Imported here because benchmark commands never need it.
    from sklearn.ensemble import RandomForestClassifier

    # One job: thirty small trees are grown in half the time that joblib's threads take to be started.
    return RandomForestClassifier(n_estimators=trees, random_state=seed, n_jobs=1)


def _misfit(reason: str) -> SidecarError:
    return SidecarError("invalid-message", f"fit: {reason}")
