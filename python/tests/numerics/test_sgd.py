"""Our gradient descent against torch's, to the last bit."""

import copy
import subprocess
import sys
from typing import Any

import pytest
import torch
from torch import nn

from rminas_sidecar.evaluation.sgd import Sgd, learning_rate
from rminas_sidecar.specification import CosineSpecification, OptimizerSpecification
from support.limits import scaled


class _Network(nn.Module):
    """Two layers that are used, and one that is not."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.unused = nn.Linear(6, 5), nn.Linear(5, 3, bias=False), nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x).tanh())


def _optimizer(**settings: Any) -> OptimizerSpecification:
    values = {"learning_rate": 0.1, "momentum": 0.9, "dampening": 0.0, "nesterov": False, "weight_decay": 0.01}
    return OptimizerSpecification(**{**values, **settings})


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"nesterov": True},
        {"dampening": 0.3},
        {"momentum": 0.0},
        {"weight_decay": 0.0},
        {"momentum": 0.0, "weight_decay": 0.0},
        {"gradient_norm": 0.05},
    ],
)
@pytest.mark.parametrize("foreach", [True, False])
def test_it_is_torch_to_the_last_bit(settings: dict[str, Any], foreach: bool) -> None:
    torch.manual_seed(0)
    network = _Network()
    reference = copy.deepcopy(network)
    optimizer = _optimizer(**settings)
    ours = Sgd(network.parameters(), optimizer)
    theirs = torch.optim.SGD(
        reference.parameters(),
        lr=optimizer.learning_rate,
        momentum=optimizer.momentum,
        dampening=optimizer.dampening,
        weight_decay=optimizer.weight_decay,
        nesterov=optimizer.nesterov,
        foreach=foreach,
    )
    for _ in range(5):
        x = torch.randn(7, 6)
        for model, forget in ((network, ours.forget_gradients), (reference, theirs.zero_grad)):
            forget()
            model(x).square().mean().backward()
        if optimizer.gradient_norm is not None:
            nn.utils.clip_grad_norm_(reference.parameters(), optimizer.gradient_norm)
        ours.step()
        theirs.step()
    for (name, parameter), expected in zip(network.named_parameters(), reference.parameters(), strict=True):
        assert torch.equal(parameter, expected), name


def test_the_cosine_is_torchs() -> None:
    optimizer = _optimizer(cosine=CosineSpecification(updates=7, minimum=0.02))
    theirs = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=optimizer.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(theirs, 7, 0.02)
    for update in range(20):
        assert learning_rate(optimizer, update) == pytest.approx(schedule.get_last_lr()[0], rel=1e-9)
        theirs.step()
        schedule.step()


def test_without_gradients_nothing_happens() -> None:
    network = _Network()
    before = copy.deepcopy(network.state_dict())
    Sgd(network.parameters(), _optimizer()).step()
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_an_evaluation_imports_only_what_it_needs() -> None:
    """Each of them would be a second of a worker's first evaluation."""
    program = """
import sys
from rminas_sidecar.evaluation.session import Session
specification = {
    "space": "nas-bench-201", "network": {"channels": 4, "cells": 1, "classes": 10, "resolution": 8},
    "dataset": "digits", "batch": {"size": 8, "pool": 16, "selection": "lowest-teacher-loss"},
    "teacher": {"architecture": "digits-resnet", "mode": "train"},
    "optimizer": {"learningRate": 0.1, "momentum": 0.9, "dampening": 0, "nesterov": False, "weightDecay": 0.0005},
    "steps": 3, "beta": 0.8, "seed": 5, "backend": "native", "arithmetic": "fast", "precision": "float32",
}
session = Session.prepare(specification, {"dataset": None, "teacher": None}, "cpu")
session.evaluate("|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|avg_pool_3x3~1|nor_conv_1x1~2|", 1)
session.measure("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|", 1, ["flops", "az-trainability"])
unneeded = ("torch._dynamo", "torch._inductor", "torch.fx.experimental.symbolic_shapes", "sympy", "sklearn", "scipy")
print([name for name in unneeded if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=scaled(120))
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
