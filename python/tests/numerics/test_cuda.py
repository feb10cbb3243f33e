"""What the tests elsewhere show on a CPU, on a CUDA device: skipped where there is none."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from rminas_sidecar.engines.devices import find_shared_device
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.determinism import deterministic_algorithms
from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.evaluation.stopping import FutilityBounds
from rminas_sidecar.ipc.device_memory import share
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE
from rminas_sidecar.protocol.failures import failure_body
from rminas_sidecar.proxies import PROXIES
from rminas_sidecar.retraining.retrain import retrain
from support.evaluations import GENOTYPE, evaluate_body, prepare_body, score
from support.genotypes import EXAMPLES
from support.retraining import Interrupted, quiet, request_for

Build = Callable[..., dict[str, Any]]
Assets = dict[str, None]

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
CUDA = torch.device("cuda")
MEBIBYTE = 2**20
GENTLE = {"optimizer": {"learningRate": 0.002}}
POOLS = "|avg_pool_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|"
SMALL = "|skip_connect~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|"
NOTHING = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"


def _curve(body: dict[str, Any], shipped: Assets, device: str, genotype: str = EXAMPLE) -> list[float]:
    curve: list[float] = Session.prepare(body, shipped, device).evaluate(genotype, 11)["curve"]
    return curve


@pytest.mark.parametrize("arithmetic", ["plain", "fast"])
@pytest.mark.parametrize("space", EXAMPLES)
def test_a_score_is_that_of_the_cpu_but_for_rounding(
    space: str, arithmetic: str, specification: Build, shipped: Assets
) -> None:
    # In networks as deep as proxyless's, on as few pixels, a rounding becomes a hundredth within three small updates.
    body = specification(space=space, network={"cells": 3}, steps=4, optimizer={"learningRate": 0.0002})
    expected = _curve(body, shipped, "cpu", EXAMPLES[space])
    curve = _curve({**body, "arithmetic": arithmetic}, shipped, "cuda", EXAMPLES[space])
    assert curve[0] == pytest.approx(expected[0], rel=1e-4)
    assert curve == pytest.approx(expected, rel=3e-2 if space == "proxyless" else 5e-3)


@pytest.mark.parametrize("space", EXAMPLES)
@pytest.mark.parametrize("arithmetic", ["plain", "fast"])
def test_a_score_is_a_function_of_its_arguments(
    space: str, arithmetic: str, specification: Build, shipped: Assets
) -> None:
    body = specification(space=space, network={"cells": 3}, arithmetic=arithmetic, steps=8)
    session = Session.prepare(body, shipped, "cuda")
    first = session.evaluate(EXAMPLES[space], 11)["curve"]
    assert session.evaluate(EXAMPLES[space], 12)["curve"] != first
    assert session.evaluate(EXAMPLES[space], 11)["curve"] == first
    assert _curve(body, shipped, "cuda", EXAMPLES[space]) == first


def test_a_stack_scores_as_the_cpu_does_and_each_lane_as_it_does_alone(specification: Build, shipped: Assets) -> None:
    body = specification(arithmetic="stacked", network={"channels": 16}, steps=6, **GENTLE)
    session = Session.prepare(body, shipped, "cuda", lanes=3)
    tasks = [(EXAMPLE, 11), (POOLS, 12), (SMALL, 13), (EXAMPLE, 14)]
    alone = [session.evaluate(genotype, seed)["curve"] for genotype, seed in tasks]
    together: dict[int, Any] = {}
    assert session.stack is not None
    with deterministic_algorithms():
        for place, (genotype, seed) in enumerate(tasks):
            task = session.evaluation(genotype, seed, FutilityBounds(), lambda: None)
            session.stack.add(task, partial(together.__setitem__, place))
        while session.stack.busy:
            session.stack.step()
    assert [together[place]["curve"] for place in range(len(tasks))] == alone
    on_cpu = Session.prepare(body, shipped, "cpu")
    for (genotype, seed), curve in zip(tasks, alone, strict=True):
        assert curve == pytest.approx(on_cpu.evaluate(genotype, seed)["curve"], rel=5e-3)


@pytest.mark.parametrize("optimizer", [{}, {"dampening": 0.3}, {"nesterov": True}, {"gradientNorm": 0.5}])
def test_recorded_steps_go_on_where_the_first_one_ended(
    optimizer: dict[str, Any], specification: Build, shipped: Assets
) -> None:
    """The learning rate of a cosine that does not fall is constant, and is not recorded."""
    body = specification(arithmetic="fast", steps=8, optimizer=optimizer)
    level = {"updates": 8, "minimum": body["optimizer"]["learningRate"]}
    started_one_by_one = specification(arithmetic="fast", steps=8, optimizer={**optimizer, "cosine": level})
    assert _curve(body, shipped, "cuda") == _curve(started_one_by_one, shipped, "cuda")


@pytest.mark.parametrize("arithmetic", ["plain", "fast"])
def test_an_end_before_the_last_step(arithmetic: str, specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(arithmetic=arithmetic, steps=20), shipped, "cuda")
    assert session.evaluate(NOTHING, 1)["steps"] == 1
    whole = session.evaluate(EXAMPLE, 11)
    stopped = session.evaluate(EXAMPLE, 11, FutilityBounds([{"step": 5, "loss": 0.0}]))
    assert (stopped["stopped"], stopped["curve"]) == (5, whole["curve"][:5])


def test_precisions(specification: Build, shipped: Assets) -> None:
    changes: dict[str, Any] = {"network": {"channels": 16}, "steps": 3, "arithmetic": "fast"}
    curves = {
        precision: _curve(specification(**changes, precision=precision), shipped, "cuda")
        for precision in ("float32", "tf32", "bf16")
    }
    assert curves["tf32"] != curves["float32"]
    assert curves["tf32"] == pytest.approx(curves["float32"], rel=0.02)
    assert curves["bf16"] != curves["float32"]
    assert curves["bf16"] == pytest.approx(curves["float32"], rel=0.05)


def test_memory_does_not_grow_with_evaluations(specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(arithmetic="fast", network={"channels": 16}), shipped, "cuda")
    reserved = []
    for seed in range(30):
        session.evaluate(EXAMPLE if seed % 2 else POOLS, seed)
        reserved.append(torch.cuda.memory_reserved())
    assert max(reserved[15:]) <= max(reserved[:15])


def test_too_large_a_network_is_told_and_the_next_is_scored(specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(arithmetic="fast", network={"channels": 256}, steps=3), shipped, "cuda")
    expected = session.evaluate(SMALL, 1)["curve"]
    torch.cuda.empty_cache()
    everything = torch.cuda.get_device_properties(CUDA).total_memory
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + 128 * MEBIBYTE) / everything)
    try:
        with pytest.raises(torch.OutOfMemoryError) as caught:
            session.evaluate(EXAMPLE, 1)
        assert failure_body(caught.value)["code"] == "out-of-memory"
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert session.evaluate(SMALL, 1)["curve"] == expected


def test_every_proxy_measures_what_it_measures_on_the_cpu(specification: Build, shipped: Assets) -> None:
    body = specification(network={"channels": 8}, **GENTLE)
    names = sorted(PROXIES)
    on_cpu, on_cuda = (
        {
            value["proxy"]: value["value"]
            for value in Session.prepare(body, shipped, device).measure(GENOTYPE, 3, names)["values"]
        }
        for device in ("cpu", "cuda")
    )
    assert on_cuda == pytest.approx(on_cpu, rel=2e-2, abs=1e-6)


def test_a_verification(specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(network={"channels": 8}), shipped, "cuda")
    answers = [session.verify(EXAMPLE, 1, 2, 64, 0.1, lambda *_: None)["accuracy"] for _ in range(2)]
    assert answers[0] == answers[1] > 0.8


@pytest.mark.parametrize("space", ["nas-bench-201", "darts"])
def test_a_retraining_resumes_to_the_same_end(
    space: str, retraining: Build, darts: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    body = retraining(**darts()) if space == "darts" else retraining(recipe={"epochs": 2})
    whole = retrain(request_for(body, tmp_path / "whole.pt"), CUDA, quiet)

    def give_up(done: float, *_: Any) -> None:
        # The first epoch is kept before the second begins.
        if done > 1:
            raise Interrupted

    with pytest.raises(Interrupted):
        retrain(request_for(body, tmp_path / "broken.pt"), CUDA, give_up)
    resumed = retrain(request_for(body, tmp_path / "broken.pt"), CUDA, quiet)
    assert resumed["resumedFrom"] == 1
    assert [epoch["loss"] for epoch in resumed["epochs"]] == [epoch["loss"] for epoch in whole["epochs"]]


def test_several_workers_share_a_device(launcher: Any) -> None:
    sidecar = launcher.start("--workers", "3", "--device", "cuda")
    hello = sidecar.receive("hello")["body"]
    assert hello["device"].startswith("cuda (")
    assert hello["versions"]["cuda"] == torch.version.cuda
    prepared = sidecar.ask("prepare", prepare_body(steps=12, arithmetic="fast"))
    assert prepared["type"] == "prepared", prepared
    requests = {sidecar.send("evaluate", evaluate_body(seed=seed % 3)): seed % 3 for seed in range(12)}
    scores: dict[int, list[dict[str, Any]]] = {}
    while requests:
        reply = sidecar.receive("evaluated", "error")
        scores.setdefault(requests.pop(reply["id"]), []).append(score(reply))
    assert all(each == group[0] for group in scores.values() for each in group)
    assert len(scores) == 3


_ADDS_ONE = """
import json, sys, torch
from rminas_sidecar.ipc.device_memory import open_shared
[opened] = open_shared(json.load(sys.stdin), torch.device("cuda:0"))
print(opened.tolist())
opened += 1
torch.cuda.synchronize()
"""


def test_another_process_maps_a_tensor_by_its_handle() -> None:
    tensor = torch.arange(6.0, device="cuda").reshape(2, 3).t()
    handles = share([tensor])
    assert handles is not None, "this system has no CUDA IPC"
    for _ in range(2):
        before = tensor.tolist()
        command = [sys.executable, "-c", _ADDS_ONE]
        read = subprocess.run(command, input=json.dumps(handles), capture_output=True, text=True, check=True)
        assert json.loads(read.stdout) == before
    assert tensor.tolist() == [[2.0, 5.0], [3.0, 6.0], [4.0, 7.0]]


def test_a_gpu_that_a_list_names_twice_is_one_device() -> None:
    devices = [find_shared_device(torch.device("cuda:0"), "cuda:0,cuda:0", worker) for worker in range(2)]
    assert devices[0] is not None
    assert devices[0] == devices[1]


def test_a_worker_goes_with_the_one_whose_copy_it_uses(launcher: Any, wait_for_end: Callable[[int], None]) -> None:
    sidecar = launcher.start("--workers", "2", "--device", "cuda:0")
    sidecar.receive("hello")
    body = prepare_body(steps=12, arithmetic="fast")
    assert sidecar.ask("prepare", body)["type"] == "prepared"
    before = score(sidecar.ask("evaluate", evaluate_body()))
    owner, borrower = sidecar.workers()
    os.kill(owner, signal.SIGKILL)
    wait_for_end(borrower)
    assert sidecar.ask("prepare", body)["type"] == "prepared"
    assert score(sidecar.ask("evaluate", evaluate_body())) == before


def test_a_device_that_is_not_there_is_named(launcher: Any) -> None:
    code, stderr = launcher.start("--workers", "1", "--device", "cuda:99").wait()
    assert code == 1
    assert "invalid device ordinal" in stderr


def test_an_unknown_genotype_leaves_the_device_usable(specification: Build, shipped: Assets) -> None:
    session = Session.prepare(specification(arithmetic="fast"), shipped, "cuda")
    with pytest.raises(SidecarError):
        session.evaluate("nothing", 1)
    assert session.evaluate(EXAMPLE, 1)["loss"] is not None
