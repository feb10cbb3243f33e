"""Proxies of XNAS's networks and of ours: those look into a network, which is the original's then."""

from typing import Any

import pytest

from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.networks import darts_genotype, nas_bench_201, nas_bench_macro, proxyless
from rminas_sidecar.proxies import PROXIES

EXAMPLES = {
    "nas-bench-201": nas_bench_201.EXAMPLE,
    "darts": darts_genotype.EXAMPLE,
    "nas-bench-macro": nas_bench_macro.EXAMPLE,
    "proxyless": proxyless.EXAMPLE,
}
# Of nas-bench-macro the original is the supernet: it has all blocks' weights, and none that can be told to be its own.
_OF_THE_SUPERNET = {"params", "l2-norm", "zen", "az-expressivity", "az-progressivity", "az-trainability"}


@pytest.mark.parametrize("space", EXAMPLES)
def test_a_proxy_does_not_depend_on_whose_network_it_is(space: str, comparisons: Any) -> None:
    measured = []
    for backend in ("native", "xnas"):
        session = Session.prepare(_specification(space, backend), {"dataset": None, "teacher": None}, "cpu")
        values = session.measure(EXAMPLES[space], 3, list(PROXIES))["values"]
        measured.append({value["proxy"]: value["value"] for value in values})
    ours, theirs = measured
    for name in PROXIES:
        if space == "nas-bench-macro" and name in _OF_THE_SUPERNET:
            assert ours[name] != theirs[name] is not None
        else:
            comparisons.close(f"proxies of {space}", ours[name], theirs[name], 1e-4)


def _specification(space: str, backend: str) -> dict[str, Any]:
    return {
        "space": space,
        "network": {"channels": 4, "cells": 3, "classes": 10, "resolution": 8},
        "dataset": "digits",
        "batch": {"size": 16, "pool": 64, "selection": "lowest-teacher-loss"},
        "teacher": {"architecture": "digits-resnet", "mode": "train"},
        "optimizer": {"learningRate": 0.01, "momentum": 0.9, "dampening": 0, "nesterov": False, "weightDecay": 0.0005},
        "steps": 2,
        "beta": 0.8,
        "seed": 5,
        "backend": backend,
        "arithmetic": "plain",
        "precision": "float32",
    }
