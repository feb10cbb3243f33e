"""Requests that a worker computes together in a stack, through the real sidecar."""

import os
import signal
from typing import Any

import pytest

from support.evaluations import DIGEST, GENOTYPE, evaluate_body, measure_body, prepare_body, score, values_of

OTHER = "|skip_connect~0|+|nor_conv_3x3~0|none~1|+|nor_conv_1x1~0|none~1|skip_connect~2|"
LONG = "cd" * 32


@pytest.fixture(scope="module")
def stacking(module_launcher: Any) -> Any:
    """A sidecar of one worker, which trains three architectures at a time."""
    sidecar = module_launcher.start_fork("--workers", "1", "--stack", "3")
    sidecar.receive("hello")
    for digest, steps in ((DIGEST, 3), (LONG, 1_000_000)):
        prepared = sidecar.ask("prepare", prepare_body(steps, digest, arithmetic="stacked"))
        assert prepared["type"] == "prepared", prepared
    return sidecar


def test_scores_are_the_same_alone_and_together(stacking: Any) -> None:
    architectures = [(genotype, seed) for seed in range(2) for genotype in (GENOTYPE, OTHER)]
    alone = [score(stacking.ask("evaluate", evaluate_body(seed, DIGEST, it))) for it, seed in architectures]
    requests = [stacking.send("evaluate", evaluate_body(seed, DIGEST, it)) for it, seed in architectures]
    measurement = stacking.send("measure", measure_body(["rmi@1", "synflow", "rmi"], 0))
    replies = {message["id"]: message for message in (stacking.receive() for _ in range(5))}
    assert [score(replies[request]) for request in requests] == alone
    values = values_of(replies[measurement])
    assert [values["rmi@1"], values["rmi"]] == [alone[0]["curve"][1], alone[0]["loss"]]
    assert len({evaluation["loss"] for evaluation in alone}) == 4


def test_an_architecture_that_fails_or_stops_early_leaves_the_others(stacking: Any) -> None:
    whole = score(stacking.ask("evaluate", evaluate_body()))
    wrong = stacking.send("evaluate", evaluate_body(genotype="|conv~0|"))
    stopped = stacking.send("evaluate", {**evaluate_body(), "bounds": [{"step": 2, "loss": -1.0}]})
    other = stacking.send("evaluate", evaluate_body())
    # A request of another kind cannot join a stack, so it waits for its turn.
    costs = stacking.send("costs", {"specification": prepare_body()["specification"], "genotypes": [GENOTYPE]})
    last = stacking.send("evaluate", evaluate_body())
    replies = {message["id"]: message for message in (stacking.receive() for _ in range(5))}
    assert set(replies) == {wrong, stopped, other, costs, last}
    assert replies[wrong]["body"]["code"] == "invalid-genotype"
    assert (replies[stopped]["body"]["stopped"], replies[stopped]["body"]["curve"]) == (2, whole["curve"][:2])
    assert score(replies[other]) == score(replies[last]) == whole
    assert replies[costs]["type"] == "costed", replies[costs]


def test_each_request_of_a_dead_worker_is_answered(stacking: Any) -> None:
    requests = {stacking.send("evaluate", evaluate_body(seed, LONG)) for seed in range(2)}
    # The server reads in order, so it has sent both to the worker when this is answered.
    stacking.ask("query-benchmark", {"index": "/nowhere.sqlite", "architecture": 0})
    os.kill(stacking.workers()[0], signal.SIGKILL)
    replies = [stacking.receive("error") for _ in range(2)]
    assert {reply["id"] for reply in replies} == requests
    assert {reply["body"]["code"] for reply in replies} == {"worker-died"}
    assert stacking.ask("evaluate", evaluate_body())["type"] == "evaluated"
