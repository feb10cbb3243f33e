"""How the edges of a supernet mix their operations."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Mixture:
    """The mixture of one forward pass. All cells of a kind share it.

    Args:
        weights: factors of the operations, edges × operations; None for factors of 1, with `chosen`.
        chosen: the operation of each edge that is computed; None computes all operations.
        edges: a factor for each edge; None for 1.
        adds_others: whether an edge adds the factors of the operations that are not computed. A straight-through sample
            makes them 0 in value, and their gradient reaches the architecture parameters (GDAS).
        drop_path: probability with which an operation's output is zeroed for a sample.
    """

    weights: Tensor | None = None
    chosen: Sequence[int] | None = None
    edges: Tensor | None = None
    adds_others: bool = False
    drop_path: float = 0.0
