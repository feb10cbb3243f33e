"""Workers that hang, are killed or end in the middle of their work, and the end of the server."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.evaluations import evaluate_body, measure_body, prepare_body, score
from support.limits import scaled

ENDLESS_DIGEST = "ef" * 32
DEADLINE = round(scaled(1.6))
"""Seconds of silence after which a worker is killed. One that lives says something every second."""


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
    sidecar = launcher.start("--workers", "1", "--worker-deadline", str(DEADLINE))
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    before = score(sidecar.ask("evaluate", evaluate_body()))
    request, victim = start_endless_training(sidecar)
    os.kill(victim, signal.SIGSTOP)
    error = sidecar.receive("error")
    assert (error["id"], error["body"]["code"]) == (request, "worker-died")
    assert f"was killed because it sent no heartbeat for {DEADLINE} s" in error["body"]["message"]
    assert "RMINAS.WORKER_DEADLINE" in error["body"]["nextSteps"][0]
    assert not Path(f"/proc/{victim}").exists()
    assert score(sidecar.ask("evaluate", evaluate_body())) == before


def test_a_measurement_shows_signs_of_life_and_dies_with_its_worker(launcher: Any) -> None:
    sidecar = launcher.start_fork("--workers", "1", "--worker-deadline", str(DEADLINE))
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body(steps=1_000_000))["type"] == "prepared"
    request = sidecar.send("measure", measure_body(["rmi"]))
    for _ in range(DEADLINE + 2):
        assert sidecar.receive("heartbeat", "log", "error", "measured")["type"] == "heartbeat"
    os.kill(sidecar.workers()[0], signal.SIGKILL)
    error = sidecar.receive("error")
    assert (error["id"], error["body"]["code"]) == (request, "worker-died")
    assert "measure ended with signal SIGKILL" in error["body"]["message"]


def test_a_worker_that_hangs_with_nothing_to_do_is_noticed_at_the_next_job(launcher: Any) -> None:
    sidecar = launcher.start_fork("--workers", "1", "--worker-deadline", str(DEADLINE))
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    os.kill(sidecar.workers()[0], signal.SIGSTOP)
    for _ in range(DEADLINE + 2):
        assert sidecar.receive("heartbeat", "log", "error")["type"] == "heartbeat"
    assert (
        sidecar.ask("verify", {**evaluate_body(), "epochs": 1, "batchSize": 8, "learningRate": 0.1})["type"] == "error"
    )
    assert score(sidecar.ask("evaluate", evaluate_body()))["steps"] == 3


def test_a_worker_that_takes_its_time_is_left_alone(launcher: Any) -> None:
    sidecar = launcher.start_fork("--workers", "2", "--worker-deadline", str(DEADLINE))
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    start_endless_training(sidecar)
    long = {**evaluate_body(), "epochs": 10_000, "batchSize": 8, "learningRate": 0.1}
    sidecar.send("verify", long)
    for _ in range(DEADLINE + 2):
        assert sidecar.receive("heartbeat", "log", "error", "evaluated", "verified")["type"] == "heartbeat"
