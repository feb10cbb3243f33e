"""Stochastic gradient descent in the lanes of a stack, each with its own number of updates."""

import torch
from torch import Tensor

from rminas_sidecar.evaluation.sgd import learning_rate
from rminas_sidecar.specification import OptimizerSpecification

_LEAST_NORM = 1e-6
"""Added to a norm before a division, as `clip_grad_norm_` does."""


class StackedSgd:
    """Updates the parameters of all lanes as :class:`rminas_sidecar.evaluation.sgd.Sgd` updates those of one network.

    :meth:`step` runs the same operations at each call, so it can be recorded. :meth:`announce` writes the numbers that
    differ between updates.

    Args:
        parameters: lanes × floats, updated in place.
        gradients: lanes × floats, overwritten.
        optimizer: with its gradient norm and cosine.
    """

    def __init__(self, parameters: Tensor, gradients: Tensor, optimizer: OptimizerSpecification) -> None:
        self._parameters = parameters
        self._gradients = gradients
        self._optimizer = optimizer
        self._momenta = torch.zeros_like(parameters)
        self._updates: list[int | None] = [None] * len(parameters)
        self._numbers: list[list[float]] = []
        # The learning rate of each lane, and the share of its gradient in the momentum.
        self._rates, self._shares = parameters.new_zeros(2, len(parameters), 1)

    def begin(self, lane: int) -> None:
        """Begins with the first update of a lane."""
        self._updates[lane] = 0
        self._momenta[lane] = 0

    def end(self, lane: int) -> None:
        """Updates a lane no more."""
        self._updates[lane] = None

    def announce(self) -> None:
        """Prepares the next step."""
        numbers = [self._numbers_of(update) for update in self._updates]
        if numbers != self._numbers:
            self._numbers = numbers
            rates, shares = self._parameters.new_tensor(numbers).unbind(1)
            self._rates.copy_(rates[:, None])
            self._shares.copy_(shares[:, None])
        self._updates = [None if update is None else update + 1 for update in self._updates]

    @torch.no_grad()
    def step(self) -> None:
        """Updates the parameters by their gradients."""
        optimizer, changes = self._optimizer, self._gradients
        if optimizer.gradient_norm is not None:
            norms = torch.linalg.vector_norm(changes, dim=1, keepdim=True)
            changes.mul_((optimizer.gradient_norm / (norms + _LEAST_NORM)).clamp_(max=1))
        if optimizer.weight_decay:
            changes.add_(self._parameters, alpha=optimizer.weight_decay)
        if optimizer.momentum:
            self._momenta.mul_(optimizer.momentum).addcmul_(changes, self._shares)
            if optimizer.nesterov:
                changes.add_(self._momenta, alpha=optimizer.momentum)
            else:
                changes = self._momenta
        self._parameters.addcmul_(changes, self._rates, value=-1)

    def _numbers_of(self, update: int | None) -> list[float]:
        if update is None:
            return [0.0, 1.0]
        # The first gradient is not dampened, as in torch.
        return [learning_rate(self._optimizer, update), 1 - self._optimizer.dampening if update else 1.0]
