"""Our networks beside XNAS's own, with the same weights. Runs where XNAS_HOME names a checkout of MAC-AutoML/XNAS."""

import importlib
import os
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.networks.darts import CifarDartsNetwork, ImageNetDartsNetwork
from rminas_sidecar.networks.darts_genotype import EXAMPLE
from rminas_sidecar.networks.nas_bench_macro import NasBenchMacroNetwork
from rminas_sidecar.networks.proxyless import ProxylessNetwork

WIDTHS = [16, 24, 40, 80, 96, 192, 320]
# XNAS drew the first; in the second, stages 2 and 4 have one block.
PROXYLESS = (
    "312411335070005700357370007363060003600363630006",
    "213141" + "570030003570700035775" + "630060003660300063366",
)


@pytest.fixture
def original(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Imports one of XNAS's modules, with nothing of XNAS left behind."""
    home = os.environ.get("XNAS_HOME")
    if not home:
        pytest.skip("XNAS_HOME does not name a checkout of XNAS")
    monkeypatch.syspath_prepend(home)
    # The layers of OFA want a class from it, for running statistics only; it wants logging and configuration.
    meter = types.ModuleType("xnas.logger.meter")
    monkeypatch.setattr(meter, "AverageMeter", object, raising=False)
    monkeypatch.setitem(sys.modules, meter.__name__, meter)
    yield importlib.import_module
    for name in [name for name in sys.modules if name.split(".")[0] == "xnas"]:
        del sys.modules[name]


def _agree(ours: nn.Module, images: Tensor, features: list[Tensor], logits: Tensor) -> None:
    our_features, our_logits = ours(images)
    for our_stage, stage in zip([*our_features, our_logits], [*features, logits], strict=True):
        assert our_stage.shape == stage.shape
        torch.testing.assert_close(our_stage, stage, rtol=1e-5, atol=1e-6)


def _agree_on_gradients(ours: nn.Module, theirs: nn.Module, images: Tensor, logits: Tensor) -> None:
    weights = torch.randn(logits.shape)
    theirs.zero_grad()
    (logits * weights).sum().backward()
    (ours(images)[1] * weights).sum().backward()
    expected = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        gradient, their_gradient = parameter.grad, expected[name].grad
        assert gradient is not None and their_gradient is not None, name
        torch.testing.assert_close(gradient, their_gradient, rtol=1e-5, atol=1e-5 * their_gradient.norm().item())


def test_darts_for_small_images(original: Any) -> None:
    module = original("xnas.spaces.DARTS.cnn")
    torch.manual_seed(1)
    theirs = module.NetworkCIFAR(4, 10, 8, True, EXAMPLE)
    theirs.drop_path_prob = 0.0
    torch.manual_seed(1)
    ours = CifarDartsNetwork(EXAMPLE, 4, 8, 10, 32, auxiliary=True)
    _same_weights(ours.state_dict(), theirs.state_dict())
    images = torch.randn(4, 3, 32, 32)
    features, logits = theirs.forward_with_features(images)
    _agree(ours, images, features, logits)
    for our_logits, their_logits in zip(ours.forward_with_auxiliary(images), theirs(images), strict=True):
        torch.testing.assert_close(our_logits, their_logits, rtol=1e-5, atol=1e-6)
    theirs.auxiliary_head = ours.auxiliary_head = None
    _agree_on_gradients(ours, theirs, images, logits)


def test_darts_for_imagenet(original: Any) -> None:
    module, genotypes = original("xnas.spaces.DARTS.cnn"), original("xnas.spaces.DARTS.genos")
    torch.manual_seed(2)
    theirs = module.NetworkImageNet(4, 10, 4, True, genotypes.from_str(EXAMPLE))
    theirs.drop_path_prob = 0.0
    torch.manual_seed(2)
    ours = ImageNetDartsNetwork(EXAMPLE, 4, 4, 10, 224, auxiliary=True)
    _same_weights(ours.state_dict(), theirs.state_dict())
    images = torch.randn(2, 3, 224, 224)
    features, logits, auxiliary = theirs.forward_with_features(images)
    _agree(ours, images, features, logits)
    torch.testing.assert_close(ours.forward_with_auxiliary(images)[1], auxiliary, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("genotype", ["00000000", "01201201", "22222222"])
def test_nas_bench_macro(genotype: str, original: Any) -> None:
    torch.manual_seed(3)
    theirs = original("xnas.spaces.NASBenchMacro.cnn")._NBMacro_sup_train()
    ours = NasBenchMacroNetwork(genotype, 32, 10)
    ours.load_state_dict({name: theirs.state_dict()[name] for name in ours.state_dict()})
    images = torch.randn(4, 3, 32, 32)
    features, logits = theirs.forward_with_features(images, [int(digit) for digit in genotype])
    _agree(ours, images, features, logits)
    _agree_on_gradients(ours, theirs, images, logits)


@pytest.mark.parametrize("genotype", PROXYLESS)
def test_proxyless(genotype: str, original: Any) -> None:
    sample = np.array([int(digit) for digit in genotype])
    depths, kernels, expansions = sample[:6], sample[6:27], sample[27:]
    module = original("xnas.spaces.ProxylessNAS.cnn")
    torch.manual_seed(4)
    theirs = module.MobileNetV2(
        n_classes=10,
        stage_width_list=WIDTHS,
        depth_param=depths,
        ks=kernels[kernels > 0],
        expand_ratio=expansions[expansions > 0],
        dropout_rate=0,
    )
    torch.manual_seed(4)
    ours = ProxylessNetwork(genotype, 10)
    # Every block is in the original's state dict twice.
    once = {name: tensor for name, tensor in theirs.state_dict().items() if ".mobile_inverted_conv." not in name}
    _same_weights(ours.state_dict(), once)
    images = torch.randn(4, 3, 64, 64)
    features, logits = theirs.forward_with_features(images)
    _agree(ours, images, features, logits)
    _agree_on_gradients(ours, theirs, images, logits)


def _same_weights(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    assert list(ours) == list(theirs)
    for name, tensor in ours.items():
        assert torch.equal(tensor, theirs[name]), name
