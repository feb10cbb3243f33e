"""Stochastic gradient descent as in `torch.optim.SGD`, whose import of the whole compiler takes a second."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from rminas_sidecar.specification import OptimizerSpecification


class Sgd:
    """Updates parameters in place; those without a gradient stay as they are.

    The momentum starts at zero, so that all updates but the first run the same operations, which can be recorded.

    Args:
        parameters: their gradients are read and overwritten.
        optimizer: with its gradient norm and cosine.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], optimizer: OptimizerSpecification) -> None:
        self._parameters = list(parameters)
        self._optimizer = optimizer
        self._momenta = [torch.zeros_like(parameter) for parameter in self._parameters] if optimizer.momentum else []
        self._updates = 0

    def forget_gradients(self) -> None:
        """Clears all gradients: parameters that the next backward pass does not reach have none after it."""
        for parameter in self._parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Updates the parameters by their gradients."""
        optimizer = self._optimizer
        if optimizer.gradient_norm is not None:
            nn.utils.clip_grad_norm_(self._parameters, optimizer.gradient_norm)
        reached = [index for index, parameter in enumerate(self._parameters) if parameter.grad is not None]
        parameters: list[Tensor] = [self._parameters[index] for index in reached]
        changes = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if not parameters:
            return
        if optimizer.weight_decay:
            torch._foreach_add_(changes, parameters, alpha=optimizer.weight_decay)
        if optimizer.momentum:
            momenta = [self._momenta[index] for index in reached]
            torch._foreach_mul_(momenta, optimizer.momentum)
            # The first gradient is not dampened, as in torch.
            torch._foreach_add_(momenta, changes, alpha=1 - optimizer.dampening if self._updates else 1)
            if optimizer.nesterov:
                torch._foreach_add_(changes, momenta, alpha=optimizer.momentum)
            else:
                changes = momenta
        torch._foreach_add_(parameters, changes, alpha=-learning_rate(optimizer, self._updates))
        self._updates += 1


def learning_rate(optimizer: OptimizerSpecification, update: int) -> float:
    """The learning rate of an update, counted from 0."""
    cosine = optimizer.cosine
    if cosine is None:
        return optimizer.learning_rate
    share = (1 + math.cos(math.pi * update / cosine.updates)) / 2
    return cosine.minimum + (optimizer.learning_rate - cosine.minimum) * share
