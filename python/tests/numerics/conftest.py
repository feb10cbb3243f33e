"""What the tests of the numbers share: one thread, the golden numbers, the real data, and a small specification."""

import copy
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden"

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

    def load(name: str) -> dict[str, Tensor]:
        with np.load(GOLDEN / name) as arrays:
            tensors = {key: torch.from_numpy(np.array(arrays[key])) for key in arrays.files}
        return {key: value.float() if value.dtype == torch.float16 else value for key, value in tensors.items()}

    return load


@pytest.fixture(scope="session")
def golden_networks() -> list[dict[str, Any]]:
    networks: list[dict[str, Any]] = json.loads((GOLDEN / "nb201.json").read_text())["nb201"]
    return networks


@pytest.fixture
def specification() -> Callable[..., dict[str, Any]]:
    """A specification in the protocol's JSON; `specification(steps=3, network={"cells": 2})` changes parts of it."""

    def build(**changes: Any) -> dict[str, Any]:
        body = copy.deepcopy(_SPECIFICATION)
        for key, value in changes.items():
            body[key] = {**body[key], **value} if isinstance(value, dict) else value
        return body

    return build


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
