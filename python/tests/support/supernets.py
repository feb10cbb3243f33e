"""What the tests of supernets and the script of their golden numbers share."""

from typing import Any, TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)

_TEMPERATURES = {"firstTemperature": 10.0, "lastTemperature": 0.1}
METHOD_OPTIONS: dict[str, dict[str, Any]] = {
    "darts-1": {},
    "darts-2": {},
    "gdas": {**_TEMPERATURES, "addsOthers": True},
    "snas": {**_TEMPERATURES, "resourceWeight": 0.0015, "dropPath": 0.3},
    "pc-darts": {"share": 4, "frozenEpochs": 1},
    "fairdarts": {"zeroOneWeight": 10, "threshold": 0.5},
    "fairnas": {"population": 4, "generations": 1},
    "drnas": {},
    "spos": {"population": 4, "generations": 1},
    "random": {"candidates": 4},
}
"""Options of each method, for a search of two epochs."""


def _randn(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def draw_alpha(edges: int, operations: int, seed: int) -> Tensor:
    """Architecture parameters of visible size, float64."""
    return _randn(seed, edges, operations)


def draw_images() -> Tensor:
    """A batch of 4 images of 16 pixels a side, float64."""
    return _randn(7, 4, 3, 16, 16)


def fill_parameters(network: Network) -> Network:
    """Fills all parameters, in their order, from one generator; the order is the same in the originals."""
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for parameter in network.parameters():
            values = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_(0.3 * values + (1.0 if parameter.dim() == 1 else 0.0))
    return network


def one_shot(method: str, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A search of a fraction of a second in the protocol's JSON, on digits; `changes` replace parts of the recipe."""
    recipe = {
        "epochs": 2,
        "batchSize": 16,
        "optimizer": {
            "learningRate": 0.025,
            "momentum": 0.9,
            "dampening": 0,
            "nesterov": True,
            "weightDecay": 0.0005,
            "gradientNorm": 5,
        },
        "minimumRate": 0.001,
        "ratePer": "step",
        "architecture": {"learningRate": 0.0003, "weightDecay": 0.001, "beta1": 0.5},
        "trainShare": 0.5,
        "images": 32,
        "judgedImages": 20,
        **changes,
    }
    return {
        "method": method,
        "options": options,
        "space": "nas-bench-201",
        "network": {"channels": 4, "cells": 1, "classes": 10, "resolution": 8},
        "dataset": "digits",
        "recipe": recipe,
    }
