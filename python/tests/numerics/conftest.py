"""What the tests of the numbers share: one thread, the golden numbers, the real data, and a small specification."""

import copy
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from support.golden import read_arrays
from support.retraining import RETRAINING

# Settings of one evaluation that takes a fraction of a second.
_SPECIFICATION: dict[str, Any] = {
    "space": "nas-bench-201",
    "network": {"channels": 4, "cells": 1, "classes": 10, "resolution": 8},
    "dataset": "digits",
    "batch": {"size": 16, "pool": 64, "selection": "lowest-teacher-loss"},
    "teacher": {"architecture": "digits-resnet", "mode": "train"},
    "optimizer": {"learningRate": 0.1, "momentum": 0.9, "dampening": 0, "nesterov": False, "weightDecay": 0.0005},
    "steps": 6,
    "beta": 0.8,
    "seed": 5,
    "backend": "native",
    "arithmetic": "plain",
    "precision": "float32",
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def golden() -> Callable[[str], dict[str, Tensor]]:
    """Reads an .npz file of golden arrays, float16 as float32."""
    return read_arrays


@pytest.fixture
def specification() -> Callable[..., dict[str, Any]]:
    """A specification in the protocol's JSON; `specification(steps=3, network={"cells": 2})` changes parts of it."""

    def build(**changes: Any) -> dict[str, Any]:
        body = copy.deepcopy(_SPECIFICATION)
        for key, value in changes.items():
            body[key] = {**body[key], **value} if isinstance(value, dict) else value
        return body

    return build


_DARTS_CELL = (
    "[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), "
    "('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)]"
)
_DARTS_REDUCTION = (
    "[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), "
    "('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)]"
)


@pytest.fixture
def retraining() -> Callable[..., dict[str, Any]]:
    """A retraining in the protocol's JSON; `retraining(recipe={"epochs": 2})` changes parts of it."""

    def build(**changes: Any) -> dict[str, Any]:
        body = copy.deepcopy(RETRAINING)
        for key, value in changes.items():
            body[key] = {**body[key], **value} if isinstance(value, dict) else value
        return body

    return build


@pytest.fixture
def darts() -> Callable[..., dict[str, Any]]:
    """The changes that make it one of a tiny DARTS network, DARTS's own second-order cells; named are the recipe's."""

    def changes(**recipe: Any) -> dict[str, Any]:
        sgd = {"learningRate": 0.025, "momentum": 0.9, "dampening": 0, "nesterov": False, "weightDecay": 0.0003}
        return {
            "space": "darts",
            "genotype": f"Genotype(normal={_DARTS_CELL}, normal_concat=[2, 3, 4, 5], "
            f"reduce={_DARTS_REDUCTION}, reduce_concat=[2, 3, 4, 5])",
            "network": {"channels": 4, "cells": 3},
            "recipe": {
                "epochs": 2,
                "optimizer": {**sgd, "gradientNorm": 5},
                "dropPath": 0.2,
                "auxiliaryWeight": 0.4,
                **recipe,
            },
        }

    return changes


@pytest.fixture
def shipped() -> dict[str, None]:
    """Assets that ship with the package."""
    return {"dataset": None, "teacher": None}


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with CIFAR-10 and the ResNet-20 checkpoint."""
    folder = os.environ.get("RMINAS_TEST_DATA")
    if not folder:
        pytest.skip("RMINAS_TEST_DATA does not name a folder with real CIFAR-10 images and the ResNet-20 checkpoint")
    return Path(folder)


@pytest.fixture(scope="session")
def real_cifar10(real_data: Path) -> dict[str, str]:
    """The assets of a session on CIFAR-10 with the published teacher."""
    return {
        "dataset": str(real_data / "cifar-10-batches-py"),
        "teacher": str(real_data / "teachers" / "resnet20-12fca82f.th"),
    }
