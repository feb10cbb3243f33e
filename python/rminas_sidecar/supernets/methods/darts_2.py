"""Second-order DARTS (Liu, Simonyan and Yang, ICLR 2019, section 2.3, equations 5 to 8).

The architecture parameters follow the validation loss of the weights after one more training step. The Hessian product
is a central difference.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from rminas_sidecar.supernets.method import Batch, Method
from rminas_sidecar.supernets.supernet import in_float32
from rminas_sidecar.supernets.updates import Updates

_RADIUS = 0.01
"""Norm of the step of the difference."""


class SecondOrderDarts(Method):
    """See the module."""

    def architecture_gradient(self, training: Batch, validation: Batch, updates: Updates) -> Sequence[Tensor | None]:
        """Equation 7: the gradient at the stepped weights, minus the rate times the Hessian product of equation 8."""
        rate, count = updates.rate, len(updates.architecture)
        with _replaced(updates.weights, self._stepped(training, updates)):
            found = torch.autograd.grad(self.loss(validation), [*updates.architecture, *updates.weights])
        direct, vector = found[:count], found[count:]
        product = self._hessian_product(vector, training, updates)
        return [one - rate * other for one, other in zip(direct, product, strict=True)]

    def _stepped(self, training: Batch, updates: Updates) -> list[Tensor]:
        """The weights after one SGD step with momentum and weight decay, as in DARTS's `architect.py`."""
        sgd, rate = updates.optimizer, updates.rate
        gradients = torch.autograd.grad(self.loss_of_weights(training), updates.weights)
        stepped = []
        for weight, gradient in zip(updates.weights, gradients, strict=True):
            direction = gradient + sgd.weight_decay * weight.detach()
            buffer = updates.momentum_of(weight)
            if buffer is not None:
                direction = direction + sgd.momentum * buffer
            stepped.append(weight.detach() - rate * direction)
        return stepped

    def _hessian_product(self, vector: Sequence[Tensor], training: Batch, updates: Updates) -> list[Tensor]:
        """The derivative of the training loss by architecture parameters and weights, times a vector of weights."""
        scale = _RADIUS / torch.cat([part.flatten() for part in vector]).norm()
        weights = [weight.detach().clone() for weight in updates.weights]
        ends = []
        for sign in (1, -1):
            moved = [weight + sign * scale * part for weight, part in zip(weights, vector, strict=True)]
            # The difference of two gradients would drown in the rounding of bfloat16.
            with _replaced(updates.weights, moved), in_float32(self.supernet):
                ends.append(torch.autograd.grad(self.loss_of_architecture(training), updates.architecture))
        # The parentheses matter: several repositories multiply by the radius instead of dividing by it.
        return [(plus - minus) / (2 * scale) for plus, minus in zip(*ends, strict=True)]


@contextmanager
def _replaced(parameters: Sequence[nn.Parameter], values: Sequence[Tensor]) -> Iterator[None]:
    """Gives the parameters other values in its body, then restores them to the last bit."""
    before = [parameter.detach().clone() for parameter in parameters]
    _copy(parameters, values)
    try:
        yield
    finally:
        _copy(parameters, before)


def _copy(parameters: Sequence[nn.Parameter], values: Sequence[Tensor]) -> None:
    with torch.no_grad():
        for parameter, value in zip(parameters, values, strict=True):
            parameter.copy_(value)
