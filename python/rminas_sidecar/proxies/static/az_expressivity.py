"""AZ-NAS: the isotropy of the features."""

from rminas_sidecar.proxies.az_nas import FAMILY, PAPER, expressivities
from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "az-expressivity",
    direction="higher",
    needs="batch",
    paper=PAPER,
    passes=lambda images: Passes(forward=images),
    family=FAMILY,
)
def measure_az_expressivity(context: Context) -> float:
    """The sum of the blocks' expressivities."""
    return sum(context.shared(expressivities))
