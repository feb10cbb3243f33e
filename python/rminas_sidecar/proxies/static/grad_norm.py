"""The norm of the loss's gradient in an untrained network."""

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.gradients import WEIGHT_FAMILY, weight_gradients
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "grad-norm",
    direction="higher",
    needs="batch",
    paper="Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021",
    passes=lambda images: Passes(forward=images, backward=images),
    family=WEIGHT_FAMILY,
)
def measure_grad_norm(context: Context) -> float:
    """The sum of the Euclidean norms of the gradients of the batch's cross entropy, one a layer.

    The gradients are those by the weights of convolutions and linear layers.
    """
    gradients = context.shared(weight_gradients)
    return float(sum(gradient.norm().item() for _, gradient in gradients))
