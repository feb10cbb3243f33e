"""Splits off a held-out part, where a data set has none."""

import numpy as np
import torch
from torch import Tensor

_SEED = 0


def split(labels: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """The numbers of the training images and of the held-out ones, both in ascending order.

    The same share of each class is held out, at least one image of a class that has two or more.
    `RandomState` draws the same in every version of NumPy.

    Args:
        labels: int64, one an image.
        share: of the images to hold out, between 0 and 1.
    """
    random = np.random.RandomState(_SEED)
    known = labels.numpy()
    held_out = np.zeros(len(known), dtype=bool)
    for label in np.unique(known):
        members = random.permutation(np.flatnonzero(known == label))
        most = len(members) - 1
        held_out[members[: min(most, max(1, round(share * len(members))))]] = True
    return torch.from_numpy(np.flatnonzero(~held_out)), torch.from_numpy(np.flatnonzero(held_out))
