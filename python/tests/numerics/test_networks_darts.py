"""DARTS networks: sizes, drop path, auxiliary heads, operations, and genotypes."""

import json
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.darts import CifarDartsNetwork, ImageNetDartsNetwork, darts_network
from rminas_sidecar.networks.darts_cell import AuxiliaryHead, DartsCell, drop_path
from rminas_sidecar.networks.darts_genotype import EXAMPLE, OPERATIONS, DartsEdge, RelaxedCell, pair_targets, parse
from rminas_sidecar.networks.darts_operations import build_operation
from rminas_sidecar.specification import NetworkSpecification
from support.golden import GOLDEN, read_traces

DECODED = json.loads((GOLDEN / "darts_decoded.json").read_text())


@pytest.mark.parametrize(
    ("channels", "cells", "classes", "resolution", "kind", "sides"),
    [
        (3, 3, 7, 8, CifarDartsNetwork, [8, 4, 2]),
        (2, 5, 120, 16, CifarDartsNetwork, [16, 8, 4]),
        (2, 3, 10, 64, ImageNetDartsNetwork, [8, 4, 2]),
        (3, 4, 5, 96, ImageNetDartsNetwork, [12, 6, 3]),
    ],
)
def test_any_size(
    channels: int, cells: int, classes: int, resolution: int, kind: type[nn.Module], sides: list[int]
) -> None:
    network = build_network("darts", EXAMPLE, NetworkSpecification(channels, cells, classes, resolution))
    assert isinstance(network, kind)
    features, logits = network(torch.randn(2, 3, resolution, resolution))
    assert [tuple(feature.shape) for feature in features] == [
        (2, 4 * channels << stage, side, side) for stage, side in enumerate(sides)
    ]
    assert logits.shape == (2, classes)


def test_the_last_features_are_what_is_classified() -> None:
    network = CifarDartsNetwork(EXAMPLE, 2, 4, 10, 8).eval()
    features, logits = network(torch.randn(2, 3, 8, 8))
    torch.testing.assert_close(network.classifier(features[-1].mean((2, 3))), logits)


@pytest.mark.parametrize(
    ("cells", "resolution", "named"), [(2, 32, "TRAIN.LAYERS"), (8, 18, "multiple of 4"), (8, 72, "multiple of 32")]
)
def test_an_impossible_size_is_refused(cells: int, resolution: int, named: str) -> None:
    with pytest.raises(SidecarError) as caught:
        darts_network(resolution)(EXAMPLE, 4, cells, 10, resolution)
    assert caught.value.code == "unsuitable-data"
    assert named in caught.value.next_steps[0]


def test_drop_path_drops_whole_samples_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    dropped = drop_path(torch.ones(4000, 2, 3, 3), 0.2).flatten(1)
    assert torch.equal(dropped.amin(1), dropped.amax(1))
    assert dropped.unique().tolist() == [0, 1.25]
    assert dropped.mean().item() == pytest.approx(1, abs=0.03)


def test_drop_path_is_off_until_it_is_set_and_in_evaluation() -> None:
    images = torch.randn(8, 3, 8, 8)
    torch.manual_seed(0)
    network = CifarDartsNetwork(EXAMPLE, 2, 3, 10, 8)
    plain = network(images)[1]
    assert torch.equal(network(images)[1], plain)
    network.drop_probability = 0.5
    assert not torch.equal(network(images)[1], plain)
    network.eval()
    assert torch.equal(network(images)[1], network(images)[1])


def test_drop_path_spares_what_only_passes_on() -> None:
    edges = [DartsEdge("skip_connect", source) for source in (0, 1) * 4]
    cell = DartsCell(
        RelaxedCell(tuple(edges), pair_targets(len(edges)), (2, 3, 4, 5)),
        2,
        2,
        2,
        reduces=False,
        follows_reduction=False,
    )
    inputs = torch.randn(2, 4, 2, 4, 4)
    assert torch.equal(cell(*inputs, 0.9), cell(*inputs, 0.0))


@pytest.mark.parametrize(("resolution", "cells"), [(32, 3), (64, 3), (224, 3), (16, 4), (8, 3)])
def test_the_auxiliary_head_reads_what_the_last_reduction_leaves(resolution: int, cells: int) -> None:
    network = darts_network(resolution)(EXAMPLE, 2, cells, 10, resolution, auxiliary=True)
    images = torch.randn(2, 3, resolution, resolution)
    logits, auxiliary = network.forward_with_auxiliary(images)
    assert auxiliary is not None
    assert logits.shape == auxiliary.shape == (2, 10)
    auxiliary.sum().backward()
    touched = {name for name, parameter in network.named_parameters() if parameter.grad is not None}
    assert f"cells.{2 * cells // 3}.preprocess0" in " ".join(touched)
    assert not {name for name in touched if name.startswith("classifier")}


def test_without_an_auxiliary_head_there_are_no_auxiliary_logits() -> None:
    network = CifarDartsNetwork(EXAMPLE, 2, 3, 10, 8).eval()
    images = torch.randn(2, 3, 8, 8)
    logits, auxiliary = network.forward_with_auxiliary(images)
    assert auxiliary is None
    assert torch.equal(logits, network(images)[1])


