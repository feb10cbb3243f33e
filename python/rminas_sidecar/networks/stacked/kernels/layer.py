"""Layers outside of the cells, by kernels: a 3 × 3 convolution with its normalisation, and a normalisation alone."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rminas_sidecar.networks.stacked.kernels import convolution, normalisation
from rminas_sidecar.networks.stacked.kernels.edges import (
    Edges,
    convolve,
    differentiate,
    differentiate_normalisations,
    prepare,
)
from rminas_sidecar.networks.stacked.kernels.sizes import Sizes
from rminas_sidecar.networks.stacked.table import CONV_3X3


def convolve_and_normalise_by_kernels(
    images: Tensor, weights: Tensor, norms: Tensor, stride: int = 1, *, rectified: bool, tf32: bool = False
) -> Tensor:
    """See :func:`rminas_sidecar.networks.stacked.layers.convolve_and_normalise`, for float32.

    Args:
        images, weights, norms, stride, rectified: as there.
        tf32: whether float32 is multiplied as TF32.
    """
    return _Convolution.apply(images, weights, norms, stride, rectified, tf32)  # type: ignore[no-any-return,no-untyped-call]


def normalise_by_kernels(images: Tensor, norms: Tensor) -> Tensor:
    """See :func:`rminas_sidecar.networks.stacked.layers.normalise`, for float32."""
    return _Normalisation.apply(images, norms)  # type: ignore[no-any-return,no-untyped-call]


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, images: Tensor, weights: Tensor, norms: Tensor, stride: int, rectified: bool, tf32: bool
    ) -> Tensor:
        ctx.sizes = sizes = Sizes(images, weights.shape[-1], stride=stride, tf32=tf32)
        ctx.rectified, ctx.input_shape = rectified, images.shape
        codes = _convolutions(sizes, images)
        edges = prepare(sizes, images.flatten(1, 3)[None], weights[:, None], norms[:, None], codes)
        convolve(sizes, edges, 0, 1, rectified=rectified)
        ctx.save_for_backward(*edges)
        return _normalise(sizes, edges)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        sizes: Sizes = ctx.sizes
        edges = Edges(*ctx.saved_tensors)
        of_weights, of_norms = gradient.new_empty(edges.weights.shape), gradient.new_empty(edges.norms.shape)
        flat = gradient.contiguous().flatten(1, 3)
        differentiate(sizes, edges, 0, 1, flat, of_weights, of_norms, rectified=ctx.rectified)
        of_images = None
        if ctx.needs_input_grad[0]:
            of_images = gradient.new_empty(ctx.input_shape)
            sizes.launch(
                convolution.find_image_gradient,
                (sizes.input_tiles, sizes.lanes),
                *(edges.sources, edges.products, edges.weights, of_images),
                *(edges.sources.stride(1), edges.weights.stride(0)),
                RECTIFIED=ctx.rectified,
                **sizes.tile_options,
            )
        return of_images, of_weights[:, 0], of_norms[:, 0], None, None, None


class _Normalisation(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, norms: Tensor) -> Tensor:
        ctx.sizes = sizes = Sizes(images, images.shape[-1])
        products = images.contiguous().flatten(1, 3)[None]
        statistics = norms.new_empty((1, *norms.shape))
        codes = _convolutions(sizes, images)
        edges = Edges(products, norms.new_empty(0), norms[:, None], codes, products, statistics)
        moments = edges.room_for_tiles(sizes)
        sizes.launch(normalisation.find_moments, (sizes.tiles, sizes.lanes), products, moments)
        arguments = moments, codes, statistics
        sizes.launch(normalisation.find_statistics, (sizes.lanes, 1), *arguments, **edges.place(0))
        ctx.save_for_backward(*edges)
        return _normalise(sizes, edges)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        edges = Edges(*ctx.saved_tensors)
        flat = gradient.contiguous().flatten(1, 3)
        of_norms, of_images = flat.new_empty(edges.norms.shape), torch.empty_like(flat)
        differentiate_normalisations(ctx.sizes, edges, 0, 1, flat, of_norms, of_images)
        return of_images.view(gradient.shape), of_norms[:, 0]


def _normalise(sizes: Sizes, edges: Edges) -> Tensor:
    images = edges.products.new_empty(sizes.output_shape)
    sizes.launch(
        normalisation.normalise_images,
        (sizes.tiles, sizes.lanes),
        *(edges.products, edges.statistics, edges.norms, images, edges.norms.stride(0)),
    )
    return images


def _convolutions(sizes: Sizes, images: Tensor) -> Tensor:
    """A table with one edge, a 3 × 3 convolution in each lane."""
    return torch.full((sizes.lanes, 1), CONV_3X3, dtype=torch.int32, device=images.device)
