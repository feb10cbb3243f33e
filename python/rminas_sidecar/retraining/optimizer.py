"""The optimiser of trainings that are saved and resumed."""

from collections.abc import Iterable

import torch
from torch import nn

from rminas_sidecar.specification import OptimizerSpecification


def build_sgd(parameters: Iterable[nn.Parameter], optimizer: OptimizerSpecification) -> torch.optim.SGD:
    """Builds torch's own optimiser, because its state can be saved. The caller clips gradients and sets later rates."""
    return torch.optim.SGD(
        parameters,
        lr=optimizer.learning_rate,
        momentum=optimizer.momentum,
        dampening=optimizer.dampening,
        nesterov=optimizer.nesterov,
        weight_decay=optimizer.weight_decay,
        foreach=True,
    )
