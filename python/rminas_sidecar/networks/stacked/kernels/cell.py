"""A cell of all lanes by kernels: each launch serves one node of all lanes and reads the table on the device.

The launches depend on neither the networks nor their number in the lanes, so a recorded step serves every stack. A
program sums within one lane, in an order that depends on the sizes alone.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rminas_sidecar.networks.stacked.kernels import node
from rminas_sidecar.networks.stacked.kernels.edges import Edges, convolve, differentiate, prepare
from rminas_sidecar.networks.stacked.kernels.sizes import Sizes
from rminas_sidecar.networks.stacked.table import NODES, OperationTable, first_edge_into


def compute_cell_by_kernels(
    images: Tensor, weights: Tensor, norms: Tensor, table: OperationTable, *, tf32: bool = False
) -> Tensor:
    """See :func:`rminas_sidecar.networks.stacked.layers.compute_cell`, for float32.

    Args:
        images, weights, norms, table: as there.
        tf32: whether float32 is multiplied as TF32.
    """
    return _Cell.apply(images, weights, norms, table.codes, tf32)  # type: ignore[no-any-return,no-untyped-call]


class _Cell(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, weights: Tensor, norms: Tensor, codes: Tensor, tf32: bool) -> Tensor:
        ctx.sizes = sizes = Sizes(images, images.shape[-1], tf32=tf32)
        flat = images.flatten(1, 3)
        nodes = flat.new_empty((NODES, *flat.shape))
        nodes[0].copy_(flat)
        edges = prepare(sizes, nodes, weights, norms, codes)
        for target in range(1, NODES):
            convolve(sizes, edges, first_edge_into(target), target, rectified=True)
            sizes.launch(
                node.add_edges,
                (sizes.tiles, sizes.lanes),
                *(nodes, edges.products, edges.statistics, norms, codes, norms.stride(0)),
                **{"target": target, "first": first_edge_into(target)},
            )
        ctx.save_for_backward(*edges)
        return nodes[-1].view(images.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        sizes: Sizes = ctx.sizes
        edges = Edges(*ctx.saved_tensors)
        nodes, weights = edges.sources, edges.weights
        gradients = torch.empty_like(nodes)
        gradients[-1].copy_(gradient.flatten(1, 3))
        of_weights, of_norms = nodes.new_empty(weights.shape), nodes.new_empty(edges.norms.shape)
        for source in reversed(range(NODES)):
            if source < NODES - 1:
                sizes.launch(
                    node.find_node_gradient,
                    (sizes.tiles, sizes.lanes),
                    *(nodes, gradients, edges.products, weights, edges.codes, weights.stride(0)),
                    **{"source": source, **sizes.tile_options},
                )
            if source > 0:
                first = first_edge_into(source)
                differentiate(sizes, edges, first, source, gradients[source], of_weights, of_norms, rectified=True)
        return gradients[0].view(gradient.shape), of_weights, of_norms, None, None
