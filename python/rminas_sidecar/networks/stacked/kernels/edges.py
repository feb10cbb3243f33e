"""Convolutions with the normalisations that follow them, forward and backward, by kernels."""

from typing import NamedTuple

from torch import Tensor

from rminas_sidecar.networks.stacked.kernels import convolution, normalisation
from rminas_sidecar.networks.stacked.kernels.sizes import Sizes
from rminas_sidecar.networks.stacked.table import TAPS


class Edges(NamedTuple):
    """The edges of a cell; or a layer elsewhere, which is the only edge of a table with one column."""

    sources: Tensor
    """Nodes × lanes × pixels × inputs. The lanes may share their memory."""
    weights: Tensor
    """Lanes × edges × (9 · inputs) × channels; empty for a normalisation alone."""
    norms: Tensor
    """Lanes × edges × 2 × channels."""
    codes: Tensor
    """Lanes × edges: the operations. Only convolutions are computed and normalised."""
    products: Tensor
    """Edges × lanes × pixels × channels: before the normalisation. :func:`differentiate` overwrites it."""
    statistics: Tensor
    """Edges × lanes × 2 × channels: mean, and 1 / the standard deviation."""

    def room_for_tiles(self, sizes: Sizes) -> Tensor:
        """Room for two numbers of each channel of each tile."""
        count, lanes, _, channels = self.products.shape
        return self.products.new_empty((count, lanes, sizes.tiles, 2, channels))

    def place(self, first: int) -> dict[str, int]:
        """The numbers of a launch for edges from a first one on."""
        return {"first": first, "edges": self.codes.shape[1]}


def prepare(sizes: Sizes, sources: Tensor, weights: Tensor, norms: Tensor, codes: Tensor) -> Edges:
    """Edges with room for their products and statistics."""
    shape, channels = (codes.shape[1], sizes.lanes), norms.shape[-1]
    products = sources.new_empty((*shape, sizes.pixels, channels))
    return Edges(sources, weights, norms, codes, products, sources.new_empty((*shape, 2, channels)))


def convolve(sizes: Sizes, edges: Edges, first: int, count: int, *, rectified: bool) -> None:
    """Computes products and statistics.

    Args:
        sizes: of the edges.
        edges: their sources must be computed.
        first: the first of the edges to compute.
        count: how many to compute. They come from the first nodes.
        rectified: whether the sources are rectified.
    """
    moments, place = edges.room_for_tiles(sizes), edges.place(first)
    sizes.launch(
        convolution.convolve_edges,
        (sizes.tiles, sizes.lanes, count),
        *(edges.sources, edges.weights, edges.codes, edges.products, moments),
        *(edges.sources.stride(1), edges.weights.stride(0)),
        **place,
        RECTIFIED=rectified,
        **sizes.tile_options,
    )
    arguments = moments, edges.codes, edges.statistics
    sizes.launch(normalisation.find_statistics, (sizes.lanes, count), *arguments, **place)


def differentiate(
    sizes: Sizes,
    edges: Edges,
    first: int,
    count: int,
    gradient: Tensor,
    weight_gradients: Tensor,
    norm_gradients: Tensor,
    *,
    rectified: bool,
) -> None:
    """Computes the gradients of the parameters, and replaces the products by their gradients.

    Args:
        sizes, edges, first, count, rectified: as in :func:`convolve`.
        gradient: of the normalised products of each of these edges, lanes × pixels × channels.
        weight_gradients, norm_gradients: written, of the shapes of the parameters.
    """
    differentiate_normalisations(sizes, edges, first, count, gradient, norm_gradients, edges.products)
    place, codes = edges.place(first), edges.codes
    chunk_sums = gradient.new_empty((sizes.lanes, edges.codes.shape[1], sizes.chunks, *edges.weights.shape[2:]))
    sizes.launch(
        convolution.find_weight_gradients,
        (sizes.chunks * TAPS, sizes.lanes, count),
        *(edges.sources, edges.products, codes, chunk_sums, edges.sources.stride(1)),
        **place,
        RECTIFIED=rectified,
        **sizes.weight_options,
    )
    sizes.launch(convolution.add_chunks, (sizes.lanes, count, TAPS), chunk_sums, codes, weight_gradients, **place)


def differentiate_normalisations(
    sizes: Sizes,
    edges: Edges,
    first: int,
    count: int,
    gradient: Tensor,
    norm_gradients: Tensor,
    product_gradients: Tensor,
) -> None:
    """Computes the gradients of normalisations.

    Args:
        sizes, edges, first, count, gradient, norm_gradients: as in :func:`differentiate`.
        product_gradients: written, of the shape of the products. It may be the products.
    """
    place, sums = edges.place(first), edges.room_for_tiles(sizes)
    _, _, norms, codes, products, statistics = edges
    tiles = (sizes.tiles, sizes.lanes, count)
    sizes.launch(normalisation.sum_tiles, tiles, gradient, products, statistics, codes, sums, **place)
    sizes.launch(normalisation.add_tiles, (sizes.lanes, count), sums, codes, norm_gradients, **place)
    sizes.launch(
        normalisation.find_product_gradients,
        tiles,
        *(gradient, products, statistics, norms, norm_gradients),
        *(codes, product_gradients, norms.stride(0)),
        **place,
    )
