"""Cells as one function with its own gradient, so that images pass through memory as rarely as possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from rminas_sidecar.kernels import Kernels, find_kernels
from rminas_sidecar.kernels.sums import Term
from rminas_sidecar.networks.nas_bench_201 import Cell, Reduction, ReluConvNorm


@dataclass(frozen=True)
class FusedEdge:
    """An edge from a node to a later one. Nodes are numbered; the input is 0."""

    source: int
    target: int
    layer: nn.Module
    """:class:`ReluConvNorm`, 3 × 3 average pooling, or an identity."""


class FusedCell(nn.Module):
    """Computes the same as a cell, with the layers of the cell, by the C functions of :mod:`rminas_sidecar.kernels`.

    Each node is written once, as the sum of its normalised edges, and so is its gradient. The convolutions apply ReLU
    while they read a node.

    Args:
        cell: owns the layers; computes images that the functions do not support.
        edges: those on which the output depends, sorted by target.
        kernels: the C functions.
    """

    def __init__(self, cell: nn.Module, edges: Sequence[FusedEdge], kernels: Kernels) -> None:
        super().__init__()
        self.cell = cell
        self._plan = _Plan(edges, kernels)
        self._parameters_used = [p for edge in self._plan.convolutions for p in _parameters_of(edge)]

    def arrange_weights(self) -> None:
        """Stores the weights of convolutions in the memory layout of the functions."""
        for edge in self._plan.convolutions:
            arrange(_parameters_of(edge)[0])

    def forward(self, x: Tensor) -> Tensor:
        """Maps images to images of the same shape: batch × C × height × width, channels-last."""
        if not self._plan.kernels.convolutions.suits(x) or torch.is_autocast_enabled("cpu"):
            return self.cell(x)  # type: ignore[no-any-return]
        answer: Tensor = _CellFunction.apply(self._plan, x, *self._parameters_used)  # type: ignore[no-untyped-call]
        return answer


class FusedReduction(Reduction):
    """Computes the same as a reduction, with its layers; the second convolution is fused."""

    def __init__(self, reduction: Reduction) -> None:
        nn.Module.__init__(self)
        self.conv_a = reduction.conv_a
        self.conv_b = fuse(reduction.conv_b, [FusedEdge(0, 1, reduction.conv_b)])  # type: ignore[assignment]
        self.downsample = reduction.downsample


def arrange(weight: Tensor) -> None:
    """Stores the weight of a convolution in the memory layout of the functions."""
    weight.data = weight.data.permute(2, 3, 1, 0).contiguous().permute(3, 2, 0, 1)


def edges_of(cell: Cell) -> list[FusedEdge]:
    """The edges of a cell on which its output can depend."""
    return [
        FusedEdge(source, target, cell.layers[index])
        for target, terms in enumerate(cell.terms, 1)
        for index, source in terms
    ]


def fuse(cell: nn.Module, edges: Sequence[FusedEdge]) -> nn.Module:
    """The fused cell, or the cell itself if there are no functions for it."""
    convolutions = [edge.layer.op[1] for edge in edges if isinstance(edge.layer, ReluConvNorm)]
    kernels = find_kernels(convolutions[0].out_channels) if convolutions else None  # type: ignore[arg-type]
    return cell if kernels is None else FusedCell(cell, edges, kernels)


def _parameters_of(edge: FusedEdge) -> tuple[Tensor, Tensor, Tensor]:
    _, convolution, norm = edge.layer.op  # type: ignore[misc]
    return convolution.weight, norm.weight, norm.bias


class _Plan:
    """The edges, grouped by operation."""

    def __init__(self, edges: Sequence[FusedEdge], kernels: Kernels) -> None:
        self.kernels = kernels
        self.edges = edges
        self.output = max((edge.target for edge in edges), default=0)
        self.convolutions = [edge for edge in edges if isinstance(edge.layer, ReluConvNorm)]
        self.averages = [edge for edge in edges if isinstance(edge.layer, nn.AvgPool2d)]
        self.carried = [edge for edge in edges if edge not in self.convolutions and edge not in self.averages]


@dataclass(frozen=True)
class _Convolved:
    """Results of the forward pass of an edge that the backward pass needs."""

    source: Tensor
    images: Tensor
    statistics: Tensor


class _CellFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, plan: _Plan, x: Tensor, *parameters: Tensor) -> Tensor:
        run = _Forward(plan, x, parameters)
        ctx.plan, ctx.convolved = plan, run.convolved
        # With the input, so that torch notices changes of it before the backward pass reads it.
        ctx.save_for_backward(x, *parameters)
        answer = run.nodes[plan.output]
        assert answer is not None
        return answer

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        _, *parameters = ctx.saved_tensors
        run = _Backward(ctx.plan, parameters, ctx.convolved)
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        return None, run.input_gradient(gradient), *run.gradients


class _Forward:
    """Computes the nodes in order; None stands for zeros."""

    def __init__(self, plan: _Plan, x: Tensor, parameters: Sequence[Tensor]) -> None:
        self._plan, self._parameters = plan, parameters
        self.nodes: list[Tensor | None] = [x]
        self.convolved: list[_Convolved | None] = []
        self._averages: dict[int, Tensor] = {}
        for target in range(1, plan.output + 1):
            terms = [term for edge in plan.edges if edge.target == target if (term := self._term(edge)) is not None]
            self.nodes.append(self._add(terms, x))

    def _add(self, terms: Sequence[Term], like: Tensor) -> Tensor | None:
        if not terms:
            return None
        if len(terms) == 1 and terms[0].scale is None and terms[0].images is not None:
            return terms[0].images
        return self._plan.kernels.sums.add(terms, like)

    def _term(self, edge: FusedEdge) -> Term | None:
        source = self.nodes[edge.source]
        if isinstance(edge.layer, ReluConvNorm):
            return self._convolve(source, edge.layer)
        if source is None:
            return None
        if isinstance(edge.layer, nn.AvgPool2d):
            if edge.source not in self._averages:
                self._averages[edge.source] = self._plan.kernels.pooling.average(source)
            return Term(self._averages[edge.source])
        return Term(source)

    def _convolve(self, source: Tensor | None, layer: ReluConvNorm) -> Term:
        at = 3 * len(self.convolved)
        weight, scale, shift = self._parameters[at : at + 3]
        if source is None:
            # The convolution of zeros is zeros, which the normalisation turns into its bias.
            self.convolved.append(None)
            return Term(None, shift=shift)
        kernels = self._plan.kernels
        images, moments = kernels.convolutions.convolve(source, weight)
        epsilon: float = layer.op[2].eps  # type: ignore[assignment]
        pixels = images.numel() // images.shape[1]
        statistics = kernels.normalisation.statistics(moments, pixels, scale, shift, epsilon)
        self.convolved.append(_Convolved(source, images, statistics))
        return Term(images, statistics[2], statistics[3])


class _Backward:
    """Computes the gradients of the nodes, from the last to the first, and of the parameters."""

    def __init__(self, plan: _Plan, parameters: Sequence[Tensor], convolved: Sequence[_Convolved | None]) -> None:
        self._plan, self._parameters, self._convolved = plan, parameters, convolved
        self.gradients: list[Tensor | None] = [None] * len(parameters)

    def input_gradient(self, gradient: Tensor) -> Tensor | None:
        """The gradient of node 0, from that of the last node."""
        nodes: dict[int, Tensor | None] = {self._plan.output: gradient}
        for source in reversed(range(self._plan.output)):
            total = self._through_carriers(source, nodes)
            for number, edge in enumerate(self._plan.convolutions):
                arriving = nodes.get(edge.target)
                if edge.source == source and arriving is not None:
                    total = self._through_convolution(number, arriving, total)
            nodes[source] = total
        return nodes[0]

    def _through_carriers(self, source: int, nodes: dict[int, Tensor | None]) -> Tensor | None:
        kernels = self._plan.kernels
        averaged = self._sum(nodes, self._plan.averages, source)
        terms = [] if averaged is None else [kernels.pooling.gradient(averaged)]
        carried = self._sum(nodes, self._plan.carried, source)
        return self._add([*terms, *([] if carried is None else [carried])])

    def _sum(self, nodes: dict[int, Tensor | None], edges: Sequence[FusedEdge], source: int) -> Tensor | None:
        arriving = (nodes.get(edge.target) for edge in edges if edge.source == source)
        return self._add([gradient for gradient in arriving if gradient is not None])

    def _add(self, gradients: Sequence[Tensor]) -> Tensor | None:
        if len(gradients) < 2:
            return gradients[0] if gradients else None
        return self._plan.kernels.sums.add([Term(gradient) for gradient in gradients], gradients[0])

    def _through_convolution(self, number: int, arriving: Tensor, total: Tensor | None) -> Tensor | None:
        at = 3 * number
        weight, scale, _ = self._parameters[at : at + 3]
        convolved = self._convolved[number]
        if convolved is None:
            self.gradients[at + 2] = arriving.sum((0, 2, 3))
            return total
        kernels = self._plan.kernels
        gradient = kernels.normalisation.gradient(convolved.images, arriving, scale, convolved.statistics)
        total, filters = kernels.convolutions.gradients(convolved.source, weight, gradient, total)
        self.gradients[at : at + 3] = filters, gradient.weight, gradient.bias
        return total
