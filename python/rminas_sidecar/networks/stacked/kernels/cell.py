"""A cell of all lanes by kernels: each launch serves one node of all lanes and reads the table on the device.

The launches depend on neither the networks nor their number in the lanes, so a recorded step serves every stack. A
program sums within one lane, in an order that depends on the sizes alone.
"""

from typing import Any

import torch
import triton
from torch import Tensor
from torch.autograd.function import once_differentiable

from rminas_sidecar.networks.stacked.kernels import backward, forward
from rminas_sidecar.networks.stacked.layers import EPSILON
from rminas_sidecar.networks.stacked.table import EDGES, NODES, TAPS, OperationTable, first_edge_into

_BLOCK_PIXELS = 64
_BLOCK_TILES = 32
_MOST_CHUNKS = 16
# Matrix products of Triton have at least 16 rows and columns.
_LEAST_CHANNELS = 16


def compute_cell_by_kernels(
    images: Tensor, weights: Tensor, norms: Tensor, table: OperationTable, *, tf32: bool = False
) -> Tensor:
    """See :func:`rminas_sidecar.networks.stacked.layers.compute_cell`, for float32.

    Args:
        images, weights, norms, table: as there.
        tf32: whether float32 is multiplied as TF32.
    """
    return _Cell.apply(images, weights, norms, table.codes, tf32)  # type: ignore[no-any-return,no-untyped-call]


class _Sizes:
    """The sizes of a launch, by the names that the kernels give them."""

    def __init__(self, images: Tensor, tf32: bool) -> None:
        lanes, batch, height, width, channels = images.shape
        pixels = batch * height * width
        self.tiles = triton.cdiv(pixels, _BLOCK_PIXELS)
        self.chunk_tiles = triton.cdiv(self.tiles, _MOST_CHUNKS)
        self.chunks = triton.cdiv(self.tiles, self.chunk_tiles)
        self.lanes = lanes
        self.images: dict[str, int] = {"HEIGHT": height, "WIDTH": width}
        self.blocks: dict[str, int] = {
            "LANES": lanes,
            "PIXELS": pixels,
            "CHANNELS": channels,
            "BLOCK_PIXELS": _BLOCK_PIXELS,
            "BLOCK_CHANNELS": max(_LEAST_CHANNELS, triton.next_power_of_2(channels)),
        }
        self.precision: dict[str, str] = {"PRECISION": "tf32" if tf32 else "ieee"}
        self.flat = (lanes, pixels, channels)


class _Cell(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, weights: Tensor, norms: Tensor, codes: Tensor, tf32: bool) -> Tensor:
        sizes = _Sizes(images, tf32)
        nodes = images.new_empty((NODES, *sizes.flat))
        nodes[0].copy_(images.reshape(sizes.flat))
        products = images.new_empty((EDGES, *sizes.flat))
        moments = images.new_empty((EDGES, sizes.lanes, sizes.tiles, 2, sizes.flat[-1]))
        statistics = images.new_empty((EDGES, sizes.lanes, 2, sizes.flat[-1]))
        for target in range(1, NODES):
            first = {"FIRST": first_edge_into(target)}
            forward.convolve_edges[(sizes.tiles, sizes.lanes, target)](
                *(nodes, weights, codes, products, moments, weights.stride(0)),
                **{**first, **sizes.blocks, **sizes.images, **sizes.precision, "TILES": sizes.tiles},
            )
            forward.find_statistics[(sizes.lanes, target)](
                *(moments, codes, statistics),
                **{**first, **sizes.blocks, "TILES": sizes.tiles, "BLOCK_TILES": _BLOCK_TILES, "EPSILON": EPSILON},
            )
            forward.add_edges[(sizes.tiles, sizes.lanes)](
                *(nodes, products, statistics, norms, codes, norms.stride(0)),
                **{"TARGET": target, **first, **sizes.blocks, **sizes.images},
            )
        ctx.sizes = sizes
        ctx.save_for_backward(nodes, products, statistics, weights, norms, codes)
        return nodes[-1].view(images.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        nodes, products, statistics, weights, norms, codes = ctx.saved_tensors
        sizes: _Sizes = ctx.sizes
        gradients = torch.empty_like(nodes)
        gradients[-1].copy_(gradient.reshape(sizes.flat))
        weight_gradients = nodes.new_empty(weights.shape)
        norm_gradients = nodes.new_empty(norms.shape)
        for node in reversed(range(NODES)):
            if node < NODES - 1:
                backward.find_source_gradient[(sizes.tiles, sizes.lanes)](
                    *(nodes, gradients, products, statistics, weights, norms, norm_gradients, codes),
                    *(weights.stride(0), norms.stride(0)),
                    **{"SOURCE": node, **sizes.blocks, **sizes.images, **sizes.precision},
                )
            if node > 0:
                _differentiate_edges(node, gradients, weight_gradients, norm_gradients, ctx)
        return gradients[0].view(gradient.shape), weight_gradients, norm_gradients, None, None


def _differentiate_edges(
    target: int, gradients: Tensor, weight_gradients: Tensor, norm_gradients: Tensor, ctx: Any
) -> None:
    """The gradients of the parameters of the edges into a node, whose gradient is complete."""
    nodes, products, statistics, _, norms, codes = ctx.saved_tensors
    sizes: _Sizes = ctx.sizes
    channels = sizes.flat[-1]
    first, tiles = {"FIRST": first_edge_into(target)}, {"TILES": sizes.tiles}
    few = {key: sizes.blocks[key] for key in ("CHANNELS", "BLOCK_CHANNELS")}
    tile_sums = nodes.new_empty((EDGES, sizes.lanes, sizes.tiles, 2, channels))
    chunk_sums = nodes.new_empty((sizes.lanes, EDGES, TAPS, sizes.chunks, channels, channels))
    backward.sum_tiles[(sizes.tiles, sizes.lanes, target)](
        *(gradients, products, statistics, codes, tile_sums),
        **{"TARGET": target, **first, **sizes.blocks, **tiles},
    )
    backward.add_tiles[(sizes.lanes, target)](
        *(tile_sums, codes, norm_gradients),
        **{**first, **few, **tiles, "LANES": sizes.lanes, "BLOCK_TILES": _BLOCK_TILES},
    )
    backward.find_weight_gradients[(sizes.chunks, sizes.lanes, target * TAPS)](
        *(nodes, gradients, products, statistics, norms, norm_gradients, codes, chunk_sums, norms.stride(0)),
        **{"TARGET": target, **first, **sizes.blocks, **sizes.images, **sizes.precision},
        **{"CHUNKS": sizes.chunks, "CHUNK_TILES": sizes.chunk_tiles},
    )
    backward.add_chunks[(sizes.lanes, target, TAPS)](
        *(chunk_sums, codes, weight_gradients),
        **{**first, **few, "CHUNKS": sizes.chunks},
    )
