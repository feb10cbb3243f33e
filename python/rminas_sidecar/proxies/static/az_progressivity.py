"""AZ-NAS: the growth of expressivity from block to block."""

from itertools import pairwise

import torch

from rminas_sidecar.proxies.az_nas import FAMILY, PAPER, expressivities
from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "az-progressivity",
    direction="higher",
    needs="batch",
    paper=PAPER,
    passes=lambda images: Passes(forward=images),
    family=FAMILY,
)
def measure_az_progressivity(context: Context) -> float:
    """The least gain of expressivity from one block to the next."""
    gains = [after - before for before, after in pairwise(context.shared(expressivities))]
    # Torch's minimum, because Python's `min` may ignore a NaN.
    return float(torch.tensor(gains, dtype=torch.float64).min())
