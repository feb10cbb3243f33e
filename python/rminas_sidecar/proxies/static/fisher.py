"""Fisher information of the channels of an untrained network."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.layers import Layer, weighted_layers
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "fisher",
    direction="higher",
    needs="batch",
    paper="Turner et al., BlockSwap: Fisher-guided Block Substitution for Network Compression on a Budget, ICLR 2020; "
    "as a proxy: Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021",
    passes=lambda images: Passes(forward=images, backward=images),
)
def measure_fisher(context: Context) -> float:
    """The sum over convolutions and linear layers, and over their output channels, of w · mean(s²) / 2.

    For each image, s is the sum over the positions of activation × gradient of the batch's cross entropy. w is the
    number of weights of a channel: the published code gives the value of a channel to each of its weights.
    """
    network = context.network()
    outputs: list[tuple[Layer, Tensor]] = []

    def record(layer: Layer, _inputs: object, output: Tensor) -> None:
        outputs.append((layer, output))

    for layer in weighted_layers(network):
        layer.register_forward_hook(record)
    _, logits = network(context.images)
    loss = functional.cross_entropy(logits, context.labels)
    gradients = torch.autograd.grad(loss, [output for _, output in outputs], allow_unused=True)
    return math.fsum(
        _information(output.detach(), gradient) * layer.weight[0].numel()
        for (layer, output), gradient in zip(outputs, gradients, strict=True)
        if gradient is not None
    )


def _information(output: Tensor, gradient: Tensor) -> float:
    """Of samples × channels × positions, or samples × channels."""
    sums = (output * gradient).flatten(2).sum(2) if output.dim() > 2 else output * gradient
    return float(sums.pow(2).mean(0).sum().item()) / 2
