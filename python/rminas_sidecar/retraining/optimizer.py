"""The optimiser of trainings that are saved and resumed."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from rminas_sidecar.specification import OptimizerSpecification


def build_sgd(
    parameters: Iterable[nn.Parameter], optimizer: OptimizerSpecification, rate: float | Tensor | None = None
) -> torch.optim.SGD:
    """Builds torch's own optimiser, because its state can be saved. The caller clips gradients and sets later rates.

    Args:
        parameters: to update.
        optimizer: their settings.
        rate: the learning rate; by default that of `optimizer`. A tensor is read by each update, so that an update can
            be recorded and repeated at other rates.
    """
    in_memory = isinstance(rate, Tensor)
    return torch.optim.SGD(
        parameters,
        lr=optimizer.learning_rate if rate is None else rate,
        momentum=optimizer.momentum,
        dampening=optimizer.dampening,
        nesterov=optimizer.nesterov,
        weight_decay=optimizer.weight_decay,
        # Only the fused update takes a rate from memory without waiting for the device.
        foreach=not in_memory,
        fused=in_memory,
    )
