"""Networks of the spaces of inverted bottlenecks, `nas-bench-macro`, `proxyless` and `mb`: their texts and shapes."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks import mb, nas_bench_macro, proxyless
from rminas_sidecar.networks.mb import MobileNetV3Network, operations
from rminas_sidecar.networks.mobile import SqueezeExcitation, divisible
from rminas_sidecar.networks.nas_bench_macro import NasBenchMacroNetwork
from rminas_sidecar.networks.proxyless import ProxylessNetwork

# Kernels and expansions of all 21 places.
KERNELS, EXPANSIONS = "357353753573537535737", "363663363636633636363"


def _proxyless(depths: str, kernels: str = KERNELS, expansions: str = EXPANSIONS) -> str:
    """The genotype with these depths, blank where a stage has no block."""
    active = "".join("1" * int(depth) + "0" * (4 - int(depth)) for depth in depths[:5]) + depths[5]
    parts = (
        "".join(v if a == "1" else "0" for v, a in zip(part, active, strict=True)) for part in (kernels, expansions)
    )
    return depths + "".join(parts)


def _mb(*names: str) -> str:
    return str(list(names))


def _shapes(network: nn.Module, side: int) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    features, logits = network(torch.randn(2, 3, side, side))
    return [tuple(feature.shape[1:]) for feature in features], tuple(logits.shape)


def test_macro_shapes() -> None:
    for genotype in ("00000000", "01201201", "22222222"):
        network = NasBenchMacroNetwork(genotype, 4, 7)
        assert _shapes(network, 12) == ([(8, 6, 6), (16, 3, 3), (32, 2, 2)], (2, 7))


def test_macro_names_and_parameters() -> None:
    state = NasBenchMacroNetwork("01200000", 32, 10).state_dict()
    kernels = {name: tuple(state[name].shape) for name in state if name.startswith("choice_block") and state[name].ndim}
    assert kernels["choice_block.0.0.downsample.0.weight"] == (64, 32, 1, 1)
    assert kernels["choice_block.1.1.feature.3.weight"] == (192, 1, 3, 3)
    assert kernels["choice_block.2.2.feature.3.weight"] == (384, 1, 5, 5)
    assert kernels["choice_block.2.2.feature.6.weight"] == (128, 384, 1, 1)
    assert {name for name in state if "bn" in name or name.endswith("bias")} == {"classifier.bias"}


def test_an_inner_identity_passes_its_input_on() -> None:
    network = NasBenchMacroNetwork("10000000", 4, 10).eval()
    images = torch.randn(2, 3, 8, 8)
    first, *_ = network(images)[0]
    assert torch.equal(first, network.choice_block[0](network.stem(images)))


def test_proxyless_blocks_are_read_in_order() -> None:
    stages = proxyless.parse(_proxyless("213141"))
    assert [len(stage) for stage in stages] == [2, 1, 3, 1, 4, 1]
    assert stages[0] == ((3, 3), (5, 6))
    assert stages[5] == ((7, 3),)


@pytest.mark.parametrize(
    ("depths", "first", "second"),
    [
        ("222221", (40, 8, 8), (96, 4, 4)),
        ("414141", (24, 16, 16), (80, 4, 4)),
        ("444441", (40, 8, 8), (96, 4, 4)),
    ],
)
def test_proxyless_shapes(depths: str, first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """The features lie in front of the last blocks of stages 2 and 4, where those of one block have a stage's input."""
    network = ProxylessNetwork(_proxyless(depths), 11)
    assert len(network.blocks) == 1 + sum(map(int, depths))
    assert _shapes(network, 64) == ([first, second, (1280, 2, 2)], (2, 11))


def test_proxyless_names_and_parameters() -> None:
    state = ProxylessNetwork(_proxyless("211111"), 10).state_dict()
    assert state["blocks.0.conv.depth_conv.conv.weight"].shape == (32, 1, 3, 3)
    assert state["blocks.1.conv.inverted_bottleneck.conv.weight"].shape == (48, 16, 1, 1)
    assert state["blocks.2.conv.depth_conv.conv.weight"].shape == (144, 1, 5, 5)
    assert state["blocks.7.conv.point_linear.bn.weight"].shape == (320,)
    assert state["feature_mix_layer.conv.weight"].shape == (1280, 320, 1, 1)
    assert state["classifier.linear.bias"].shape == (10,)


def test_mb_shapes() -> None:
    for name, blocks in (("Zero", 0), ("7x7_MBConv6", 15)):
        network = MobileNetV3Network(_mb(*["3x3_MBConv1", name, name, name] * 5), 9)
        assert sum(isinstance(block, mb.MobileBlock) for block in network.blocks) == 1 + 5 + blocks
        assert _shapes(network, 64) == ([(32, 16, 16), (96, 4, 4), (192, 2, 2)], (2, 9))


