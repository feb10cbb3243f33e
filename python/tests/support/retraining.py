"""What the tests of retrainings share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

RETRAINING: dict[str, Any] = {
    "space": "nas-bench-201",
    "genotype": "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|",
    "network": {"channels": 2, "cells": 1, "classes": 10, "resolution": 8},
    "dataset": "digits",
    "recipe": {
        "epochs": 4,
        "batchSize": 256,
        "optimizer": {"learningRate": 0.1, "momentum": 0.9, "dampening": 0, "nesterov": True, "weightDecay": 0.0005},
        "schedule": {"policy": "cosine", "warmup": {"epochs": 0, "factor": 1}, "minimum": 0},
        "labelSmoothing": 0,
        "dropPath": 0,
        "auxiliaryWeight": 0,
        "cutout": 2,
        "measureEvery": 1,
    },
}
"""A whole retraining of a fraction of a second: real digits, and what NAS-Bench-201 does with CIFAR-10."""


class Interrupted(Exception):
    """Stands for any interruption of a training."""


def quiet(_done: float, _total: float, _note: str) -> None:
    return


def request_for(body: dict[str, Any], checkpoint: Path, seed: int = 1) -> dict[str, Any]:
    return {"retraining": body, "seed": seed, "dataset": None, "checkpoint": str(checkpoint)}


def essence(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without seconds and the resumed epoch."""
    epochs = [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in answer["epochs"]]
    return {**answer, "epochs": epochs, "resumedFrom": None}


def _tensors(value: object) -> Iterator[Tensor]:
    """All tensors of a checkpoint, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


def bits(checkpoint: Path) -> list[bytes]:
    """The bytes of every tensor, weights, running statistics and momentum."""
    content = torch.load(checkpoint, weights_only=True)
    found = [tensor.numpy().tobytes() for tensor in _tensors(content)]
    assert len(found) > 2 * len(list(_tensors(content["optimizer"])))
    return found
