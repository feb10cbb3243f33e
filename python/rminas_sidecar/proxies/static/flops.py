"""The cost of an inference."""

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.inference import FAMILY, inference_flops
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "flops",
    direction="higher",
    needs="nothing",
    paper="White et al., A Deeper Look at Zero-Cost Proxies for Lightweight NAS, ICLR Blog Track 2022",
    passes=lambda _: Passes(forward=1),
    family=FAMILY,
)
def measure_flops(context: Context) -> float:
    """Millions of multiply-adds of convolutions and linear layers for one image, without edges that lead nowhere."""
    return context.shared(inference_flops)
