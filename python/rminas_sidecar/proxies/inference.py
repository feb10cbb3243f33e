"""The FLOPs of an inference: a proxy under two names, and the unit of the cost of all other proxies."""

from rminas_sidecar.networks.flops import count_flops
from rminas_sidecar.proxies.context import Context

FAMILY = "inference"


def inference_flops(context: Context) -> float:
    """Millions of multiply-adds for one image. Must be called by :meth:`Context.shared`."""
    if context.shortcuts.flops is not None:
        return context.shortcuts.flops()
    return context.look(lambda network: count_flops(network, context.resolution))
