"""AZ-NAS: the cost of an inference."""

from rminas_sidecar.proxies.az_nas import PAPER
from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.inference import FAMILY, inference_flops
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "az-complexity",
    direction="higher",
    needs="nothing",
    paper=PAPER,
    passes=lambda _: Passes(forward=1),
    family=FAMILY,
)
def measure_az_complexity(context: Context) -> float:
    """FLOPs, the same number as `flops`: the fourth of the ranks that AZ-NAS adds up."""
    return context.shared(inference_flops)
