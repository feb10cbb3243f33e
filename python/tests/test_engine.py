"""Workers that really train, and their answers."""

from pathlib import Path
from typing import Any

import pytest

from support.evaluations import DIGEST, GENOTYPE, evaluate_body, measure_body, prepare_body, score, values_of

OTHER_GENOTYPE = "|skip_connect~0|+|nor_conv_3x3~0|none~1|+|nor_conv_1x1~0|none~1|skip_connect~2|"


@pytest.fixture(scope="module")
def two_workers(module_launcher: Any) -> Any:
    """A prepared sidecar that no test harms."""
    sidecar = module_launcher.start_fork("--workers", "2", "--device", "cpu,cpu")
    sidecar.hello = sidecar.receive("hello")["body"]
    sidecar.prepared = sidecar.ask("prepare", prepare_body())
    return sidecar


def test_hello_says_what_the_workers_found(two_workers: Any) -> None:
    import torch

    assert (two_workers.hello["workers"], two_workers.hello["device"]) == (2, "cpu")
    assert two_workers.hello["devices"] == 2 * [{"name": "cpu", "kind": f"cpu, torch {torch.__version__}"}]
    assert two_workers.hello["versions"]["torch"] == torch.__version__
    assert len(two_workers.workers()) == 2


def test_all_workers_prepare_and_one_reply_comes(two_workers: Any) -> None:
    assert two_workers.prepared["type"] == "prepared"
    body = two_workers.prepared["body"]
    assert (body["digest"], body["batch"]["size"]) == (DIGEST, 8)
    request = two_workers.send("prepare", prepare_body())
    assert two_workers.receive()["id"] == request
    # Had the second worker replied too, its reply would come before the answer to this.
    later = two_workers.send("query-benchmark", {"index": "/nowhere.sqlite", "architecture": 0})
    assert two_workers.receive()["id"] == later


def test_a_score_depends_on_neither_worker_nor_order(two_workers: Any) -> None:
    tasks = [(genotype, seed) for seed in range(4) for genotype in (GENOTYPE, OTHER_GENOTYPE)]
    first = [score(two_workers.ask("evaluate", evaluate_body(seed, DIGEST, genotype))) for genotype, seed in tasks]
    requests = [two_workers.send("evaluate", evaluate_body(seed, DIGEST, genotype)) for genotype, seed in tasks[::-1]]
    replies = {message["id"]: score(message) for message in (two_workers.receive() for _ in tasks)}
    assert [replies[request] for request in requests][::-1] == first
    assert len({evaluation["loss"] for evaluation in first}) == len(tasks)
    assert all(len(evaluation["curve"]) == evaluation["steps"] == 3 for evaluation in first)


def test_a_training_that_crosses_a_bound_is_stopped(two_workers: Any) -> None:
    whole = score(two_workers.ask("evaluate", evaluate_body()))
    loss = min(whole["curve"][:2])
    reached, missed = ([{"step": 2, "loss": bound}] for bound in (loss, loss - 1e-6))
    assert score(two_workers.ask("evaluate", {**evaluate_body(), "bounds": reached})) == whole
    stopped = score(two_workers.ask("evaluate", {**evaluate_body(), "bounds": missed}))
    assert (stopped["stopped"], stopped["curve"]) == (2, whole["curve"][:2])


def test_proxies_are_measured_as_an_evaluation_observes_them(two_workers: Any) -> None:
    whole = score(two_workers.ask("evaluate", evaluate_body()))
    values = values_of(two_workers.ask("measure", measure_body(["rmi", "rmi@1", "synflow"])))
    assert (values["rmi"], values["rmi@1"]) == (whole["loss"], whole["curve"][1])
    again = values_of(two_workers.ask("measure", measure_body(["synflow"])))
    assert again["synflow"] == values["synflow"] > 0


def test_verification_reports_progress(two_workers: Any) -> None:
    training = {"epochs": 2, "batchSize": 128, "learningRate": 0.1}
    request = two_workers.send("verify", {**evaluate_body(), **training})
    messages = [two_workers.receive()]
    while messages[-1]["type"] == "progress":
        messages.append(two_workers.receive())
    assert {message["id"] for message in messages} == {request}
    assert messages[-2]["body"]["done"] == messages[-2]["body"]["total"]
    assert (messages[-1]["type"], messages[-1]["body"]["epochs"]) == ("verified", 2)


def test_a_sidecar_that_grows_no_forest_does_not_import_scikit_learn(two_workers: Any) -> None:
    assert two_workers.ask("evaluate", evaluate_body())["type"] == "evaluated"
    for pid in (two_workers.pid, *two_workers.workers()):
        assert "sklearn" not in Path(f"/proc/{pid}/maps").read_text()


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("evaluate", evaluate_body(digest="0" * 64), "unknown-specification"),
        ("evaluate", evaluate_body(genotype="|conv~0|"), "invalid-genotype"),
        ("evaluate", evaluate_body(genotype="\ud800\0"), "invalid-genotype"),
        ("measure", measure_body(["synflw"]), "unknown-proxy"),
        ("measure", measure_body(["rmi@3"]), "unknown-proxy"),
        ("measure", measure_body(["rmi"], digest="0" * 64), "unknown-specification"),
        (
            "prepare",
            {**prepare_body(digest="1" * 64), "assets": {"dataset": None, "teacher": "/none.pt"}},
            "missing-file",
        ),
    ],
    ids=["unprepared", "genotype", "surrogate", "proxy", "step", "unmeasured", "teacher"],
)
def test_errors_keep_their_code(two_workers: Any, kind: str, body: dict[str, Any], code: str) -> None:
    reply = two_workers.ask(kind, body)
    assert (reply["type"], reply["body"]["code"], reply["body"]["traceback"]) == ("error", code, None)
    assert score(two_workers.ask("evaluate", evaluate_body()))["steps"] == 3


def test_workers_have_the_threads_and_not_the_keys(launcher: Any) -> None:
    arguments = ["--workers", "1", "--threads", "2"]
    sidecar = launcher.start_for(*launcher.bind(), arguments, {"RMINAS_CURVE_SECRET": "k" * 40})
    sidecar.receive("hello")
    environment = Path(f"/proc/{sidecar.workers()[0]}/environ").read_text()
    assert "OMP_NUM_THREADS=2" in environment.split("\0")
    assert "GLIBC_TUNABLES=glibc.malloc.hugetlb=1" in environment.split("\0")
    assert "RMINAS_CURVE" not in environment


def test_a_worker_that_cannot_start_ends_the_server_with_its_reason(launcher: Any) -> None:
    # The last --device counts.
    code, stderr = launcher.start("--workers", "1", "--device", "cuda:99").wait()
    assert code == 1
    assert "Traceback" in stderr
    assert "CUDA" in stderr
    # The interpreter is not shut down beside the thread that reads.
    assert "Fatal Python error" not in stderr
