"""Messages of evaluations that take milliseconds, and the comparable part of their answers."""

from collections.abc import Sequence
from typing import Any

DIGEST = "ab" * 32
GENOTYPE = "|nor_conv_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|skip_connect~0|none~1|avg_pool_3x3~2|"


def prepare_body(steps: int = 3, digest: str = DIGEST, **changes: Any) -> dict[str, Any]:
    """A specification that is prepared and evaluated in milliseconds."""
    specification = {
        "space": "nas-bench-201",
        "network": {"channels": 2, "cells": 1, "classes": 10, "resolution": 8},
        "dataset": "digits",
        "batch": {"size": 8, "pool": 32, "selection": "lowest-teacher-loss"},
        "teacher": {"architecture": "digits-resnet", "mode": "train"},
        "optimizer": {"learningRate": 0.025, "momentum": 0.9, "dampening": 0, "nesterov": True, "weightDecay": 0.0005},
        "steps": steps,
        "beta": 0.8,
        "seed": 1,
        "backend": "native",
        "arithmetic": "plain",
        "precision": "float32",
        **changes,
    }
    return {"digest": digest, "specification": specification, "assets": {"dataset": None, "teacher": None}}


def evaluate_body(seed: int = 5, digest: str = DIGEST, genotype: str = GENOTYPE) -> dict[str, Any]:
    return {"digest": digest, "genotype": genotype, "seed": seed}


def measure_body(
    proxies: Sequence[str], seed: int = 5, digest: str = DIGEST, genotype: str = GENOTYPE
) -> dict[str, Any]:
    return {
        "digest": digest,
        "architectures": [{"genotype": genotype, "seed": seed}],
        "proxies": list(proxies),
    }


def values_of(reply: dict[str, Any]) -> dict[str, float | None]:
    """The values of the one architecture that was measured, by proxy."""
    assert reply["type"] == "measured", reply
    [measurement] = reply["body"]["measurements"]
    return {it["proxy"]: it["value"] for it in measurement["values"]}


def score(reply: dict[str, Any]) -> dict[str, Any]:
    """An evaluation's answer without its seconds."""
    assert reply["type"] == "evaluated", reply
    return {key: value for key, value in reply["body"].items() if key != "seconds"}
