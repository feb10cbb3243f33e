"""How steep the loss is in an untrained network's weights."""

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.layers import backpropagate_loss
from rminas_sidecar.proxies.proxy import Passes, Proxy


def _measure(context: Context) -> float:
    gradients = backpropagate_loss(context.network(), context.images, context.labels)
    return float(sum(gradient.norm().item() for _, gradient in gradients))


PROXY = Proxy(
    name="grad-norm",
    direction="higher",
    paper="Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021",
    passes=lambda images: Passes(forward=images, backward=images),
    measure=_measure,
)
"""The sum over convolutions and linear layers of the Euclidean norm of the gradient of the batch's cross entropy by the
layer's weight.
"""
