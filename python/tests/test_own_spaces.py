"""Spaces of the user: networks that a Python function builds, and everything that it can do wrong."""

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.plugins.loading import load_plugins
from support.evaluations import evaluate_body, measure_body, prepare_body, score, values_of
from support.limits import scaled

EXAMPLES = Path(__file__).parents[2] / "examples"
NETWORK = {"channels": 4, "cells": 1, "classes": 10, "resolution": 8}
BUILDER = """\
import itertools
import random
import time

import numpy
import torch

CALLS = itertools.count()


class Network(torch.nn.Module):
    def __init__(self, kind, classes):
        super().__init__()
        self.kind = kind
        self.one = torch.nn.Conv2d(3, 4, 1)
        self.two = torch.nn.Conv2d(4, 4, 1)
        self.three = torch.nn.Conv2d(4, 4, 1)
        self.idle = torch.nn.Linear(1, 1)
        self.head = torch.nn.Linear(4, classes + (kind == "classes"))

    def forward(self, images):
        if self.kind == "late":
            raise KeyError("layer")
        if self.kind == "exit":
            raise SystemExit(0)
        x = self.three(self.two(self.one(images)))
        logits = self.head(x.mean((2, 3)))
        return {"logits": logits} if self.kind == "dict" else logits


def build(choices, classes, resolution):
    kind = choices["kind"]
    if kind == "raise":
        raise ValueError("no such block")
    if kind == "none":
        return None
    if kind == "sleep":
        time.sleep(1000)
    if kind == "loop":
        while True:
            try:
                while True: pass
            except Exception:
                pass
    network = Network(kind, classes)
    if kind == "frozen":
        network.requires_grad_(False)
    if kind == "script":
        return torch.jit.script(torch.nn.Linear(1, 1))
    if kind == "two":
        return network, [network.one, network.two]
    if kind == "foreign":
        return network, [network.one, network.two, torch.nn.Linear(1, 1)]
    if kind == "unknown":
        return network, ["one", "two", "four"]
    if kind == "uncalled":
        return network, [network.one, network.two, network.idle]
    if kind == "generators":
        torch.nn.init.constant_(network.one.bias, random.random() + numpy.random.rand())
    return network


def build_without_stages(choices, classes, resolution):
    return Network(choices["kind"], classes)


def build_unseeded(choices, classes, resolution):
    network = Network("fine", classes)
    torch.nn.init.constant_(network.one.bias, next(CALLS))
    return network
"""
SECONDS = round(scaled(0.2))
"""The limit of a building function. All kinds but two keep within it on a busy machine too."""

KINDS = [
    *("fine", "raise", "none", "sleep", "loop", "late", "exit", "classes", "dict", "frozen", "script", "two"),
    *("foreign", "unknown", "uncalled", "generators"),
]


def own_space(name: str, builder: Path, slots: dict[str, Sequence[Any]], **changes: Any) -> str:
    """The argument that the controller makes of a YAML file."""
    first = ",".join(f"{slot}={choices[0]}" for slot, choices in slots.items())
    return json.dumps(
        {
            "space": name,
            "file": f"/own/{name}.yaml",
            "build": {
                "file": str(builder),
                "sha256": hashlib.sha256(builder.read_bytes()).hexdigest(),
                "function": changes.pop("function", "build"),
            },
            "slots": [
                {"name": slot, "choices": choices, "texts": [str(choice) for choice in choices]}
                for slot, choices in slots.items()
            ],
            "stages": ["one", "two", "three"],
            "seconds": SECONDS,
            "probes": [first],
            **changes,
        }
    )


