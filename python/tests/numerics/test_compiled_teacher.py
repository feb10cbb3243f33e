"""The program of a teacher beside torch, and the choice of the batch by it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.data import batch
from rminas_sidecar.data.batch import Estimate
from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.specification import BatchSpecification
from rminas_sidecar.teachers.cifar_resnet import CifarResNet
from rminas_sidecar.teachers.compiled import estimate_logits
from support.kernels import require

Build = Callable[..., dict[str, Any]]
CHOICE = BatchSpecification(4, 12, "lowest-teacher-loss")


def _teacher(blocks: int, seed: int = 1) -> CifarResNet:
    torch.manual_seed(seed)
    teacher = CifarResNet(blocks, 10).requires_grad_(False)
    for module in teacher.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
    return teacher.train()


@pytest.mark.parametrize(("blocks", "count", "height", "width"), [(1, 24, 32, 16), (3, 13, 16, 16)])
def test_logits_are_those_of_torch_within_the_error(blocks: int, count: int, height: int, width: int) -> None:
    teacher, images = _teacher(blocks), torch.randn(count, 3, height, width)
    logits, error = require(estimate_logits(teacher, images))
    _, expected = teacher(images)
    assert 0 < error < 1e-4 * expected.abs().max()
    assert (logits - expected).abs().max() < error / 5


def test_other_teachers_and_images_have_no_program() -> None:
    teacher, images = _teacher(1), torch.randn(8, 3, 16, 16)
    require(estimate_logits(teacher, images))
    assert estimate_logits(nn.Sequential(teacher), images) is None
    assert estimate_logits(teacher, images[:7]) is None
    assert estimate_logits(teacher, torch.randn(8, 3, 16, 24)) is None
    assert estimate_logits(teacher.eval(), images) is None


def test_a_program_that_differs_from_torch_is_not_used() -> None:
    teacher, images = _teacher(1), torch.randn(8, 3, 16, 16)
    teacher.bn1.eps = 1e-2
    assert estimate_logits(teacher, images) is None


class _Asked:
    """A teacher that knows the logits of the drawn images, and counts how often it is asked."""

    def __init__(self, logits: Tensor) -> None:
        self.count = 0
        self._logits = logits

    def __call__(self, _images: Tensor) -> tuple[list[Tensor], Tensor]:
        self.count += 1
        return [], self._logits


@pytest.mark.parametrize(
    ("margins", "changes", "asked"),
    [
        ([5, 1, 4, 2, 3, 0], 0.001, False),
        # The third and the fourth may be exchanged; so may the last one kept and the next one.
        ([5, 1, 4, 4.001, 3, 0], 0.001, True),
        ([5, 2, 4, 3, 2.001, 1], 0.001, True),
        # Those after the next one may be exchanged.
        ([5, 4, 3, 2, 1, 1.001], 0.0001, False),
        # Losses of zero are equal, so the first images are kept.
        ([30, 0, 40, 30, 30.001, 50], 0.001, False),
        # The loss of the first image is zero, or the least positive number.
        ([16.64, 0, 40, 30, 31, 50], 0.01, True),
    ],
)
def test_the_teacher_is_asked_where_errors_could_change_the_choice(
    margins: list[float], changes: float, asked: bool
) -> None:
    estimated = torch.stack([torch.tensor(margins), torch.zeros(6)], 1)
    exact = estimated + changes * torch.tensor([[1, -1], [-1, 1]]).repeat(3, 1)
    teacher, images, labels = _Asked(exact), torch.arange(6.0), torch.zeros(6, dtype=torch.int64)
    expected = batch.select(images, labels, teacher, CHOICE)
    assert teacher.count == 1
    chosen = batch.select(images, labels, teacher, CHOICE, lambda _: Estimate(estimated, changes))
    assert torch.equal(chosen[0], expected[0])
    assert teacher.count == 1 + asked


def test_the_teacher_is_asked_where_no_program_answers_numbers() -> None:
    logits = torch.randn(6, 2)
    for estimate in (None, Estimate(logits * torch.nan, 0.1)):
        teacher = _Asked(logits)
        batch.select(torch.arange(6.0), torch.zeros(6, dtype=torch.int64), teacher, CHOICE, lambda _, it=estimate: it)
        assert teacher.count == 1


def test_the_batch_does_not_depend_on_the_arithmetic(specification: Build, real_cifar10: dict[str, str]) -> None:
    body = specification(
        dataset="cifar10",
        network={"channels": 8, "resolution": 32},
        batch={"size": 8, "pool": 128},
        teacher={"architecture": "resnet20", "mode": "train"},
    )
    plain, compiled = (
        Session.prepare({**body, "arithmetic": arithmetic}, real_cifar10, "cpu") for arithmetic in ("plain", "compiled")
    )
    assert compiled.report() == plain.report()
    for ours, theirs in zip(compiled.prepared.reference, plain.prepared.reference, strict=True):
        assert torch.equal(ours, theirs)
