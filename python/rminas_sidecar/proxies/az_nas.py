"""What the components of AZ-NAS have in common (Lee and Ham, CVPR 2024, section 3).

The network has Kaiming's initial weights and sees Gaussian noise, as many images as the batch has, and what is looked
at are the outputs of its primary blocks. These are the outputs of the stem and of each cell of `nas-bench-201`; of
other spaces likewise of what precedes the first block, and of each cell (`darts`), layer (`nas-bench-macro`) or block
(`proxyless`, `mb`). A block that hands its input on as it is counts for none. Of a network whose blocks cannot be
told, which XNAS's supernet of `nas-bench-macro` is, these are the features of the three stages.
"""

import torch
from torch import Tensor, nn

from rminas_sidecar.proxies.context import Context

PAPER = "Lee and Ham, AZ-NAS: Assembling Zero-Cost Proxies for Network Architecture Search, CVPR 2024"
FAMILY = "az-nas"
_TINY = 1e-8


def block_features(context: Context) -> list[Tensor]:
    """Features of the primary blocks, in order, with their gradients' graph: samples × C × height × width each."""
    network = context.network()
    _initialise(network, context.generator("az-nas weights"))
    noise = torch.randn(context.images.shape, generator=context.generator("az-nas images"))
    return _listen(network, noise.to(context.images))


def expressivities(context: Context) -> list[float]:
    """Of each primary block: entropy of the shares that the principal components of its features have of the variance.

    NaN for features that are all equal. In float64: rounding to float32 gives negative shares, of which the published
    code takes the logarithm.
    """
    return [_entropy(features.detach()) for features in context.shared(block_features)]


def _entropy(features: Tensor) -> float:
    vectors = features.movedim(1, -1).flatten(0, -2).double()
    vectors = vectors - vectors.mean(0)
    variances = torch.linalg.eigvalsh(vectors.T @ vectors / len(vectors))
    shares = variances / variances.sum()
    return float(-(shares * (shares + _TINY).log()).sum().item())


def _initialise(network: nn.Module, generator: torch.Generator) -> None:
    """Kaiming's normal weights by the number of inputs, biases of zero, normalisations that change nothing else."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            # On the CPU, so that a seed means the same weights everywhere.
            drawn = nn.init.kaiming_normal_(torch.empty(module.weight.shape), generator=generator)
            with torch.no_grad():
                module.weight.copy_(drawn)
        if isinstance(module, (nn.Conv2d, nn.Linear, nn.BatchNorm2d)) and module.bias is not None:
            nn.init.zeros_(module.bias)


def _listen(network: nn.Module, images: Tensor) -> list[Tensor]:
    heard: list[Tensor] = []

    def hear(_block: nn.Module, inputs: tuple[object, ...], output: Tensor) -> None:
        # A cell of DARTS has two inputs, of which the last is what the last cell has made.
        entered = [tensor for tensor in inputs if isinstance(tensor, Tensor)][-1]
        # Where no stem precedes the first block, its input is the images, which have no graph of gradients.
        if not heard and entered.requires_grad:
            heard.append(entered)
        if output is not entered:
            # Features of zeros, which no edge has reached, may have no graph, but what follows has a gradient by them.
            heard.append(output if output.requires_grad else output.requires_grad_())

    blocks = next((module for module in network.modules() if isinstance(module, nn.ModuleList)), nn.ModuleList())
    for block in blocks:
        block.register_forward_hook(hear)
    stages, _ = network(images)
    return heard if len(heard) > 1 else list(stages)