def test_mb_names_and_parameters() -> None:
    names = ["5x5_MBConv6", "Zero", "7x7_MBConv3", "Zero"] * 5
    names[4] = "3x3_MBConv1"
    state = MobileNetV3Network(_mb(*names), 10).state_dict()
    first = "blocks.{}.mobile_inverted_conv."
    candidate = first + "candidate_ops.{}."
    assert state[first.format(0) + "depth_conv.conv.weight"].shape == (24, 1, 3, 3)
    assert state[candidate.format(1, 3) + "depth_conv.conv.weight"].shape == (144, 1, 5, 5)
    assert state[candidate.format(3, 4) + "inverted_bottleneck.conv.weight"].shape == (96, 32, 1, 1)
    assert state[candidate.format(5, 6) + "depth_conv.se.fc.reduce.weight"].shape == (8, 32, 1, 1)
    assert not [name for name in state if name.startswith(("blocks.2.", candidate.format(1, 3) + "depth_conv.se"))]
    assert state["final_expand_layer.bn.weight"].shape == (1152,)
    assert state["feature_mix_layer.conv.weight"].shape == (1536, 1152, 1, 1)
    assert state["classifier.linear.weight"].shape == (10, 1536)


def test_squeeze_and_excitation_scales_channels() -> None:
    torch.manual_seed(0)
    layer, x = SqueezeExcitation(16), torch.randn(2, 16, 5, 5)
    scale = layer(x) / x
    torch.testing.assert_close(scale.amin((2, 3)), scale.amax((2, 3)))
    assert 0 <= scale.min() < scale.max() <= 1


def test_widths_are_divisible_and_not_much_smaller() -> None:
    widths = (16, 24, 40, 80, 112, 160, 960, 1280)
    assert [divisible(1.2 * width) for width in widths] == [24, 32, 48, 96, 136, 192, 1152, 1536]
    for width in range(1, 500):
        rounded = divisible(width)
        assert rounded % 8 == 0
        assert rounded >= 0.9 * width
        assert rounded - width < 8


@settings(max_examples=100, deadline=None)
@given(st.text("1234", min_size=5, max_size=5), st.text("357", min_size=21, max_size=21), st.text("36", min_size=21))
def test_proxyless_texts_are_read(depths: str, kernels: str, expansions: str) -> None:
    stages = proxyless.parse(_proxyless(depths + "1", kernels, expansions[:21]))
    for number, stage in enumerate(stages):
        assert len(stage) == int((depths + "1")[number])
        for place, block in enumerate(stage):
            assert block == (int(kernels[4 * number + place]), int(expansions[4 * number + place]))


@given(st.lists(st.integers(0, 6), min_size=20, max_size=20))
def test_mb_texts_are_read(categories: list[int]) -> None:
    names = tuple(operations(slot)[category] for slot, category in enumerate(categories))
    assert mb.parse(str(list(names))) == names


GOOD = _proxyless("213141")
ALL_MB = ["3x3_MBConv3"] * 20


@pytest.mark.parametrize(
    ("parse", "text", "named"),
    [
        (nas_bench_macro.parse, "", "''"),
        (nas_bench_macro.parse, "0120120", "'0120120'"),
        (nas_bench_macro.parse, "01201203", "'01201203'"),
        (nas_bench_macro.parse, "01201201\n", "\\n"),
        (nas_bench_macro.parse, "٠١٢٠١٢٠١", "٠"),
        (proxyless.parse, "", "6 depths"),
        (proxyless.parse, GOOD[:-1], "6 depths"),
        (proxyless.parse, GOOD + "0", "6 depths"),
        (proxyless.parse, "5" + GOOD[1:], "6 depths"),
        (proxyless.parse, GOOD[:5] + "2" + GOOD[6:], "6 depths"),
        (proxyless.parse, "3" + GOOD[1:], "stage 1 needs 3 times a kernel size"),
        (proxyless.parse, GOOD[:7] + "0" + GOOD[8:], "stage 1 needs 2 times a kernel size"),
        (proxyless.parse, GOOD[:27] + "0" + GOOD[28:], "stage 1 needs 2 times an expansion"),
        (proxyless.parse, GOOD[:-1] + "0", "stage 6 needs 1 times an expansion"),
        (proxyless.parse, GOOD[:6] + "4" + GOOD[7:], "6 depths"),
        (mb.parse, "", "a list"),
        (mb.parse, "[]", "a list"),
        (mb.parse, str(ALL_MB)[:-1], "a list"),
        (mb.parse, '["3x3_MBConv3"]', "a list"),
        (mb.parse, str(ALL_MB[1:]), "19 operations"),
        (mb.parse, str(["Zero", *ALL_MB[1:]]), "slot 0 has no 'Zero'"),
        (mb.parse, str([ALL_MB[0], "3x3_MBConv1", *ALL_MB[2:]]), "slot 1 has no '3x3_MBConv1'"),
        (mb.parse, str([*ALL_MB[1:], "9x9_MBConv3"]), "slot 19 has no '9x9_MBConv3'"),
    ],
)
def test_a_wrong_genotype_is_refused(parse: Callable[[str], Any], text: str, named: str) -> None:
    with pytest.raises(SidecarError) as caught:
        parse(text)
    assert caught.value.code == "invalid-genotype"
    assert named in caught.value.message
    assert caught.value.next_steps


def test_the_examples_of_the_messages_are_genotypes() -> None:
    assert nas_bench_macro.parse(nas_bench_macro.EXAMPLE)
    assert proxyless.parse(proxyless.EXAMPLE)
    assert mb.parse(mb.EXAMPLE)
