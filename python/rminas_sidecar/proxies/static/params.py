"""The number of parameters."""

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import Passes, Proxy


def _count(context: Context) -> float:
    return context.look(lambda network: sum(parameter.numel() for parameter in network.parameters()))


PROXY = Proxy(
    name="params",
    direction="higher",
    paper="White et al., A Deeper Look at Zero-Cost Proxies for Lightweight NAS, ICLR Blog Track 2022",
    passes=lambda _: Passes(),
    measure=_count,
)
"""All trainable numbers of the network, those on edges that lead nowhere included."""
