"""The effect of removing weights on the gradient flow of an untrained network."""

import torch
from torch.nn import functional

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.layers import weighted_layers
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy


@register_proxy(
    "grasp",
    direction="higher",
    needs="batch",
    paper="Wang et al., Picking Winning Tickets Before Training by Preserving Gradient Flow, ICLR 2020; "
    "as a proxy: Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021",
    # A product with the Hessian goes backwards through the forward pass and through the backward pass.
    passes=lambda images: Passes(forward=images, backward=3 * images),
)
def measure_grasp(context: Context) -> float:
    """-Σ weight × (H g) over convolutions and linear layers.

    g is the gradient of the batch's cross entropy by all their weights, and H is its Hessian. The sign is that of
    Abdelfattah et al., for whom more is better.
    """
    network = context.network()
    weights = [layer.weight for layer in weighted_layers(network)]
    _, logits = network(context.images)
    loss = functional.cross_entropy(logits, context.labels)
    gradients = torch.autograd.grad(loss, weights, create_graph=True, allow_unused=True)
    flow = sum((gradient.detach() * gradient).sum() for gradient in gradients if gradient is not None)
    products = torch.autograd.grad(flow, weights, allow_unused=True)  # type: ignore[arg-type]
    return -float(
        sum(
            (weight.detach() * product).sum().item()
            for weight, product in zip(weights, products, strict=True)
            if product is not None
        )
    )
