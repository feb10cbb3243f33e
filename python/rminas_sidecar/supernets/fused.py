"""A cell of the NAS-Bench-201 supernet as one function with its own gradient, by the C functions of `kernels`.

Each node is written once, as the weighted sum of its normalised edges. The weight of an operation is the factor of its
normalisation, so mixing costs no pass over the images. Only the operations of the mixture are computed.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from rminas_sidecar.kernels import Kernels
from rminas_sidecar.networks.fast.fused import arrange
from rminas_sidecar.networks.nas_bench_201 import ReluConvNorm, Skip
from rminas_sidecar.supernets.fused_passes import (
    OUTPUT,
    BackwardPass,
    CellCall,
    CellOperation,
    ForwardPass,
    OperationKind,
)
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.nas_bench_201 import SearchCell


class FusedSearchCell(SearchCell):
    """Computes the same as a cell, with its edges, for float32 images on a CPU; the cell computes all others.

    Args:
        cell: owns the edges.
        kernels: the C functions.
    """

    def __init__(self, cell: SearchCell, kernels: Kernels) -> None:
        nn.Module.__init__(self)
        self.edges, self.channels, self.share = cell.edges, cell.channels, cell.share
        self._kernels = kernels

    def arrange_weights(self) -> None:
        """Stores the filters in the memory layout of the functions."""
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                arrange(layer.weight)

    def forward(self, x: Tensor, mixture: Mixture) -> Tensor:
        if not self._suits(x, mixture):
            return super().forward(x, mixture)
        operations = [
            CellOperation(row, index, source, target, _kind_of(edge.operations[index]), edge.operations[index])
            for row, (source, target, edge) in enumerate(self.placed_edges())
            for index in edge.operations_of(mixture, row)
        ]
        if not _is_read(operations):
            # Without a gradient, as in torch: the weights before this cell stay as they are.
            x = x.detach()
        factors = mixture.weights
        if factors is not None and mixture.edges is not None:
            factors = factors * mixture.edges[:, None]
        filters = [operation.filters for operation in operations if operation.filters is not None]
        cell = CellCall(self._kernels, operations, mixture)
        answer: Tensor = _CellFunction.apply(cell, x, factors, *filters)  # type: ignore[no-untyped-call]
        return answer

    def _suits(self, x: Tensor, mixture: Mixture) -> bool:
        return (
            self._kernels.convolutions.suits(x)
            and not torch.is_autocast_enabled("cpu")
            and not (self.training and mixture.drop_path > 0)
            and (mixture.weights is not None or mixture.edges is None)
        )


def _kind_of(layer: nn.Module) -> OperationKind:
    if isinstance(layer, ReluConvNorm):
        return "convolution"
    return "skip" if isinstance(layer, Skip) else "average"


def _is_read(operations: Sequence[CellOperation]) -> bool:
    """Whether the output depends on the input. The operations are sorted by target."""
    reached = {0}
    for operation in operations:
        if operation.source in reached:
            reached.add(operation.target)
    return OUTPUT in reached


class _CellFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, cell: CellCall, x: Tensor, factors: Tensor | None, *filters: Tensor) -> Tensor:
        run = ForwardPass(cell, x, factors, filters)
        ctx.run = run
        # With the input, so that torch notices changes of it before the backward pass reads it.
        ctx.save_for_backward(x, *filters)
        ctx.set_materialize_grads(False)
        answer = run.nodes[OUTPUT]
        return torch.zeros_like(x) if answer is None else answer

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor | None) -> tuple[Tensor | None, ...]:
        _, *filters = ctx.saved_tensors
        _, wants_images, wants_factors, *wants_filters = ctx.needs_input_grad
        if gradient is None:
            return None, None, None, *[None for _ in filters]
        run = BackwardPass(ctx.run, filters, wants_factors, wants_filters)
        into = run.input_gradient(gradient.contiguous(memory_format=torch.channels_last), wants_images)
        return None, into, run.factors, *run.filters
