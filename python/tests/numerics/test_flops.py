"""The cost of networks against figures that others published, and against a count by hand."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.networks.flops import count_flops
from rminas_sidecar.networks.nas_bench_201 import NasBench201Network
from rminas_sidecar.networks.nas_bench_macro import NasBenchMacroNetwork
from rminas_sidecar.networks.proxyless import ProxylessNetwork


class _Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, (3, 1), stride=2, padding=1, groups=3)
        self.twice = nn.Conv2d(6, 6, 1)
        self.norm = nn.BatchNorm2d(6)
        self.linear = nn.Linear(6, 5)

    def forward(self, images: Tensor) -> Tensor:
        x = self.norm(self.twice(self.twice(self.conv(images))))
        return self.linear(x.mean((2, 3)))  # type: ignore[no-any-return]


def test_a_count_by_hand() -> None:
    # 9 × 9 pixels give 5 × 6: 6 channels of 3 × 1 over one input channel, twice 6 × 6, then 6 × 5 once.
    assert count_flops(_Small(), 9) * 1e6 == 5 * 6 * (6 * 3 + 2 * 36) + 30


@pytest.mark.parametrize("training", [True, False])
def test_counting_changes_nothing(training: bool) -> None:
    network = _Small().train(training)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    state = torch.random.get_rng_state()
    count_flops(network, 8)
    assert network.norm.training == network.training == training
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not network.conv._forward_hooks


def test_a_network_that_fails_keeps_no_hooks_and_its_mode() -> None:
    network = _Small()
    network.linear = nn.Linear(7, 5)
    with pytest.raises(RuntimeError):
        count_flops(network, 8)
    assert network.training
    assert not network.conv._forward_hooks


@pytest.mark.parametrize(
    ("operation", "published"), [("nor_conv_3x3", 220.11969), ("nor_conv_1x1", 31.376), ("skip_connect", 7.78305)]
)
def test_nas_bench_201_as_published(operation: str, published: float) -> None:
    genotype = f"|{operation}~0|+|{operation}~0|{operation}~1|+|{operation}~0|{operation}~1|{operation}~2|"
    assert count_flops(NasBench201Network(genotype, 16, 5, 10), 32) == pytest.approx(published, abs=2e-5)


def test_nas_bench_macro_as_in_its_table(real_data: Path) -> None:
    table = json.loads((real_data / "nas-bench-macro" / "nas-bench-macro_cifar10.json").read_text())
    for genotype in ("00000000", "01201201", "10210221", "22222222"):
        assert count_flops(NasBenchMacroNetwork(genotype, 32, 10), 32) == table[genotype]["flops"] / 1e6


def test_proxyless_as_fvcore_counts_convolutions_and_linear_layers() -> None:
    """What fvcore 0.1.5 answers for XNAS's network under `conv` and `linear`; it adds 26.4 for normalisations."""
    genotype = "312411335070005700357370007363060003600363630006"
    assert count_flops(ProxylessNetwork(genotype, 1000), 224) == pytest.approx(254.53344 + 1.28)
