"""The sensitivity of the loss to the removal of weights in an untrained network."""

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.gradients import WEIGHT_FAMILY, weight_gradients
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "snip",
    direction="higher",
    needs="batch",
    paper="Lee et al., SNIP: Single-shot Network Pruning based on Connection Sensitivity, ICLR 2019; "
    "as a proxy: Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021",
    passes=lambda images: Passes(forward=images, backward=images),
    family=WEIGHT_FAMILY,
)
def measure_snip(context: Context) -> float:
    """The sum of |weight × gradient of the batch's cross entropy| over convolutions and linear layers.

    This is the gradient by a factor of 1 at each weight. Lee et al. normalise by this sum.
    """
    gradients = context.shared(weight_gradients)
    return float(sum((weight * gradient).abs().sum().item() for weight, gradient in gradients))
