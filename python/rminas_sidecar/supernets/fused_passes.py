"""The forward and the backward pass of a fused cell of the NAS-Bench-201 supernet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from rminas_sidecar.kernels import Kernels
from rminas_sidecar.kernels.sums import Term
from rminas_sidecar.networks.fast.normalisation import FastNorm
from rminas_sidecar.networks.nas_bench_201 import ReluConvNorm
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.nas_bench_201 import TARGETS

OUTPUT = TARGETS[-1]
"""The last node."""

OperationKind = Literal["convolution", "average", "skip"]


@dataclass(frozen=True)
class CellOperation:
    """A computed operation: its place in the mixture, and the nodes that it connects."""

    row: int
    index: int
    source: int
    target: int
    kind: OperationKind
    layer: nn.Module

    @property
    def filters(self) -> Tensor | None:
        return self.layer.op[1].weight if isinstance(self.layer, ReluConvNorm) else None  # type: ignore[return-value]

    @property
    def epsilon(self) -> float:
        norm: FastNorm | nn.BatchNorm2d = self.layer.op[2]  # type: ignore[index,assignment]
        return norm.eps


@dataclass(frozen=True)
class CellCall:
    """The operations that a forward pass computes, in the order of the mixture's rows."""

    kernels: Kernels
    operations: Sequence[CellOperation]
    mixture: Mixture


@dataclass(frozen=True)
class _Convolved:
    """Results of the forward pass of a convolution that the backward pass needs."""

    images: Tensor
    statistics: Tensor


class ForwardPass:
    """Computes the nodes in order; None stands for zeros."""

    def __init__(self, cell: CellCall, x: Tensor, factors: Tensor | None, filters: Sequence[Tensor]) -> None:
        self.cell, self.factors = cell, None if factors is None else factors.detach()
        self.nodes: list[Tensor | None] = [x]
        self.averages: dict[int, Tensor] = {}
        self.convolved: dict[CellOperation, _Convolved] = {}
        channels = x.shape[1]
        self._zeros, self._ones = torch.zeros(channels), torch.ones(channels)
        self._scales = None if self.factors is None else self.factors[..., None].repeat(1, 1, channels)
        self._filters = iter(filters)
        for target in range(1, OUTPUT + 1):
            arriving = [operation for operation in cell.operations if operation.target == target]
            terms = [term for operation in arriving if (term := self._term(operation)) is not None]
            self.nodes.append(_add(cell.kernels, terms))

    def scale_of(self, operation: CellOperation) -> Tensor | None:
        """The factor of an operation, for each channel; None for 1."""
        return None if self._scales is None else self._scales[operation.row, operation.index]

    def norm_scale_of(self, operation: CellOperation) -> Tensor:
        """The same, as the factor of a normalisation."""
        scale = self.scale_of(operation)
        return self._ones if scale is None else scale

    def _term(self, operation: CellOperation) -> Term | None:
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

    def _convolve(self, operation: CellOperation, source: Tensor, filters: Tensor) -> Term:
        kernels = self.cell.kernels
        images, moments = kernels.convolutions.convolve(source, filters)
        pixels = images.numel() // images.shape[1]
        scale = self.norm_scale_of(operation)
        statistics = kernels.normalisation.statistics(moments, pixels, scale, self._zeros, operation.epsilon)
        self.convolved[operation] = _Convolved(images, statistics)
        return Term(images, statistics[2], statistics[3])


class BackwardPass:
    """Computes the gradients of the nodes from the last to the first, and of factors and filters."""

    def __init__(
        self, run: ForwardPass, filters: Sequence[Tensor], wants_factors: bool, wants_filters: Sequence[bool]
    ) -> None:
        self._run, self._kernels = run, run.cell.kernels
        self.factors = torch.zeros_like(run.factors) if wants_factors and run.factors is not None else None
        self.filters: list[Tensor | None] = [None for _ in filters]
        convolutions = [operation for operation in run.cell.operations if operation.kind == "convolution"]
        self._at = {operation: at for at, operation in enumerate(convolutions)}
        self._weights, self._wants_filters = filters, wants_filters

    def input_gradient(self, gradient: Tensor, wants_images: bool) -> Tensor | None:
        """The gradient of node 0, from that of the last node."""
        nodes: dict[int, Tensor | None] = {OUTPUT: gradient}
        for source in reversed(range(OUTPUT)):
            arriving = [
                (operation, images)
                for operation in self._run.cell.operations
                if operation.source == source and (images := nodes.get(operation.target)) is not None
            ]
            nodes[source] = self._through(source, arriving, wants_images or source > 0)
        if self.factors is not None and self._run.cell.mixture.adds_others:
            self._add_others(nodes)
        return nodes[0]

    def _through(
        self, source: int, arriving: Sequence[tuple[CellOperation, Tensor]], wants_images: bool
    ) -> Tensor | None:
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
        self, averaged: Sequence[tuple[CellOperation, Tensor]], skipped: Sequence[tuple[CellOperation, Tensor]]
    ) -> Tensor | None:
        """The gradient of a node through averages and skips. A sum is averaged once, since averaging is linear."""
        means = self._sum(averaged)
        terms = [] if means is None else [Term(self._kernels.pooling.gradient(means))]
        terms += [Term(gradient, self._run.scale_of(operation)) for operation, gradient in skipped]
        return _add(self._kernels, terms)

    def _sum(self, arriving: Sequence[tuple[CellOperation, Tensor]]) -> Tensor | None:
        return _add(self._kernels, [Term(gradient, self._run.scale_of(operation)) for operation, gradient in arriving])

    def _through_convolution(
        self, operation: CellOperation, gradient: Tensor, total: Tensor | None, wants_images: bool
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

    def _into_zeros(self, operation: CellOperation, gradient: Tensor, total: Tensor | None) -> Tensor:
        """Filters that read zeros have a gradient of zeros, as in torch, so that they decay. ReLU passes nothing on."""
        at = self._at[operation]
        self.filters[at] = torch.zeros_like(self._weights[at])
        return torch.zeros_like(gradient) if total is None else total

    def _set_factor(self, operation: CellOperation, gradient: Tensor) -> None:
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


def _add(kernels: Kernels, terms: Sequence[Term]) -> Tensor | None:
    """The sum of any number of terms, which all have images; None without terms."""
    if not terms:
        return None
    like = terms[0].images
    if len(terms) == 1 and terms[0].scale is None:
        return like
    assert like is not None
    total = kernels.sums.add(terms[:3], like)
    for start in range(3, len(terms), 2):
        total = kernels.sums.add([Term(total), *terms[start : start + 2]], like)
    return total


def _dot(a: Tensor, b: Tensor) -> Tensor:
    """The sum of the products of two channels-last images."""
    return torch.dot(a.permute(0, 2, 3, 1).flatten(), b.permute(0, 2, 3, 1).flatten())
