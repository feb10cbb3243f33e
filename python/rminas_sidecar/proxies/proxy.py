"""The two kinds of proxies: static ones measure an untrained network, training ones read a training on the batch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor

from rminas_sidecar.objective.observation import Observation
from rminas_sidecar.proxies.context import Context

Direction = Literal["higher", "lower"]
"""Which of two values is the better architecture's."""
Needs = Literal["nothing", "batch", "training"]
"""What measuring takes besides a fresh network."""


@dataclass(frozen=True)
class Passes:
    """The number of images in forward passes, and in backward passes."""

    forward: int = 0
    backward: int = 0

    def flops(self, of_one_image: float) -> float:
        """Their cost, given that of a forward pass of one image. A backward pass costs twice as much."""
        return of_one_image * (self.forward + 2 * self.backward)


@dataclass(frozen=True)
class StaticProxy:
    """A number of an untrained network.

    Args:
        name: as messages call it.
        direction: which of two values is the better one's.
        needs: whether `measure` looks at the batch.
        paper: where it was published.
        passes: passes through the network that it takes, given the number of images in the batch.
        measure: the number; NaN or infinite where the definition has none. It may raise `LinAlgError` for linear
            algebra that does not converge, as with NaN.
        family: proxies of one family share passes by :meth:`Context.shared`; named after one of them.
    """

    name: str
    direction: Direction
    needs: Literal["nothing", "batch"]
    paper: str
    passes: Callable[[int], Passes]
    measure: Callable[[Context], float]
    family: str | None = None


@dataclass(frozen=True)
class TrainingProxy:
    """A number of a training on the batch, after any number of updates.

    Args:
        name: as messages call it.
        direction: which of two values is the better one's.
        paper: where it was published.
        read: a scalar of the observation; NaN or infinite where there is none.
    """

    name: str
    direction: Direction
    paper: str
    read: Callable[[Observation], Tensor]

    needs: ClassVar[Literal["training"]] = "training"


AnyProxy = StaticProxy | TrainingProxy
