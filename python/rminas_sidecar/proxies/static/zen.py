"""The expressivity of an untrained network with Gaussian weights."""

import math

import torch
from torch import Tensor, nn

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy

_MIXED = 0.01


@register_proxy(
    "zen",
    direction="higher",
    needs="batch",
    paper="Lin et al., Zen-NAS: A Zero-Shot NAS for High-Performance Image Recognition, ICCV 2021",
    passes=lambda images: Passes(forward=2 * images),
)
def measure_zen(context: Context) -> float:
    """log mean |f(x + 0.01 y) - f(x)| + Σ log √(mean running variance) over the batch normalisations.

    f are the feature maps before the global average pooling, x and y batches of Gaussian noise, and the mean is over
    the images; each image contributes the sum over its features. Weights are Gaussian with variance 1 and biases are 0.
    The running variances are those after both passes, as in the published code, here with one draw of weights.
    """
    network = context.network()
    _initialise(network, context.generator("zen weights"))
    noise = context.generator("zen images")
    first, second = (torch.randn(context.images.shape, generator=noise).to(context.images) for _ in range(2))
    last = _LastFeatureMaps(network)
    with torch.no_grad():
        before = last.of(first)
        change = last.of(first + _MIXED * second) - before
    size = float(change.abs().flatten(1).sum(1).mean())
    return (math.log(size) if size > 0 else -math.inf) + _scaling(network)


class _LastFeatureMaps:
    """The feature maps that the global pooling averages.

    These are the output of the last layer that has the size of the last stage, if it has at least as many channels.
    Otherwise they are the last stage itself, e.g. a concatenation, which no layer computes.
    """

    def __init__(self, network: nn.Module) -> None:
        self._network = network
        self._maps: list[Tensor] = []
        for module in network.modules():
            if next(module.children(), None) is None:
                module.register_forward_hook(self._record)

    def _record(self, _layer: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, Tensor) and output.dim() == 4:
            self._maps.append(output)

    def of(self, images: Tensor) -> Tensor:
        self._maps.clear()
        features, _ = self._network(images)
        stage = features[-1]
        of_its_size = [maps for maps in self._maps if maps.shape[2:] == stage.shape[2:]]
        return of_its_size[-1] if of_its_size and of_its_size[-1].shape[1] >= stage.shape[1] else stage


def _initialise(network: nn.Module, generator: torch.Generator) -> None:
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            # On the CPU, so that a seed gives the same weights on every device.
            with torch.no_grad():
                module.weight.copy_(torch.randn(module.weight.shape, generator=generator))
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _scaling(network: nn.Module) -> float:
    """Σ log √(mean running variance). Normalisations scale the features, which this compensates."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    variances = [norm.running_var.mean() for norm in norms if norm.running_var is not None]
    return sum(0.5 * math.log(float(variance)) for variance in variances)
