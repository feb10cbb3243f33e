"""The auxiliary heads of DARTS beside XNAS's own, with the same weights, where XNAS can be imported.

The search has no auxiliary heads; python/tests/parity compares what it has.
"""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.backends.xnas import find_xnas, import_xnas
from rminas_sidecar.networks.darts import CifarDartsNetwork, ImageNetDartsNetwork
from rminas_sidecar.networks.darts_genotype import EXAMPLE


@pytest.fixture
def original() -> Callable[[str], Any]:
    """Imports one of XNAS's modules."""
    if find_xnas() is None:
        pytest.skip("XNAS cannot be imported: XNAS_HOME names no checkout of it")
    return import_xnas


def _agree(ours: nn.Module, images: Tensor, features: list[Tensor], logits: Tensor) -> None:
    our_features, our_logits = ours(images)
    for our_stage, stage in zip([*our_features, our_logits], [*features, logits], strict=True):
        assert our_stage.shape == stage.shape
        torch.testing.assert_close(our_stage, stage, rtol=1e-5, atol=1e-6)


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


def _same_weights(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    assert list(ours) == list(theirs)
    for name, tensor in ours.items():
        assert torch.equal(tensor, theirs[name]), name
