"""The common part of AZ-NAS's proxies: features of a network's primary blocks (Lee and Ham, CVPR 2024, section 3).

The network gets Kaiming's initial weights and a batch of Gaussian noise. Its primary blocks are the stem and each cell
(`nas-bench-201`, `darts`), layer (`nas-bench-macro`) or block (`proxyless`, `mb`), that is, the modules of the first
`ModuleList`. A block that returns its input unchanged does not count. If there are no such blocks, as in XNAS's
supernet of `nas-bench-macro`, the features of the three stages are used.
"""

import torch
from torch import Tensor, nn

from rminas_sidecar.proxies.context import Context

PAPER = "Lee and Ham, AZ-NAS: Assembling Zero-Cost Proxies for Network Architecture Search, CVPR 2024"
FAMILY = "az-nas"
_TINY = 1e-8


def block_features(context: Context) -> list[Tensor]:
    """Features of the primary blocks, in order, with their autograd graph.

    Samples × C × height × width each; networks of the user may have others, see :func:`as_images`.
    """
    network = context.network()
    _initialise(network, context.generator("az-nas weights"))
    noise = torch.randn(context.images.shape, generator=context.generator("az-nas images"))
    return _block_outputs(network, noise.to(context.images))


def expressivities(context: Context) -> list[float]:
    """For each primary block, the entropy of the shares of variance of its features' principal components.

    NaN for features that are all equal. In float64, because rounding to float32 gives negative shares, whose logarithm
    the published code takes.
    """
    return [_entropy(features.detach()) for features in context.shared(block_features)]


def as_images(features: Tensor) -> Tensor:
    """Features as samples × C × height × width. Tokens (samples × tokens × C) become pixels, and vectors one pixel."""
    if features.ndim == 2:
        return features[:, :, None, None]
    return features.transpose(1, 2).unsqueeze(-1) if features.ndim == 3 else features.flatten(3)


def _entropy(features: Tensor) -> float:
    vectors = as_images(features).movedim(1, -1).flatten(0, -2).double()
    vectors = vectors - vectors.mean(0)
    variances = torch.linalg.eigvalsh(vectors.T @ vectors / len(vectors))
    shares = variances / variances.sum()
    return float(-(shares * (shares + _TINY).log()).sum().item())


def _initialise(network: nn.Module, generator: torch.Generator) -> None:
    """Sets Kaiming's normal weights by the number of inputs, and biases of zero."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            # On the CPU, so that a seed gives the same weights on every device.
            drawn = nn.init.kaiming_normal_(torch.empty(module.weight.shape), generator=generator)
            with torch.no_grad():
                module.weight.copy_(drawn)
        if isinstance(module, (nn.Conv2d, nn.Linear, nn.BatchNorm2d)) and module.bias is not None:
            nn.init.zeros_(module.bias)


def _block_outputs(network: nn.Module, images: Tensor) -> list[Tensor]:
    outputs: list[Tensor] = []

    def record(_block: nn.Module, inputs: tuple[object, ...], output: object) -> None:
        # A cell of DARTS has two inputs; the second one is the last cell's output.
        entered = next((tensor for tensor in reversed(inputs) if isinstance(tensor, Tensor)), None)
        # Blocks of the user's networks may have other inputs and outputs.
        if entered is None or not isinstance(output, Tensor):
            return
        # Where no stem precedes the first block, its input is the images, which have no graph of gradients.
        if not outputs and entered.requires_grad:
            outputs.append(entered)
        if output is not entered:
            # Features of zeros that no edge reaches may have no graph, but later features have gradients by them.
            outputs.append(output if output.requires_grad else output.requires_grad_())

    blocks = next((module for module in network.modules() if isinstance(module, nn.ModuleList)), nn.ModuleList())
    for block in blocks:
        block.register_forward_hook(record)
    stages, _ = network(images)
    return outputs if len(outputs) > 1 else list(stages)
