"""AZ-NAS: in how many directions features spread."""

from rminas_sidecar.proxies.az_nas import FAMILY, PAPER, expressivities
from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import Passes, Proxy


def _measure(context: Context) -> float:
    return sum(expressivities(context))


PROXY = Proxy(
    name="az-expressivity",
    direction="higher",
    paper=PAPER,
    passes=lambda images: Passes(forward=images),
    measure=_measure,
    family=FAMILY,
)
"""The sum of the blocks' expressivities."""