@pytest.fixture(scope="module")
def sidecar(module_launcher: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A sidecar with one worker and several spaces; those that can be used are prepared."""
    builder = tmp_path_factory.mktemp("own") / "network.py"
    builder.write_text(BUILDER)
    kinds = {"kind": KINDS}
    vit = {"patch": [2, 4], "width": [16, 24, 32], "heads": [1, 2, 4], "depth": [3, 4, 6]}
    spaces = [
        own_space("mixed", builder, kinds, probes=["kind=raise", "kind=none", "kind=fine"]),
        own_space("hopeless", builder, kinds, probes=["kind=raise", "kind=none"]),
        own_space("unseeded", builder, {"kind": ["fine", "late"]}, function="build_unseeded"),
        own_space("stageless", builder, {"kind": ["fine", "late"]}, function="build_without_stages", stages=None),
        own_space("vit", EXAMPLES / "vit_space.py", vit, stages=None, seconds=60),
    ]
    sidecar = module_launcher.start_fork("--workers", "1", *(word for space in spaces for word in ("--plugin", space)))
    available = sidecar.receive("hello")["body"]["available"]
    assert {"mixed", "vit"} <= set(available["spaces"])
    sidecar.builder, sidecar.proxies = builder, available["proxies"]
    return sidecar


def prepare(sidecar: Any, space: str) -> tuple[str, dict[str, Any]]:
    """The digest under which a space was prepared, and the reply."""
    digest = space.encode().hex().ljust(64, "0")
    return digest, sidecar.ask("prepare", prepare_body(space=space, network=NETWORK, digest=digest))


@pytest.fixture(scope="module")
def mixed(sidecar: Any) -> str:
    digest, reply = prepare(sidecar, "mixed")
    assert reply["type"] == "prepared", reply
    failed = "Some architectures fail and count as infinite loss: The function build of "
    shapes, *failures = reply["body"]["notes"]
    assert shapes == (
        "The stages of kind=fine that are compared with the teacher's have the shapes 4 × 8 × 8, 4 × 8 × 8, 4 × 8 × 8."
    )
    assert [failure.startswith(failed) for failure in failures] == [True, True]
    return digest


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("raise", 'failed: ValueError: no such block ({file}, line {line}: raise ValueError("no such block"))'),
        ("none", "returned NoneType None, not a torch.nn.Module"),
        ("sleep", "took more than {seconds} s ({file}, line {line}: time.sleep(1000))"),
        ("loop", "took more than {seconds} s ({file}, line {line}: while True: pass)"),
        ("late", "failed: KeyError: 'layer' ({file}, line {line}: raise KeyError(\"layer\"))"),
        ("exit", "failed: SystemExit: 0 ({file}, line {line}: raise SystemExit(0))"),
        (
            "classes",
            "returned a network that answers a tensor of shape 1 × 11 as logits, not a tensor of shape 1 × 10 "
            "(with the stages one, two, three)",
        ),
        ("frozen", "returned a network without parameters to train"),
        ("script", "returned a module of TorchScript, not an ordinary torch.nn.Module"),
        ("two", "returned a list of 2 as stages, not 3 modules or their names"),
        ("unknown", "returned a network without the stage 'four'; its modules are one, two, three, idle, head"),
        ("uncalled", "failed: LookupError: the network did not call its stage idle"),
    ],
)
def test_an_architecture_that_cannot_be_used_fails_alone(sidecar: Any, mixed: str, kind: str, problem: str) -> None:
    reply = sidecar.ask("evaluate", evaluate_body(1, mixed, f"kind={kind}"))
    body = reply["body"]
    assert (reply["type"], body.get("code"), body.get("traceback")) == ("error", "architecture-failed", None), reply
    quoted = [(len(line), number) for number, line in enumerate(BUILDER.splitlines(), 1) if line.strip() in problem]
    told = problem.format(file=sidecar.builder, seconds=SECONDS, line=max(quoted)[1])
    assert body["message"] == f"The function build of {sidecar.builder} {told}, for kind={kind}."
    assert body["nextSteps"] == [f"Correct {sidecar.builder}."]


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("foreign", "returned a network without the stage Linear Linear(in_features=1, out_features=1, bias=True)"),
        ("dict", "returned a network that answers dict {'logits': tensor("),
    ],
)
def test_a_wrong_answer_is_shown(sidecar: Any, mixed: str, kind: str, part: str) -> None:
    reply = sidecar.ask("evaluate", evaluate_body(1, mixed, f"kind={kind}"))
    assert reply["body"]["code"] == "architecture-failed"
    assert part in reply["body"]["message"]


def test_the_seed_decides_every_weight(sidecar: Any, mixed: str) -> None:
    one, again, other = (
        score(sidecar.ask("evaluate", evaluate_body(seed, mixed, "kind=generators"))) for seed in (1, 1, 2)
    )
    assert one == again
    assert one["curve"][0] != other["curve"][0]


def test_a_genotype_must_be_of_the_space(sidecar: Any, mixed: str) -> None:
    for genotype in ("kind=foo", "kond=fine", "kind=fine,kind=fine", "nonsense"):
        reply = sidecar.ask("evaluate", evaluate_body(1, mixed, genotype))
        assert reply["body"].get("code") == "invalid-genotype", reply


@pytest.mark.parametrize(
    ("space", "problem"),
    [
        ("hopeless", "None of 2 networks of the space hopeless can be used. The function build of {file} failed: Val"),
        ("unseeded", "The space unseeded builds other weights from the same seed (one.bias of kind=fine)."),
        (
            "stageless",
            "None of 1 networks of the space stageless can be used. The function build_without_stages of {file} "
            "returned a network that answers a tensor of shape 8 × 10 instead of (features of 3 stages, logits) (name ",
        ),
    ],
)
def test_a_space_that_cannot_be_used_is_refused_before_an_evaluation(sidecar: Any, space: str, problem: str) -> None:
    _, reply = prepare(sidecar, space)
    assert (reply["type"], reply["body"].get("code")) == ("error", "plugin-failed"), reply
    assert reply["body"]["message"].startswith(problem.format(file=sidecar.builder))


def test_transformers_are_trained_and_measured_by_every_proxy(sidecar: Any) -> None:
    digest, reply = prepare(sidecar, "vit")
    assert reply["body"]["notes"][0].endswith("have the shapes 16 × 16, 16 × 16, 16 × 16.")
    genotype = "patch=4,width=24,heads=2,depth=4"
    evaluation = score(sidecar.ask("evaluate", evaluate_body(1, digest, genotype)))
    assert len(evaluation["cka"]) == 3
    assert all(0 < cka < 1 for cka in evaluation["cka"])
    values = values_of(sidecar.ask("measure", measure_body(sidecar.proxies, 1, digest, genotype)))
    assert {proxy for proxy, value in values.items() if value is None or not math.isfinite(value)} == set()


def test_a_file_that_changed_meanwhile_is_not_loaded(tmp_path: Path) -> None:
    builder = tmp_path / "network.py"
    builder.write_text(BUILDER)
    source = own_space("changed", builder, {"kind": ["fine", "late"]})
    builder.write_text(f"{BUILDER}# Changed.\n")
    with pytest.raises(
        SidecarError, match=r"^The space file /own/changed.yaml cannot be loaded: \S+network.py has changed"
    ):
        load_plugins([source])


def test_the_costs_of_a_network_that_cannot_be_built_are_unknown(sidecar: Any) -> None:
    specification = prepare_body(space="mixed", network=NETWORK, digest="0" * 64)["specification"]

    def ask(*kinds: str) -> dict[str, Any]:
        body = {
            "specification": specification,
            "genotypes": [f"kind={kind}" for kind in kinds],
            "latency": {"batch": 2},
        }
        return sidecar.ask("costs", body)  # type: ignore[no-any-return]

    unknown = {"params": None, "flops": None, "latency": None}
    fine, raising, late = ask("fine", "raise", "late")["body"]["costs"]
    assert (raising, late) == (unknown, unknown)
    # Convolutions of 3 × 4, 4 × 4 and 4 × 4 weights on 8 × 8 pixels, and linear layers, of which one is idle.
    assert (fine["params"], fine["flops"]) == (16 + 20 + 20 + 2 + 50, (64 * (12 + 16 + 16) + 40) / 1e6)
    assert fine["latency"] > 0
    assert ask(*["raise"] * 16)["body"]["code"] == "architecture-failed"
