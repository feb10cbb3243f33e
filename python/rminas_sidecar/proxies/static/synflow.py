"""Synaptic flow: the gradient flow through the absolute weights of an untrained network."""

import torch
from torch import nn

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.layers import weighted_layers
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "synflow",
    direction="higher",
    needs="nothing",
    paper="Tanaka et al., Pruning neural networks without any data by iteratively conserving synaptic flow, "
    "NeurIPS 2020; as a proxy: Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021",
    passes=lambda _: Passes(forward=1, backward=1),
)
def measure_synflow(context: Context) -> float:
    """The sum of |weight × gradient| over the weights of convolutions and linear layers.

    The gradient is that of the sum of the logits for an image of ones, where every parameter is replaced by its
    absolute value. Computed in float64, since it grows by a factor with each layer. Batch normalisations are removed,
    as in Abdelfattah et al. and NAS-Bench-Suite-Zero; Tanaka et al. keep them in evaluation mode, which in an untrained
    network only divides by √(1 + ε).
    """
    if context.shortcuts.synaptic_flow is not None:
        return context.shortcuts.synaptic_flow()
    network = _without_norms(context.network()).double().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.abs_()
    ones = torch.ones_like(context.images[:1], dtype=torch.float64)
    _, logits = network(ones)
    logits.sum().backward()
    weights = [layer.weight for layer in weighted_layers(network)]
    flows = [(weight * weight.grad).abs().sum() for weight in weights if weight.grad is not None]
    return float(sum(flow.item() for flow in flows))


def _without_norms(network: nn.Module) -> nn.Module:
    for parent in list(network.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.BatchNorm2d):
                setattr(parent, name, nn.Identity())
    return network
