"""Mixed precision, early stopping and distillation of retrainings."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.data.datasets import find_dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.checkpoints import read_checkpoint
from rminas_sidecar.retraining.distillation import Distillation, prepare_distillation
from rminas_sidecar.retraining.images import dataset_of
from rminas_sidecar.retraining.network import training_loss
from rminas_sidecar.retraining.recipe import DistillationRecipe, Retraining
from rminas_sidecar.retraining.retrain import has_stalled, retrain
from rminas_sidecar.specification import TeacherSpecification
from support.retraining import quiet, request_for

Build = Callable[..., dict[str, Any]]
CPU = torch.device("cpu")
TEACHER = TeacherSpecification("digits-resnet", "eval")


class Recording(nn.Module):
    """Answers logits, and keeps the type that its convolution computed in."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 10, 3)
        self.computed: torch.dtype | None = None

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        x = self.conv(images)
        self.computed = x.dtype
        return [x, x, x], x.mean((2, 3))


@pytest.mark.parametrize(("precision", "computed"), [("float32", torch.float32), ("bf16", torch.bfloat16)])
def test_mixed_precision_computes_the_network_and_not_the_loss(
    retraining: Build, precision: str, computed: torch.dtype
) -> None:
    recipe = Retraining.from_dict(retraining(recipe={"precision": precision}), 1).recipe
    network = Recording()
    loss = training_loss(network, torch.randn(4, 3, 8, 8), torch.arange(4), recipe)
    loss.backward()  # type: ignore[no-untyped-call]
    assert network.computed == computed
    assert loss.dtype == torch.float32
    assert network.conv.weight.grad is not None
    assert network.conv.weight.grad.dtype == torch.float32


def test_a_bf16_retraining_keeps_float32_weights(retraining: Build, tmp_path: Path) -> None:
    body = retraining(recipe={"precision": "bf16", "epochs": 2})
    answer = retrain(request_for(body, tmp_path / "c.pt"), CPU, quiet)
    assert len(answer["epochs"]) == 2
    content = read_checkpoint(tmp_path / "c.pt", "It", [], 1 << 30)
    assert isinstance(content, dict)
    state = content["state_dict"]
    assert {value.dtype for value in state.values() if value.is_floating_point()} == {torch.float32}


@pytest.mark.parametrize(
    ("accuracies", "patience", "stalled"),
    [
        ([], 1, False),
        ([0.5], 1, False),
        ([0.5, 0.5], 1, True),
        ([0.5, 0.6, 0.4, 0.59], 2, True),
        ([0.5, 0.6, 0.4], 2, False),
        ([0.5, None, None, 0.4], 2, False),
        ([0.5, None, 0.4, None, 0.3], 2, True),
        ([0.5, 0.4, 0.3], None, False),
    ],
)
def test_patience_counts_measurements(accuracies: list[float | None], patience: int | None, stalled: bool) -> None:
    assert has_stalled([{"accuracy": accuracy} for accuracy in accuracies], patience) is stalled


def test_a_stalled_retraining_ends_with_a_measurement_and_a_note(retraining: Build, tmp_path: Path) -> None:
    # At this rate nothing is learned.
    sgd = {"learningRate": 1e-12, "momentum": 0, "dampening": 0, "nesterov": False, "weightDecay": 0}
    body = retraining(recipe={"epochs": 50, "optimizer": sgd, "patience": 2, "measureEvery": 1})
    answer = retrain(request_for(body, tmp_path / "c.pt"), CPU, quiet)
    assert len(answer["epochs"]) < 50
    assert answer["epochs"][-1]["accuracy"] is not None
    assert "2 measurements in a row" in answer["notes"][-1]


def test_the_loss_of_a_distillation_is_hintons() -> None:
    torch.manual_seed(0)
    logits, taught = torch.randn(5, 10), torch.randn(5, 10)
    digits = find_dataset("digits", 8, 10)
    distillation = Distillation(DistillationRecipe(0.3, 2.0, TEACHER), lambda _: ([], taught), digits, digits)
    labels = torch.tensor(1.5)
    p, q = (functional.softmax(value.double() / 2, 1) for value in (taught, logits))
    expected = 0.7 * 1.5 + 0.3 * 4 * (p * (p.log() - q.log())).sum(1).mean()
    assert torch.isclose(distillation.mix(labels, logits, torch.zeros(5, 3, 8, 8)).double(), expected)


def test_the_teacher_sees_images_in_its_own_normalisation(retraining: Build) -> None:
    seen: list[Tensor] = []

    def teacher(images: Tensor) -> tuple[list[Tensor], Tensor]:
        seen.append(images)
        return [], torch.zeros(2, 10)

    digits = find_dataset("digits", 8, 10)
    own = replace(digits, mean=(0.1, 0.2, 0.3), deviation=(0.5, 0.6, 0.7))
    pixels = torch.randint(0, 17, (2, 3, 8, 8), dtype=torch.uint8)
    distillation = Distillation(DistillationRecipe(1.0, 1.0, TEACHER), teacher, own, digits)
    distillation.mix(torch.tensor(0.0), torch.zeros(2, 10), own.normalise(pixels))
    assert torch.allclose(seen[0], digits.normalise(pixels), atol=1e-6)


def test_a_network_learns_from_the_teacher_alone(retraining: Build, tmp_path: Path) -> None:
    teacher = {"architecture": "digits-resnet", "mode": "eval"}
    body = retraining(recipe={"epochs": 3, "distillation": {"weight": 1, "temperature": 4, "teacher": teacher}})
    answer = retrain({**request_for(body, tmp_path / "c.pt"), "teacher": {"teacher": None}}, CPU, quiet)
    losses = [epoch["loss"] for epoch in answer["epochs"]]
    assert losses[-1] < losses[0]
    assert answer["epochs"][-1]["accuracy"] > 0.2


def test_an_unknown_teacher_is_refused(retraining: Build) -> None:
    teacher = {"architecture": "nobody", "mode": "eval"}
    body = retraining(recipe={"distillation": {"weight": 1, "temperature": 4, "teacher": teacher}})
    spec = Retraining.from_dict(body, 1)
    with pytest.raises(SidecarError, match="nobody"):
        prepare_distillation(spec, dataset_of(spec), None, CPU)
