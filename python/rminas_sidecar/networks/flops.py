"""The cost of an inference, as papers report it."""

from typing import Any

import torch
from torch import Tensor, nn


def count_flops(network: nn.Module, resolution: int) -> float:
    """The result of :func:`count_multiply_adds` in millions: the field's "FLOPs"."""
    return count_multiply_adds(network, resolution) / 1e6


def count_multiply_adds(network: nn.Module, resolution: int) -> int:
    """Multiply-adds of convolutions and linear layers for one image.

    Runs the network once, in evaluation mode, so that no running statistic changes; training mode is restored.

    Args:
        network: answers images of shape batch × 3 × height × width.
        resolution: height and width of the image.
    """
    total = 0

    def add(layer: nn.Conv2d | nn.Linear, _inputs: Any, output: Tensor) -> None:
        nonlocal total
        # One number of the output sums over one row of the weight.
        total += output.numel() * layer.weight[0].numel()

    layers = [module for module in network.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_hook(add) for layer in layers]
    training = network.training
    try:
        with torch.no_grad():
            network.eval()(next(network.parameters()).new_zeros(1, 3, resolution, resolution))
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return total
