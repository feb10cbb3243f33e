"""The table that says which operation each lane of a stack has on each edge of its cells."""

from collections.abc import Sequence

import torch
from torch import Tensor

from rminas_sidecar.networks.nas_bench_201 import OPERATIONS, CellEdge, relevant

NODES, EDGES = 4, 6
"""Of a cell."""
TAPS = 9
"""Pixels that a 3 × 3 kernel covers."""
NONE, SKIP, CONV_1X1, CONV_3X3, POOL = range(len(OPERATIONS))
"""Codes of operations: their places in :data:`OPERATIONS`."""


class OperationTable:
    """The operations of the lanes. A lane holds one network, or none.

    Kernels read the table on the device, so launches do not depend on the networks. Edges that the output of a cell
    cannot depend on have the operation `none`, and so have all edges of an empty lane.

    Args:
        lanes: how many networks there is room for.
        device: where the kernels read.
    """

    def __init__(self, lanes: int, device: torch.device) -> None:
        self.codes: Tensor = torch.zeros((lanes, EDGES), dtype=torch.int32, device=device)
        """Lanes × edges, int32."""
        self._rows = [[NONE] * EDGES for _ in range(lanes)]
        self._lanes_with: dict[tuple[int, int], Tensor | None] = {}

    @property
    def lanes(self) -> int:
        return len(self._rows)

    def place(self, lane: int, edges: Sequence[CellEdge]) -> None:
        """Gives a lane the operations of a network."""
        kept = zip(edges, relevant(edges), strict=True)
        self._write(lane, [OPERATIONS.index(edge.operation) if is_kept else NONE for edge, is_kept in kept])

    def clear(self, lane: int) -> None:
        """Empties a lane."""
        self._write(lane, [NONE] * EDGES)

    def lanes_with(self, edge: int, operation: int) -> Tensor | None:
        """The numbers of the lanes that have an operation on an edge, rising; None if there are none."""
        key = edge, operation
        if key not in self._lanes_with:
            found = [lane for lane, row in enumerate(self._rows) if row[edge] == operation]
            self._lanes_with[key] = torch.tensor(found, device=self.codes.device) if found else None
        return self._lanes_with[key]

    def _write(self, lane: int, row: list[int]) -> None:
        self._rows[lane] = row
        self._lanes_with.clear()
        self.codes[lane] = torch.tensor(row, dtype=torch.int32)


def first_edge_into(node: int) -> int:
    """The number of the edge from node 0 to a node; the edges from nodes 1, 2, … follow it."""
    return node * (node - 1) // 2
