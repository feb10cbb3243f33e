"""NAS-Bench-201 networks against the golden numbers and against a cell that computes everything."""

from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.nas_bench_201 import (
    EXAMPLE,
    OPERATIONS,
    Cell,
    CellEdge,
    NasBench201Network,
    parse,
    relevant,
)

genotypes = st.tuples(*[st.sampled_from(OPERATIONS)] * 6).map(
    lambda ops: "|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*ops)
)


@pytest.mark.parametrize(("channels", "cells", "classes", "side"), [(3, 1, 7, 8), (16, 2, 120, 16), (1, 3, 2, 12)])
def test_any_size(channels: int, cells: int, classes: int, side: int) -> None:
    network = NasBench201Network(EXAMPLE, channels, cells, classes)
    features, logits = network(torch.randn(2, 3, side, side))
    assert [tuple(feature.shape) for feature in features] == [
        (2, channels << stage, side >> stage, side >> stage) for stage in range(3)
    ]
    assert logits.shape == (2, classes)


class _LiteralCell(nn.Module):
    """The definition: every edge is computed, and `none` multiplies by zero."""

    def __init__(self, cell: Cell, edges: tuple[CellEdge, ...]) -> None:
        super().__init__()
        self.layers = cell.layers
        self.edges = edges

    def forward(self, x: Tensor) -> Tensor:
        nodes = [x]
        for target in (1, 2, 3):
            total = torch.zeros_like(x)
            for layer, edge in zip(self.layers, self.edges, strict=True):
                if edge.target == target:
                    source = nodes[edge.source]
                    total = total + (source * 0 if edge.operation == "none" else layer(source))
            nodes.append(total)
        return nodes[-1]


@settings(max_examples=60, deadline=None)
@given(genotypes, st.integers(0, 2**32))
def test_omitted_edges_change_nothing(genotype: str, seed: int) -> None:
    torch.manual_seed(seed)
    edges = parse(genotype)
    cell = Cell(edges, 3)
    for parameter in cell.parameters():
        nn.init.uniform_(parameter, -1, 1)
    images, weights = torch.randn(2, 4, 3, 6, 6)
    answers = []
    for network in (cell, _LiteralCell(cell, edges)):
        for parameter in cell.parameters():
            parameter.grad = torch.zeros_like(parameter)
        output = network(images)
        if output.requires_grad:
            (output * weights).sum().backward()
        answers.append((output.detach(), [parameter.grad for parameter in cell.parameters()]))
    (output, gradients), (literal, literal_gradients) = answers
    assert torch.equal(output, literal)
    for gradient, literal_gradient in zip(gradients, literal_gradients, strict=True):
        torch.testing.assert_close(gradient, literal_gradient, rtol=1e-4, atol=1e-5)


def test_nothing_irrelevant_is_kept() -> None:
    """By brute force: an edge is relevant where replacing it by `none` could change which biases and paths arrive."""

    def terms(edges: tuple[CellEdge, ...], node: int) -> frozenset[Any]:
        if node == 0:
            return frozenset([()])
        arriving: set[Any] = set()
        for index, edge in enumerate(edges):
            if edge.target == node and edge.operation != "none":
                arriving |= {(*path, index) for path in terms(edges, edge.source)}
                if edge.operation.startswith("nor_conv"):
                    arriving.add(("bias", index))
        return frozenset(arriving)

    for operations in product(("none", "skip_connect", "nor_conv_1x1"), repeat=6):
        edges = parse("|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*operations))
        used = {index for path in terms(edges, 3) for index in path if index != "bias"}
        assert [index in used for index in range(6)] == list(relevant(edges)), operations


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "''"),
        ("|nor_conv_3x3~0|", "|nor_conv_3x3~0|"),
        (EXAMPLE + "|", EXAMPLE),
        (EXAMPLE.replace("~2", "~1"), "~1|"),
        (EXAMPLE.replace("skip_connect", "skip"), "'skip'"),
        (EXAMPLE + "\n", "\\n"),
    ],
)
def test_a_wrong_genotype_is_refused(text: str, named: str) -> None:
    with pytest.raises(SidecarError) as caught:
        parse(text)
    assert caught.value.code == "invalid-genotype"
    assert named in caught.value.message
    assert caught.value.next_steps
