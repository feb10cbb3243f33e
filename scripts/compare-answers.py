"""Answers histories of searches by a regression forest: a line of JSON in, the best predicted encoding out.

Each line has the sizes of the `slots`, the `known` encodings, their `targets` (lower is better) and a `seed`. The forest is
scikit-learn's, of 100 trees on one column for each choice of each slot. It predicts every architecture whose choices are
known; of equal predictions the first in lexicographic order counts.
"""

import itertools
import json
import sys

import numpy as np
from sklearn.ensemble import RandomForestRegressor


def columns(encodings: np.ndarray, slots: list[int]) -> np.ndarray:
    """One column for each choice of each slot, shape (n, sum of the slots)."""
    return np.concatenate([np.eye(size, dtype=np.float32)[encodings[:, slot]] for slot, size in enumerate(slots)], axis=1)


def answer(request: dict) -> list[int]:
    """The encoding with the lowest prediction."""
    slots, known = request["slots"], np.asarray(request["known"])
    forest = RandomForestRegressor(n_estimators=100, random_state=request["seed"], n_jobs=1)
    forest.fit(columns(known, slots), request["targets"])
    choices = [sorted(set(known[:, slot].tolist())) for slot in range(len(slots))]
    every = np.asarray(list(itertools.product(*choices)))
    best: list[int] = every[np.argmin(forest.predict(columns(every, slots)))].tolist()
    return best


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
