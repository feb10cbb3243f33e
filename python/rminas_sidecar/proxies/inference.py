"""The cost of an inference, which is a proxy under two names, and by which the cost of all others is told."""

from rminas_sidecar.networks.flops import count_flops
from rminas_sidecar.proxies.context import Context

FAMILY = "inference"


def inference_flops(context: Context) -> float:
    """Millions of multiply-adds for one image; to be asked for by :meth:`Context.shared`."""
    return context.look(lambda network: count_flops(network, context.resolution))
