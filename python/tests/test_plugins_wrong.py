"""The functions of a plugin that do the wrong thing: each error names the function and the plugin."""

from typing import Any

import pytest

from support.evaluations import DIGEST, evaluate_body, measure_body, prepare_body

WRONG = """\
import torch
from rminas_sidecar.plugins import *

@register_space("wrong", slots={"kind": ["none", "raise", "logits", "stages", "late"]})
def build_wrong(choices, size):
    kind = choices["kind"]
    if kind == "none":
        return None
    if kind == "raise":
        raise RuntimeError("no such block")
    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(3, size.classes)
        def forward(self, images):
            features = [images] * (2 if kind == "stages" else 3)
            if kind == "late":
                raise KeyError("layer")
            return features, self.layer(images.mean((2, 3))) if kind != "logits" else images
    return Network()

@register_dataset("floats", classes=2, resolution=4, mean=(0, 0, 0), deviation=(1, 1, 1))
def read_floats(folder, held_out):
    return torch.zeros(9, 3, 4, 4), torch.zeros(9, dtype=torch.int64)

@register_dataset("labels", classes=2, resolution=4, mean=(0, 0, 0), deviation=(1, 1, 1))
def read_labels(folder, held_out):
    return torch.zeros(9, 3, 4, 4, dtype=torch.uint8), torch.arange(9)

@register_teacher("nothing", classes=10, trained=True)
def make_nothing(classes):
    return "a teacher"

@register_proxy("text", direction="higher")
def measure_text(context):
    return "much"

@register_proxy("fails", direction="higher")
def measure_fails(context):
    return context.no_such_thing
"""


@pytest.fixture(scope="module")
def wrong(module_launcher: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A sidecar whose plugin loads, and whose functions do the wrong things."""
    plugin = tmp_path_factory.mktemp("wrong") / "wrong.py"
    plugin.write_text(WRONG)
    sidecar = module_launcher.start_fork("--workers", "1", "--plugin", str(plugin))
    sidecar.receive("hello")
    sidecar.plugin = plugin
    network = {"channels": 4, "cells": 1, "classes": 10, "resolution": 8}
    assert sidecar.ask("prepare", prepare_body(space="wrong", network=network))["type"] == "prepared"
    return sidecar


def failure(sidecar: Any, kind: str, name: str, function: str, reply: dict[str, Any]) -> str:
    """The problem that an error tells, after the function and the plugin."""
    body = reply["body"]
    assert (reply["type"], body.get("code"), body.get("traceback")) == ("error", "plugin-failed", None), reply
    assert body["nextSteps"] == [f"Correct the function in {sidecar.plugin}."]
    start = f"The {kind} {name!r} (function {function} of the plugin {sidecar.plugin}) "
    assert body["message"].startswith(start)
    return str(body["message"]).removeprefix(start)


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("none", "returned NoneType None, not a torch.nn.Module."),
        ("raise", 'failed: RuntimeError: no such block ({file}, line 10: raise RuntimeError("no such block")).'),
        (
            "logits",
            "returned a network that answers a tensor of shape 1 × 3 × 8 × 8 as logits, not a tensor of shape 1 × 10.",
        ),
        (
            "stages",
            "returned a network that answers a list of 2 as features instead of (features of 3 stages, logits).",
        ),
        ("late", "failed: KeyError: 'layer' ({file}, line 18: raise KeyError(\"layer\"))."),
    ],
)
def test_a_builder_that_does_the_wrong_thing_is_named(wrong: Any, kind: str, problem: str) -> None:
    reply = wrong.ask("evaluate", evaluate_body(1, DIGEST, f"kind={kind}"))
    assert failure(wrong, "space", "wrong", "build_wrong", reply) == problem.format(file=wrong.plugin)


@pytest.mark.parametrize(
    ("dataset", "problem"),
    [
        ("floats", "returned pixels as torch.float32 of shape [9, 3, 4, 4], not as uint8 of shape images × 3 × 4 × 4."),
        ("labels", "returned labels 0 to 8, not 0 to 1."),
    ],
)
def test_a_reader_that_returns_the_wrong_thing_is_named(wrong: Any, dataset: str, problem: str) -> None:
    network = {"channels": 4, "cells": 1, "classes": 2, "resolution": 4}
    reply = wrong.ask("prepare", {**prepare_body(dataset=dataset, network=network), "digest": "ee" * 32})
    assert failure(wrong, "data set", dataset, f"read_{dataset}", reply) == problem


def test_a_teacher_that_is_not_a_network_is_named(wrong: Any) -> None:
    teacher = {"architecture": "nothing", "mode": "eval"}
    reply = wrong.ask("prepare", {**prepare_body(teacher=teacher), "digest": "ff" * 32})
    problem = failure(wrong, "teacher", "nothing", "make_nothing", reply)
    assert problem == "returned str 'a teacher', not a torch.nn.Module."


@pytest.mark.parametrize(
    ("proxy", "problem"),
    [
        ("text", "returned str, not a number."),
        ("fails", "failed: AttributeError: 'Context' object has no attribute 'no_such_thing' ({file}, line "),
    ],
)
def test_a_proxy_that_does_the_wrong_thing_is_named(wrong: Any, proxy: str, problem: str) -> None:
    digest = "aa" * 32
    assert wrong.ask("prepare", {**prepare_body(), "digest": digest})["type"] == "prepared"
    reply = wrong.ask("measure", measure_body([proxy], 1, digest))
    told = failure(wrong, "proxy", proxy, f"measure_{proxy}", reply)
    assert told.startswith(problem.format(file=wrong.plugin))
