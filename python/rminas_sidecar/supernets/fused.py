"""A cell of the NAS-Bench-201 supernet as one function with its own gradient, by the C functions of `kernels`.

Each node is written once, as the weighted sum of its normalised edges. The weight of an operation is the factor of its
normalisation, so mixing costs no pass over the images. Only the operations of the mixture are computed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from rminas_sidecar.kernels import Kernels
from rminas_sidecar.kernels.sums import Term
from rminas_sidecar.networks.fast.normalisation import FastNorm
from rminas_sidecar.networks.nas_bench_201 import ReluConvNorm, Skip
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.nas_bench_201 import TARGETS, SearchCell

_OUTPUT = 3
"""The last node."""


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
                layer.weight.data = layer.weight.data.permute(2, 3, 1, 0).contiguous().permute(3, 2, 0, 1)

    def forward(self, x: Tensor, mixture: Mixture) -> Tensor:
        if not self._suits(x, mixture):
            return super().forward(x, mixture)
        operations = [
            _Operation(row, index, source, target, kind, layer)
            for row, (source, target, edge) in enumerate(self.placed_edges())
            for index in edge.operations_of(mixture, row)
            for kind, layer in [_kind_of(edge.operations[index])]
        ]
        if not _is_read(operations):
            # Without a gradient, as in torch: the weights before this cell stay as they are.
            x = x.detach()
        factors = mixture.weights
        if factors is not None and mixture.edges is not None:
            factors = factors * mixture.edges[:, None]
        filters = [operation.filters for operation in operations if operation.filters is not None]
        cell = _Cell(self._kernels, operations, mixture)
        answer: Tensor = _CellFunction.apply(cell, x, factors, *filters)  # type: ignore[no-untyped-call]
        return answer

    def _suits(self, x: Tensor, mixture: Mixture) -> bool:
        return (
            self._kernels.convolutions.suits(x)
            and not torch.is_autocast_enabled("cpu")
            and not (self.training and mixture.drop_path > 0)
            and (mixture.weights is not None or mixture.edges is None)
        )


_Kind = Literal["convolution", "average", "skip"]


def _kind_of(layer: nn.Module) -> tuple[_Kind, nn.Module]:
    if isinstance(layer, ReluConvNorm):
        return "convolution", layer
    return ("skip" if isinstance(layer, Skip) else "average"), layer


@dataclass(frozen=True)
class _Operation:
    """A computed operation: its place in the mixture, and the nodes that it connects."""

    row: int
    index: int
    source: int
    target: int
    kind: _Kind
    layer: nn.Module

    @property
    def filters(self) -> Tensor | None:
        return self.layer.op[1].weight if isinstance(self.layer, ReluConvNorm) else None  # type: ignore[return-value]

    @property
    def epsilon(self) -> float:
        norm: FastNorm | nn.BatchNorm2d = self.layer.op[2]  # type: ignore[index,assignment]
        return norm.eps


def _is_read(operations: Sequence[_Operation]) -> bool:
    """Whether the output depends on the input. The operations are sorted by target."""
    reached = {0}
    for operation in operations:
        if operation.source in reached:
            reached.add(operation.target)
    return _OUTPUT in reached


@dataclass(frozen=True)
class _Cell:
    kernels: Kernels
    operations: Sequence[_Operation]
    mixture: Mixture


@dataclass(frozen=True)
class _Convolved:
    """Results of the forward pass of a convolution that the backward pass needs."""

    images: Tensor
    statistics: Tensor


class _CellFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, cell: _Cell, x: Tensor, factors: Tensor | None, *filters: Tensor) -> Tensor:
        run = _Forward(cell, x, factors, filters)
        ctx.run = run
        # With the input, so that torch notices changes of it before the backward pass reads it.
        ctx.save_for_backward(x, *filters)
        ctx.set_materialize_grads(False)
        answer = run.nodes[_OUTPUT]
        return torch.zeros_like(x) if answer is None else answer

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor | None) -> tuple[Tensor | None, ...]:
        _, *filters = ctx.saved_tensors
        _, wants_images, wants_factors, *wants_filters = ctx.needs_input_grad
        if gradient is None:
            return None, None, None, *[None for _ in filters]
        run = _Backward(ctx.run, filters, wants_factors, wants_filters)
        into = run.input_gradient(gradient.contiguous(memory_format=torch.channels_last), wants_images)
        return None, into, run.factors, *run.filters


class _Forward:
    """Computes the nodes in order; None stands for zeros."""

    def __init__(self, cell: _Cell, x: Tensor, factors: Tensor | None, filters: Sequence[Tensor]) -> None:
        self.cell, self.factors = cell, None if factors is None else factors.detach()
        self.nodes: list[Tensor | None] = [x]
        self.averages: dict[int, Tensor] = {}
        self.convolved: dict[_Operation, _Convolved] = {}
        channels = x.shape[1]
        self._zeros, self._ones = torch.zeros(channels), torch.ones(channels)
        self._scales = None if self.factors is None else self.factors[..., None].repeat(1, 1, channels)
        self._filters = iter(filters)
        for target in range(1, _OUTPUT + 1):
            arriving = [operation for operation in cell.operations if operation.target == target]
            terms = [term for operation in arriving if (term := self._term(operation)) is not None]
            self.nodes.append(_add(cell.kernels, terms, x))

    def scale_of(self, operation: _Operation) -> Tensor | None:
        """The factor of an operation, for each channel; None for 1."""
        return None if self._scales is None else self._scales[operation.row, operation.index]

    def norm_scale_of(self, operation: _Operation) -> Tensor:
        """The same, as the factor of a normalisation."""
        scale = self.scale_of(operation)
        return self._ones if scale is None else scale

    def _term(self, operation: _Operation) -> Term | None:
        source = self.nodes[operation.source]
        if operation.kind == "convolution":
            filters = next(self._filters)
            # A convolution of zeros is zeros, and so is their normalisation without a bias.
            return None if source is None else self._convolve(operation, source, filters)
        if source is None:
            return None
        if operation.kind == "average":
            if operation.source not in self.averages:
                self.averages[operation.source] = self.cell.kernels.pooling.average(source)
            source = self.averages[operation.source]
        return Term(source, self.scale_of(operation))

    def _convolve(self, operation: _Operation, source: Tensor, filters: Tensor) -> Term:
        kernels = self.cell.kernels
        images, moments = kernels.convolutions.convolve(source, filters)
        pixels = images.numel() // images.shape[1]
        scale = self.norm_scale_of(operation)
        statistics = kernels.normalisation.statistics(moments, pixels, scale, self._zeros, operation.epsilon)
        self.convolved[operation] = _Convolved(images, statistics)
        return Term(images, statistics[2], statistics[3])


class _Backward:
    """Computes the gradients of the nodes from the last to the first, and of factors and filters."""

    def __init__(
        self, run: _Forward, filters: Sequence[Tensor], wants_factors: bool, wants_filters: Sequence[bool]
    ) -> None:
        self._run, self._kernels = run, run.cell.kernels
        self.factors = torch.zeros_like(run.factors) if wants_factors and run.factors is not None else None
        self.filters: list[Tensor | None] = [None for _ in filters]
        convolutions = [operation for operation in run.cell.operations if operation.kind == "convolution"]
        self._at = {operation: at for at, operation in enumerate(convolutions)}
        self._weights, self._wants_filters = filters, wants_filters

    def input_gradient(self, gradient: Tensor, wants_images: bool) -> Tensor | None:
        """The gradient of node 0, from that of the last node."""
        nodes: dict[int, Tensor | None] = {_OUTPUT: gradient}
        for source in reversed(range(_OUTPUT)):
            arriving = [
                (operation, images)
                for operation in self._run.cell.operations
                if operation.source == source and (images := nodes.get(operation.target)) is not None
            ]
            nodes[source] = self._through(source, arriving, wants_images or source > 0)
        if self.factors is not None and self._run.cell.mixture.adds_others:
            self._add_others(nodes)
        return nodes[0]

    def _through(self, source: int, arriving: Sequence[tuple[_Operation, Tensor]], wants_images: bool) -> Tensor | None:
        images = self._run.nodes[source]
        averaged, skipped, convolved = (
            [(operation, gradient) for operation, gradient in arriving if operation.kind == kind]
            for kind in ("average", "skip", "convolution")
        )
        if self.factors is not None and images is not None:
            for operation, gradient in averaged:
                self._set_factor(operation, _dot(gradient, self._run.averages[source]))
            for operation, gradient in skipped:
                self._set_factor(operation, _dot(gradient, images))
        total = self._carry(averaged, skipped) if wants_images else None
        for operation, gradient in convolved:
            if images is None:
                total = self._into_zeros(operation, gradient, total)
            else:
                total = self._through_convolution(operation, gradient, total, wants_images)
        return total

    def _carry(
        self, averaged: Sequence[tuple[_Operation, Tensor]], skipped: Sequence[tuple[_Operation, Tensor]]
    ) -> Tensor | None:
        """The gradient of a node through averages and skips. A sum is averaged once, since averaging is linear."""
        means = self._sum(averaged)
        terms = [] if means is None else [Term(self._kernels.pooling.gradient(means))]
        terms += [Term(gradient, self._run.scale_of(operation)) for operation, gradient in skipped]
        return None if not terms else _add(self._kernels, terms, terms[0].images)

    def _sum(self, arriving: Sequence[tuple[_Operation, Tensor]]) -> Tensor | None:
        terms = [Term(gradient, self._run.scale_of(operation)) for operation, gradient in arriving]
        return _add(self._kernels, terms, terms[0].images) if terms else None

    def _through_convolution(
        self, operation: _Operation, gradient: Tensor, total: Tensor | None, wants_images: bool
    ) -> Tensor | None:
        at, convolved = self._at[operation], self._run.convolved[operation]
        scale = self._run.norm_scale_of(operation)
        back = self._kernels.normalisation.gradient(convolved.images, gradient, scale, convolved.statistics)
        if self.factors is not None:
            self._set_factor(operation, back.weight.sum())
        if not wants_images and not self._wants_filters[at]:
            return total
        source = self._run.nodes[operation.source]
        assert source is not None
        images, self.filters[at] = self._kernels.convolutions.gradients(source, self._weights[at], back, total)
        return images

    def _into_zeros(self, operation: _Operation, gradient: Tensor, total: Tensor | None) -> Tensor:
        """Filters that read zeros have a gradient of zeros, as in torch, so that they decay. ReLU passes nothing on."""
        at = self._at[operation]
        self.filters[at] = torch.zeros_like(self._weights[at])
        return torch.zeros_like(gradient) if total is None else total

    def _set_factor(self, operation: _Operation, gradient: Tensor) -> None:
        assert self.factors is not None
        self.factors[operation.row, operation.index] = gradient

    def _add_others(self, nodes: dict[int, Tensor | None]) -> None:
        """The factors of operations that are not computed are added to every pixel; in value they are 0."""
        chosen = self._run.cell.mixture.chosen
        assert self.factors is not None and chosen is not None
        for row, target in enumerate(TARGETS):
            gradient = nodes.get(target)
            if gradient is not None:
                own = self.factors[row, chosen[row]].clone()
                self.factors[row] = gradient.sum()
                self.factors[row, chosen[row]] = own


def _add(kernels: Kernels, terms: Sequence[Term], like: Tensor | None) -> Tensor | None:
    """The sum of any number of terms; None without terms."""
    if not terms:
        return None
    if len(terms) == 1 and terms[0].scale is None:
        return terms[0].images
    assert like is not None
    total = kernels.sums.add(terms[:3], like)
    for start in range(3, len(terms), 2):
        total = kernels.sums.add([Term(total), *terms[start : start + 2]], like)
    return total


def _dot(a: Tensor, b: Tensor) -> Tensor:
    """The sum of the products of two channels-last images."""
    return torch.dot(a.permute(0, 2, 3, 1).flatten(), b.permute(0, 2, 3, 1).flatten())
