"""The updates of the weights and of the architecture parameters."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rminas_sidecar.retraining.optimizer import build_sgd
from rminas_sidecar.specification import OptimizerSpecification


@dataclass(frozen=True)
class ArchitectureRecipe:
    """Adam of the architecture parameters.

    Args:
        learning_rate: constant.
        weight_decay: added to the gradient.
        beta1: share of the mean gradient that a step keeps; that of its square is .999.
    """

    learning_rate: float
    weight_decay: float
    beta1: float


class Updates:
    """Updates the weights by SGD and the architecture parameters by Adam.

    Args:
        weights: parameters of the supernet.
        architecture: architecture parameters; none for a method that samples uniformly.
        sgd: of the weights.
        adam: of the architecture parameters.
        repeatable: whether a recorded step can repeat the updates. The learning rate then lies in the memory of the
            device, and all updates must reach the same weights.
    """

    def __init__(
        self,
        weights: Iterable[nn.Parameter],
        architecture: Sequence[nn.Parameter],
        sgd: OptimizerSpecification,
        adam: ArchitectureRecipe,
        repeatable: bool = False,
    ) -> None:
        self.weights = list(weights)
        self.architecture = list(architecture)
        self.optimizer = sgd
        device = self.weights[0].device
        self.rate: float | Tensor = torch.tensor(sgd.learning_rate, device=device) if repeatable else sgd.learning_rate
        self._sgd = build_sgd(self.weights, sgd, self.rate)
        self._adam = (
            torch.optim.Adam(
                self.architecture,
                lr=adam.learning_rate,
                betas=(adam.beta1, 0.999),
                weight_decay=adam.weight_decay,
                # The fused update reads the number of updates from the memory of the device.
                fused=repeatable or None,
                # torch has it on CUDA only, where a recording needs it.
                capturable=repeatable and device.type == "cuda",
            )
            if self.architecture
            else None
        )

    @property
    def learning_rate(self) -> float:
        """The present learning rate of the weights. Reading it may wait for the device; see `rate`."""
        return float(self.rate)

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        if isinstance(self.rate, Tensor):
            self.rate.fill_(rate)
        else:
            self.rate = rate
        for group in self._sgd.param_groups:
            group["lr"] = self.rate

    def momentum_of(self, weight: nn.Parameter) -> Tensor | None:
        """The momentum buffer of a weight; None before its first update."""
        buffer: Tensor | None = self._sgd.state.get(weight, {}).get("momentum_buffer")
        return buffer

    def update_weights(self, *losses: Tensor) -> Tensor:
        """Updates the weights once by the sum of the losses' gradients. Weights that no loss depends on stay.

        Returns:
            The mean loss, detached.
        """
        self._sgd.zero_grad()
        for loss in losses:
            self._add(self.weights, torch.autograd.grad(loss, self.weights, allow_unused=True))
        return self._finish(losses)

    def update_both(self, loss: Tensor) -> Tensor:
        """Updates the weights and the architecture parameters by one loss; returns it, detached."""
        gradients = torch.autograd.grad(loss, [*self.weights, *self.architecture], allow_unused=True)
        self._sgd.zero_grad()
        self._add(self.weights, gradients[: len(self.weights)])
        self.update_architecture(gradients[len(self.weights) :])
        return self._finish([loss])

    def update_architecture(self, gradients: Sequence[Tensor | None]) -> None:
        """Updates the architecture parameters by their gradients."""
        if self._adam is None:
            return
        self._adam.zero_grad()
        self._add(self.architecture, gradients)
        self._adam.step()

    def state_dict(self) -> dict[str, Any]:
        """The states of both optimisers."""
        return {"sgd": self._sgd.state_dict(), "adam": None if self._adam is None else self._adam.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores the states of both optimisers. Their settings stay those of this device."""
        _restore(self._sgd, state["sgd"])
        if self._adam is not None:
            _restore(self._adam, state["adam"])

    @staticmethod
    def _add(parameters: Sequence[nn.Parameter], gradients: Sequence[Tensor | None]) -> None:
        for parameter, gradient in zip(parameters, gradients, strict=True):
            if gradient is not None:
                parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient

    def _finish(self, losses: Sequence[Tensor]) -> Tensor:
        if self.optimizer.gradient_norm is not None:
            nn.utils.clip_grad_norm_(self.weights, self.optimizer.gradient_norm)
        self._sgd.step()
        return torch.stack([loss.detach() for loss in losses]).mean()


def _restore(optimizer: torch.optim.Optimizer, state: dict[str, Any]) -> None:
    optimizer.load_state_dict({**state, "param_groups": optimizer.state_dict()["param_groups"]})


@contextmanager
def constant(parameters: Sequence[nn.Parameter]) -> Iterator[None]:
    """What its body computes has no gradient for these parameters, and so no backward pass computes one."""
    wanted = [parameter for parameter in parameters if parameter.requires_grad]
    for parameter in wanted:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in wanted:
            parameter.requires_grad_(True)
