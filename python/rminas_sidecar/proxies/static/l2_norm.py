"""The norms of the initial weights."""

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.layers import weighted_layers
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "l2-norm",
    direction="higher",
    needs="nothing",
    paper="Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021",
)
def measure_l2_norm(context: Context) -> float:
    """The sum of the Euclidean norms of the weights of convolutions and linear layers, one a layer.

    Layers that no gradient reaches count too, as in the published code.
    """
    layers = context.look(weighted_layers)
    return float(sum(layer.weight.detach().norm().item() for layer in layers))
