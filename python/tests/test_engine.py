"""Workers that really train: their answers, and the death of a worker or the server."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.evaluations import DIGEST, GENOTYPE, evaluate_body, measure_body, prepare_body, score, values_of

ENDLESS_DIGEST = "ef" * 32
OTHER_GENOTYPE = "|skip_connect~0|+|nor_conv_3x3~0|none~1|+|nor_conv_1x1~0|none~1|skip_connect~2|"


def wait_until_routed(sidecar: Any) -> None:
    """Waits until the server has read all that was sent: it reads in order, and answers this at once."""
    sidecar.ask("query-benchmark", {"index": "/nowhere.sqlite", "architecture": 0})


def start_endless_training(sidecar: Any) -> tuple[str, int]:
    """Starts an evaluation that takes hours; its request's id and the worker that is at it."""
    assert sidecar.ask("prepare", prepare_body(steps=1_000_000, digest=ENDLESS_DIGEST))["type"] == "prepared"
    ticks = {worker: cpu_ticks(worker) for worker in sidecar.workers()}
    request = sidecar.send("evaluate", evaluate_body(digest=ENDLESS_DIGEST))
    wait_until_routed(sidecar)
    while True:
        for worker, before in ticks.items():
            if cpu_ticks(worker) > before + 5:
                return request, worker
        assert sidecar.receive("heartbeat", "error", "evaluated")["type"] == "heartbeat"


