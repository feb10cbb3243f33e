"""What a proxy is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from rminas_sidecar.objective.observation import Observation
from rminas_sidecar.proxies.context import Context

Direction = Literal["higher", "lower"]
"""Which of two values is the better architecture's."""


@dataclass(frozen=True)
class Passes:
    """Images that go through the network, and images whose gradients come back through it."""

    forward: int = 0
    backward: int = 0

    def flops(self, of_one_image: float) -> float:
        """Their cost, where a forward pass of one image has the given one: a gradient is two convolutions for each."""
        return of_one_image * (self.forward + 2 * self.backward)


@dataclass(frozen=True)
class Proxy:
    """A number that an untrained network has.

    Args:
        name: as messages call it.
        direction: which of two values is the better one's.
        paper: where it was published.
        passes: what it takes, given the number of images in the batch.
        measure: the number; NaN or infinite where the definition has none. Linear algebra that does not converge, as
            it does not with NaN, may raise its `LinAlgError`.
        family: of proxies that :meth:`Context.shared` lets have their passes in common; the name of one of them.
    """

    name: str
    direction: Direction
    paper: str
    passes: Callable[[int], Passes]
    measure: Callable[[Context], float]
    family: str | None = None


@dataclass(frozen=True)
class Observable:
    """A number that an observation of a training on the batch has.

    Args:
        read: a scalar of the observation.
    """

    name: str
    direction: Direction
    paper: str
    read: Callable[[Observation], Tensor]
