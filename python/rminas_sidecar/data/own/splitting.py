"""Splits off a held-out part, where a data set has none."""

import numpy as np
import numpy.typing as npt

_SEED = 0


def split(labels: npt.NDArray[np.int64], share: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The numbers of the training images and of the held-out ones, both in ascending order.

    The same share of each class is held out, at least one image of a class that has two or more.
    `RandomState` draws the same in every version of NumPy.

    Args:
        labels: int64, one an image.
        share: of the images to hold out, between 0 and 1.
    """
    random = np.random.RandomState(_SEED)
    held_out = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == label))
        most = len(members) - 1
        held_out[members[: min(most, max(1, round(share * len(members))))]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)
