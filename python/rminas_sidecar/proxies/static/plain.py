"""The sum of the signed sensitivities of an untrained network's weights."""

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.gradients import WEIGHT_FAMILY, weight_gradients
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "plain",
    direction="higher",
    needs="batch",
    paper="Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021",
    passes=lambda images: Passes(forward=images, backward=images),
    family=WEIGHT_FAMILY,
)
def measure_plain(context: Context) -> float:
    """The sum of weight × gradient of the batch's cross entropy over convolutions and linear layers, with its sign."""
    gradients = context.shared(weight_gradients)
    return float(sum((weight * gradient).sum().item() for weight, gradient in gradients))