def cpu_ticks(pid: int) -> int:
    """Clock ticks that a process has computed for; a worker that waits computes nothing."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11])


@pytest.fixture(scope="module")
def two_workers(module_launcher: Any) -> Any:
    """A prepared sidecar that no test harms."""
    sidecar = module_launcher.start_fork("--workers", "2", "--device", "cpu,cpu")
    sidecar.hello = sidecar.receive("hello")["body"]
    sidecar.prepared = sidecar.ask("prepare", prepare_body())
    return sidecar


def prepared(sidecar: Any) -> Any:
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    return sidecar


@pytest.fixture
def one_worker(launcher: Any) -> Any:
    """A prepared sidecar that the test may harm."""
    return prepared(launcher.start_fork("--workers", "1"))


@pytest.fixture
def one_spawned_worker(launcher: Any) -> Any:
    """The same without forks, for tests of the time at which a process ends."""
    return prepared(launcher.start("--workers", "1"))


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


def test_it_beats_while_it_trains_and_shuts_down_in_the_middle(one_worker: Any) -> None:
    _, worker = start_endless_training(one_worker)
    for _ in range(2):
        assert one_worker.receive("heartbeat", "evaluated", "error")["type"] == "heartbeat"
    request = one_worker.send("shutdown", {})
    assert one_worker.receive() == {"type": "bye", "id": request, "body": {}}
    assert one_worker.wait() == (0, "")
    assert not Path(f"/proc/{worker}").exists()


def test_shutdown_kills_a_worker_that_does_not_listen(one_spawned_worker: Any) -> None:
    (worker,) = one_spawned_worker.workers()
    os.kill(worker, signal.SIGSTOP)
    one_spawned_worker.send("shutdown", {})
    assert one_spawned_worker.receive()["type"] == "bye"
    assert one_spawned_worker.wait() == (0, "")
    assert not Path(f"/proc/{worker}").exists()


def test_a_killed_worker_fails_its_request_and_is_replaced(one_worker: Any) -> None:
    before = score(one_worker.ask("evaluate", evaluate_body()))
    request, victim = start_endless_training(one_worker)
    queued = one_worker.send("evaluate", evaluate_body())
    os.kill(victim, signal.SIGKILL)
    log = one_worker.receive("log")["body"]
    assert (log["level"], "SIGKILL" in log["text"]) == ("warning", True)
    error = one_worker.receive()
    assert (error["id"], error["body"]["code"]) == (request, "worker-died")
    assert "evaluate ended with signal SIGKILL" in error["body"]["message"]
    # The new worker is given what was prepared, so that what was queued is answered as before.
    reply = one_worker.receive()
    assert (reply["id"], score(reply)) == (queued, before)
    assert one_worker.workers() != [victim]


def test_the_other_worker_goes_on(launcher: Any) -> None:
    sidecar = launcher.start_fork("--workers", "2")
    prepared(sidecar)
    doomed, busy = start_endless_training(sidecar)
    (idle,) = set(sidecar.workers()) - {busy}
    assert score(sidecar.ask("evaluate", evaluate_body()))["steps"] == 3
    os.kill(busy, signal.SIGKILL)
    assert sidecar.receive("error")["id"] == doomed
    assert idle in sidecar.workers()
    assert score(sidecar.ask("evaluate", evaluate_body()))["steps"] == 3


def test_a_worker_that_dies_while_it_prepares_fails_the_preparation(launcher: Any) -> None:
    sidecar = launcher.start_fork("--workers", "2")
    sidecar.receive("hello")
    victim, _ = sidecar.workers()
    os.kill(victim, signal.SIGSTOP)
    request = sidecar.send("prepare", prepare_body())
    wait_until_routed(sidecar)
    os.kill(victim, signal.SIGKILL)
    error = sidecar.receive("error")
    assert (error["id"], error["body"]["code"]) == (request, "worker-died")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    assert score(sidecar.ask("evaluate", evaluate_body()))["steps"] == 3


def test_a_worker_that_cannot_be_kept_alive_ends_the_server(one_worker: Any) -> None:
    for _ in range(2):
        os.kill(one_worker.workers()[0], signal.SIGKILL)
        assert one_worker.receive()["type"] == "log"
    os.kill(one_worker.workers()[0], signal.SIGKILL)
    code, stderr = one_worker.wait()
    assert code == 1
    assert "The workers keep dying: the last one ended with signal SIGKILL." in stderr


def test_a_worker_that_cannot_start_ends_the_server_with_its_reason(launcher: Any) -> None:
    # The last --device counts.
    code, stderr = launcher.start("--workers", "1", "--device", "cuda:99").wait()
    assert code == 1
    assert "Traceback" in stderr
    assert "CUDA" in stderr
    # The interpreter is not shut down beside the thread that reads.
    assert "Fatal Python error" not in stderr


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_workers_end_in_the_middle_of_training_when_the_server_is_killed(
    one_spawned_worker: Any, wait_for_end: Callable[[int], None], stopped: bool
) -> None:
    _, worker = start_endless_training(one_spawned_worker)
    if stopped:
        os.kill(worker, signal.SIGSTOP)
    one_spawned_worker.process.kill()
    wait_for_end(worker)


def test_a_worker_that_hangs_is_killed_and_replaced(launcher: Any) -> None:
    sidecar = launcher.start("--workers", "1", "--worker-deadline", "8")
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    before = score(sidecar.ask("evaluate", evaluate_body()))
    request, victim = start_endless_training(sidecar)
    os.kill(victim, signal.SIGSTOP)
    error = sidecar.receive("error")
    assert (error["id"], error["body"]["code"]) == (request, "worker-died")
    assert "was killed because it sent no heartbeat for 8 s" in error["body"]["message"]
    assert "RMINAS.WORKER_DEADLINE" in error["body"]["nextSteps"][0]
    assert not Path(f"/proc/{victim}").exists()
    assert score(sidecar.ask("evaluate", evaluate_body())) == before


def test_a_measurement_shows_signs_of_life_and_dies_with_its_worker(launcher: Any) -> None:
    sidecar = launcher.start_fork("--workers", "1", "--worker-deadline", "8")
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body(steps=1_000_000))["type"] == "prepared"
    request = sidecar.send("measure", measure_body(["rmi"]))
    for _ in range(10):
        assert sidecar.receive("heartbeat", "log", "error", "measured")["type"] == "heartbeat"
    os.kill(sidecar.workers()[0], signal.SIGKILL)
    error = sidecar.receive("error")
    assert (error["id"], error["body"]["code"]) == (request, "worker-died")
    assert "measure ended with signal SIGKILL" in error["body"]["message"]


def test_a_worker_that_hangs_with_nothing_to_do_is_noticed_at_the_next_job(launcher: Any) -> None:
    sidecar = launcher.start_fork("--workers", "1", "--worker-deadline", "8")
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    os.kill(sidecar.workers()[0], signal.SIGSTOP)
    for _ in range(10):
        assert sidecar.receive("heartbeat", "log", "error")["type"] == "heartbeat"
    assert (
        sidecar.ask("verify", {**evaluate_body(), "epochs": 1, "batchSize": 8, "learningRate": 0.1})["type"] == "error"
    )
    assert score(sidecar.ask("evaluate", evaluate_body()))["steps"] == 3


def test_a_worker_that_takes_its_time_is_left_alone(launcher: Any) -> None:
    sidecar = launcher.start_fork("--workers", "2", "--worker-deadline", "8")
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    start_endless_training(sidecar)
    long = {**evaluate_body(), "epochs": 10_000, "batchSize": 8, "learningRate": 0.1}
    sidecar.send("verify", long)
    for _ in range(10):
        assert sidecar.receive("heartbeat", "log", "error", "evaluated", "verified")["type"] == "heartbeat"
