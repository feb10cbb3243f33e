"""A training whose steps are recorded is the same training."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from rminas_sidecar.evaluation.trainer import train_on_batch
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE, NasBench201Network
from rminas_sidecar.objective.observation import TrainingBatch
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.specification import OptimizerSpecification
from support.recorders import OperationRecorder

Golden = Callable[[str], dict[str, Tensor]]


@pytest.mark.parametrize("settings", [{}, {"dampening": 0.3}, {"nesterov": True}, {"gradient_norm": 0.5}])
def test_recorded_steps_give_the_same_curve(golden: Golden, settings: dict[str, Any]) -> None:
    arrays = golden("batch.npz")
    teacher = RepresentationLoss([arrays[f"teacher_{stage}"] for stage in range(3)])
    batch = TrainingBatch(arrays["x"], arrays["y"], teacher)
    values = {"momentum": 0.9, "dampening": 0.0, "nesterov": False, "weight_decay": 5e-4, **settings}
    optimizer = OptimizerSpecification(learning_rate=0.1, **values)
    recorded = OperationRecorder()
    answers = []
    for recorder in (None, recorded):
        torch.manual_seed(0)
        network = NasBench201Network(EXAMPLE, 4, 1, 10)
        answers.append(train_on_batch(network, batch, optimizer, 5, 0.8, recorder=recorder))
    assert answers[0] == answers[1]
    assert recorded.calls == ["rehearse", "record", "repeat", "repeat", "repeat"]
