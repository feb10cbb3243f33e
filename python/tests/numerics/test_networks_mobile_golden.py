"""The networks of inverted bottlenecks against what the originals answered with the same weights."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.evaluation.trainer import TrainingBatch, train_on_batch
from rminas_sidecar.networks import build_network
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.specification import NetworkSpecification, OptimizerSpecification

Golden = Callable[[str], dict[str, Tensor]]
RECORD = json.loads((Path(__file__).parents[1] / "fixtures" / "golden" / "mobile.json").read_text())
NAMES = [f"{network['space']}-{network['genotype'][:8]}" for network in RECORD["networks"]]


def _filled(expected: dict[str, Any]) -> nn.Module:
    """The network with drawn weights. A seed of their own, because the originals draw those of all operations."""
    size = NetworkSpecification(channels=32, cells=1, classes=10, resolution=32)
    network = build_network(expected["space"], expected["genotype"], size)
    generator = torch.Generator().manual_seed(len(expected["genotype"]))
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            drawn = torch.randn(parameter.shape, generator=generator)
            scale = parameter[0].numel() ** 0.5
            parameter.copy_(1 + 0.1 * drawn if name.endswith("bn.weight") else drawn / scale)
    return network.train()


@pytest.fixture
def batch(golden: Golden) -> TrainingBatch:
    arrays = golden("batch.npz")
    teacher = [arrays[f"teacher_{stage}"] for stage in range(3)]
    return TrainingBatch(arrays["x"], arrays["y"], RepresentationLoss(teacher))


@pytest.mark.parametrize("expected", RECORD["networks"], ids=NAMES)
def test_golden_logits_and_features(expected: dict[str, Any], batch: TrainingBatch) -> None:
    features, logits = _filled(expected)(batch.images)
    norms = torch.stack([feature.norm() for feature in features])
    torch.testing.assert_close(norms, torch.tensor(expected["feature_norms0"]), rtol=1e-5, atol=0)
    torch.testing.assert_close(logits[:2], torch.tensor(expected["logits0"]), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("expected", RECORD["networks"], ids=NAMES)
def test_golden_losses(expected: dict[str, Any], batch: TrainingBatch) -> None:
    with torch.no_grad():
        logits = _filled(expected)(batch.images)[1][:2]
    same_arithmetic = torch.equal(logits, torch.tensor(expected["logits0"]))
    optimizer = OptimizerSpecification(RECORD["learning_rate"], RECORD["momentum"], 0.0, False, RECORD["weight_decay"])
    losses = expected["loss_trace"]
    curve = train_on_batch(_filled(expected), batch, optimizer, len(losses), RECORD["beta"])["curve"]
    assert curve[0] == pytest.approx(losses[0], rel=1e-5)
    if not same_arithmetic:
        pytest.skip("the convolutions of this processor round otherwise, which four steps may multiply")
    assert curve == pytest.approx(losses, rel=2e-3)
