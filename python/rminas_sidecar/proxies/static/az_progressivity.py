"""AZ-NAS: whether features spread in more directions from block to block."""

from itertools import pairwise

import torch

from rminas_sidecar.proxies.az_nas import FAMILY, PAPER, expressivities
from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import Passes, Proxy


def _measure(context: Context) -> float:
    gains = [after - before for before, after in pairwise(expressivities(context))]
    # Of torch, because Python's `min` may pass over a NaN.
    return float(torch.tensor(gains, dtype=torch.float64).min())


PROXY = Proxy(
    name="az-progressivity",
    direction="higher",
    paper=PAPER,
    passes=lambda images: Passes(forward=images),
    measure=_measure,
    family=FAMILY,
)
"""The least gain of expressivity from one block to the next."""