@pytest.mark.parametrize("side", [2, 3, 4, 6, 9])
def test_other_sides_are_pooled_as_adaptive_pooling_would(side: int) -> None:
    pool = AuxiliaryHead(4, 10, side).features[1]
    images = torch.randn(2, 4, side, side)
    torch.testing.assert_close(pool(images), nn.functional.adaptive_avg_pool2d(images, 2))


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("stride", [1, 2])
def test_an_operation_keeps_the_shape_or_halves_it(name: str, stride: int) -> None:
    output = build_operation(name, 3, stride)(torch.randn(2, 3, 8, 8))
    assert output.shape == (2, 3, 8 // stride, 8 // stride)


cells = st.tuples(
    *(
        st.tuples(
            st.permutations(range(2 + node)).map(lambda order: order[:2]), st.tuples(*[st.sampled_from(OPERATIONS)] * 2)
        )
        for node in range(4)
    )
).map(lambda nodes: [[*zip(operations, sources, strict=True)] for sources, operations in nodes])


@settings(max_examples=60, deadline=None)
@given(cells, cells)
def test_printed_genotypes_are_read(normal: list[Any], reduce: list[Any]) -> None:
    flat = [[edge for node in cell for edge in node] for cell in (normal, reduce)]
    expected = tuple(tuple(DartsEdge(*edge) for edge in cell) for cell in flat)
    for (first, second), nodes in (((normal, reduce), range(2, 6)), (flat, [2, 3, 4, 5])):
        text = f"Genotype(normal={first}, normal_concat={nodes}, reduce={second}, reduce_concat={nodes})"
        assert parse(text) == expected


def test_genotypes_as_the_original_prints_them_are_read() -> None:
    traces = [trace for trace in read_traces() if trace.space == "darts"]
    for nested, trace in zip(DECODED, traces, strict=False):
        assert parse(nested) == parse(trace.genotype)


def _changed(old: str, new: str) -> str:
    changed = EXAMPLE.replace(old, new, 1)
    assert changed != EXAMPLE
    return changed


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "it is not a Python expression"),
        ("Genotype(", "it is not a Python expression"),
        (EXAMPLE + "\0", "it is not a Python expression"),
        ("(" * 4000, "it is not a Python expression"),
        ("-" * 4000 + "1", "it is not a Python expression"),
        ("|nor_conv_3x3~0|", "it is not a Python expression"),
        ("01201201", "it is not a Python expression"),
        ("['Zero']", "must be Genotype"),
        (_changed("Genotype", "os.system"), "must be Genotype"),
        ("Genotype()", "normal_concat"),
        (_changed("normal_concat=[2, 3, 4, 5], ", ""), "normal_concat"),
        (EXAMPLE[:-1] + ", normal=[])", "each once"),
        (EXAMPLE[:-1] + ", more=1)", "normal_concat"),
        (EXAMPLE[:-1] + ", **more)", "normal_concat"),
        (_changed("Genotype(", "Genotype(1, "), "normal_concat"),
        (_changed("[2, 3, 4, 5]", "[2, 3, 4]"), "[2, 3, 4]"),
        (_changed("[2, 3, 4, 5]", "range(2, 7)"), "range(2, 7)"),
        (_changed("[2, 3, 4, 5]", "range(10**9)"), "without names and calls"),
        (_changed("[2, 3, 4, 5]", "range(999999999999)"), "range(999999999999)"),
        (_changed("[2, 3, 4, 5]", "list(range(2, 6))"), "without names and calls"),
        (_changed("'sep_conv_3x3'", "__import__('os')"), "without names and calls"),
        (_changed("'sep_conv_3x3'", "sep_conv_3x3"), "without names and calls"),
        (_changed("'sep_conv_3x3'", "'sep_conv_7x7'"), "'sep_conv_7x7'"),
        (_changed("'sep_conv_3x3'", "'none'"), "'none'"),
        (_changed("'sep_conv_3x3', 0", "'sep_conv_3x3', 2"), "from 2"),
        (_changed("'sep_conv_3x3', 0", "'sep_conv_3x3', -1"), "from -1"),
        (_changed("'sep_conv_3x3', 0", "'sep_conv_3x3', 1"), "come from 1"),
        (_changed("'sep_conv_3x3', 0", "'sep_conv_3x3', True"), "True"),
        (_changed("('sep_conv_3x3', 0)", "('sep_conv_3x3', 0, 1)"), "edge 0"),
        (_changed("('sep_conv_3x3', 0), ", ""), "7 edges"),
        (_changed("[('sep_conv_3x3', 0)", "[[('sep_conv_3x3', 0)]"), "edge 0"),
        ("Genotype(normal=1, normal_concat=[2, 3, 4, 5], reduce=1, reduce_concat=[2, 3, 4, 5])", "must be a list"),
        ("Genotype(normal=[], normal_concat=[2, 3, 4, 5], reduce=[], reduce_concat=[2, 3, 4, 5])", "0 edges"),
    ],
)
def test_a_wrong_genotype_is_refused(text: str, named: str) -> None:
    with pytest.raises(SidecarError) as caught:
        parse(text)
    assert caught.value.code == "invalid-genotype"
    assert named in caught.value.message
    assert caught.value.next_steps
