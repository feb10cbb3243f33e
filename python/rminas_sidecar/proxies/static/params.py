"""The number of parameters."""

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "params",
    direction="higher",
    needs="nothing",
    paper="White et al., A Deeper Look at Zero-Cost Proxies for Lightweight NAS, ICLR Blog Track 2022",
    passes=lambda _: Passes(),
)
def measure_params(context: Context) -> float:
    """The number of trainable parameters, including those on edges that lead nowhere."""
    if context.shortcuts.params is not None:
        return context.shortcuts.params()
    return context.look(lambda network: sum(parameter.numel() for parameter in network.parameters()))
