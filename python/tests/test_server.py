"""The server process: its answers, its refusals and its end. Without workers, so without PyTorch."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zmq

import rminas_sidecar
from rminas_sidecar.ipc.parent_watch import ParentWatch
from rminas_sidecar.protocol import PROTOCOL_VERSION

FIT = {
    "features": [[[1, 0], [0, 1]], [[0], [1], [2]]],
    "known": [[0, 0], [1, 2]],
    "good": [False, True],
    "candidates": [[0, 0], [1, 2]],
    "trees": 5,
}
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="nowhere else a process learns of its parent's end")
CURVE = ("RMINAS_CURVE_SERVER_PUBLIC", "RMINAS_CURVE_PUBLIC", "RMINAS_CURVE_SECRET")


@pytest.fixture
def server(launcher: Any) -> Any:
    """A sidecar without workers that has said hello."""
    sidecar = launcher.start("--workers", "0")
    sidecar.receive("hello")
    return sidecar


def assert_it_works(sidecar: Any) -> None:
    reply = sidecar.ask("query-benchmark", {"index": "/nowhere/nas-bench-201.sqlite", "architecture": 0})
    assert reply["body"]["code"] == "missing-file"


def test_hello_comes_first_and_says_who_is_there(launcher: Any) -> None:
    sidecar = launcher.start("--workers", "0", "--threads", "3")
    hello = json.loads(sidecar.socket.recv())
    assert (hello["type"], hello["id"]) == ("hello", "0")
    body = hello["body"]
    assert (body["protocol"], body["pid"]) == (PROTOCOL_VERSION, sidecar.pid)
    assert (body["workers"], body["threads"], body["device"]) == (0, 3, "cpu")
    assert {"python", "torch", "numpy", "scikit-learn", "pyzmq", "jsonschema-rs"} <= set(body["versions"])


def test_the_server_itself_has_no_torch(server: Any) -> None:
    assert server.ask("fit", {**FIT, "seed": 1})["type"] == "fitted"
    libraries = Path(f"/proc/{server.pid}/maps").read_text()
    assert "sklearn" in libraries
    assert "torch" not in libraries


def test_it_beats_and_answers_nothing_to_a_heartbeat(server: Any) -> None:
    server.send("heartbeat", {})
    first, second = server.receive("heartbeat", "error"), server.receive("heartbeat", "error")
    assert first == second == {"type": "heartbeat", "id": "0", "body": {}}


def test_fit_answers_a_probability_for_each_candidate(server: Any) -> None:
    body = server.ask("fit", {**FIT, "seed": 1})["body"]
    assert len(body["probabilities"]) == 2
    assert body["probabilities"][0] < body["probabilities"][1]


def test_fit_refuses_what_does_not_fit(server: Any) -> None:
    reply = server.ask("fit", {**FIT, "seed": 1, "candidates": [[0, 3]]})
    assert (reply["type"], reply["body"]["code"]) == ("error", "invalid-message")
    assert "candidates[0][1] is 3" in reply["body"]["message"]


@pytest.mark.parametrize(
    ("frames", "request_id"),
    [
        ([b"\xff\xfe\x00garbage"], "0"),
        ([b"[" * 100_000], "0"),
        ([b'{"type":"fit","id":"9","body":{"trees":' + b"9" * 10_000 + b"}}"], "0"),
        ([b"{}", b"{}", b"{}"], "0"),
        ([b""], "0"),
        ([b'{"type":"train","id":"9","body":{}}'], "9"),
        ([b'{"type":"evaluate","id":"9","body":{"digest":"x"}}'], "9"),
        ([b'{"type":"hello","id":"9","body":{}}'], "9"),
    ],
    ids=["bytes", "deep", "digits", "frames", "empty", "type", "body", "direction"],
)
def test_nonsense_is_answered_and_survived(server: Any, frames: list[bytes], request_id: str) -> None:
    server.socket.send_multipart(frames)
    error = server.receive()
    assert (error["type"], error["id"]) == ("error", request_id)
    assert error["body"]["code"] == "invalid-message"
    assert error["body"]["nextSteps"]
    assert_it_works(server)


def test_training_needs_a_worker(server: Any) -> None:
    reply = server.ask("evaluate", {"digest": "0" * 64, "genotype": "g", "seed": 1})
    assert (reply["type"], reply["body"]["code"]) == ("error", "invalid-message")
    assert "evaluate needs a worker" in reply["body"]["message"]


def test_a_table_is_imported_and_queried(server: Any, tmp_path: Path) -> None:
    table = tmp_path / "macro.json"
    accuracies = {"00000000": 88.0, "11111111": 92.0}
    table.write_text(
        json.dumps(
            {
                key: {"mean_acc": value, "test_acc": [value], "std": 0.0, "params": 500_000, "flops": 10_000_000}
                for key, value in accuracies.items()
            }
        )
    )
    request = server.send("import-benchmark", {"file": str(table), "folder": str(tmp_path / "indexes")})
    messages = [server.receive()]
    while messages[-1]["type"] == "progress":
        messages.append(server.receive())
    assert {message["id"] for message in messages} == {request}
    imported = messages[-1]["body"]
    assert imported["architectures"] == 2
    answer = server.ask("query-benchmark", {"index": imported["index"], "architecture": "11111111"})["body"]
    assert answer["figures"][0]["accuracy"] == 92.0
    missing = server.ask("query-benchmark", {"index": str(tmp_path / "none.sqlite"), "architecture": 0})
    assert missing["body"]["code"] == "missing-file"


def test_a_folder_that_cannot_be_written_is_a_typed_error(server: Any, tmp_path: Path) -> None:
    (tmp_path / "macro.json").write_text("{}")
    reply = server.ask("import-benchmark", {"file": str(tmp_path / "macro.json"), "folder": "/proc/indexes"})
    assert reply["type"] == "error"
    assert reply["body"]["traceback"] is None


def test_shutdown_says_bye_and_ends(server: Any) -> None:
    request = server.send("shutdown", {})
    assert server.receive() == {"type": "bye", "id": request, "body": {}}
    assert server.wait() == (0, "")


def test_shutdown_does_not_wait_for_what_is_queued(server: Any) -> None:
    long = {**FIT, "seed": 1, "trees": 10_000}
    for _ in range(3):
        server.send("fit", long)
    server.send("shutdown", {})
    assert server.receive()["type"] == "bye"
    assert server.wait() == (0, "")


def test_sigterm_ends_it_in_order(server: Any) -> None:
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == (0, "rminas_sidecar ends: of SIGTERM\n")


def test_sigint_is_the_controllers_affair(server: Any) -> None:
    server.process.send_signal(signal.SIGINT)
    assert_it_works(server)


def test_it_ends_when_stdin_closes(server: Any) -> None:
    server.process.stdin.close()
    code, stderr = server.wait()
    assert code == 0
    assert "closed its stdin" in stderr


def test_it_ends_when_nobody_speaks(launcher: Any) -> None:
    code, stderr = launcher.start("--workers", "0", "--parent-timeout", "0.5").wait()
    assert code == 0
    assert "was silent for 0.5 s" in stderr


@pytest.mark.parametrize("stopped", [False, pytest.param(True, marks=ON_LINUX)], ids=["running", "stopped"])
def test_it_ends_when_its_parent_does(launcher: Any, wait_for_end: Callable[[int], None], stopped: bool) -> None:
    socket, address = launcher.bind()
    command = [sys.executable, "-m", "rminas_sidecar", "--workers", "0", "--address", address]
    # The pipe stays open in this process, so that it is not the end of stdin that is noticed.
    between = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess; subprocess.run({command!r})"],
        stdin=subprocess.PIPE,
        env={**os.environ, **launcher.password, "PYTHONPATH": str(Path(rminas_sidecar.__file__).parents[1])},
    )
    with between:
        pid = json.loads(socket.recv())["body"]["pid"]
        if stopped:
            os.kill(pid, signal.SIGSTOP)
        between.kill()
        wait_for_end(pid)


def test_tcp_is_encrypted(launcher: Any) -> None:
    (server_public, server_secret), (public, secret) = zmq.curve_keypair(), zmq.curve_keypair()
    socket, address = launcher.bind("tcp://127.0.0.1:*", secret_key=server_secret)
    keys = dict(zip(CURVE, (server_public.decode(), public.decode(), secret.decode()), strict=True))
    sidecar = launcher.start_for(socket, address, ["--workers", "0", "--allow", "/"], keys)
    assert sidecar.receive()["type"] == "hello"
    assert_it_works(sidecar)


def test_workers_do_not_inherit_the_password(launcher: Any) -> None:
    sidecar = launcher.start("--workers", "1")
    sidecar.receive("starting")
    (worker,) = sidecar.workers()
    assert b"RMINAS_SOCKET_PASSWORD" not in Path(f"/proc/{worker}/environ").read_bytes()


def test_ipc_without_a_password_is_refused(launcher: Any) -> None:
    none = {"RMINAS_SOCKET_PASSWORD": ""}
    code, stderr = launcher.start_for(*launcher.bind(), ["--workers", "0"], none).wait()
    assert code == 2
    assert "needs RMINAS_SOCKET_PASSWORD" in stderr


def test_tcp_without_keys_is_refused(launcher: Any) -> None:
    code, stderr = launcher.start_for(*launcher.bind("tcp://127.0.0.1:*"), ["--workers", "0"], {}).wait()
    assert code == 2
    assert all(name in stderr for name in CURVE)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--workers", "two"], "expected a whole number, got two"),
        (["--parent-timeout", "soon"], "expected a positive number of seconds, got soon"),
        (["--parent-timeout", "inf"], "expected a positive number of seconds, got inf"),
        (["--workers", "-1"], "expected at least 0, got -1"),
        (["--threads", "0"], "expected at least 1, got 0"),
        (["--device", "tpu"], "separated by commas, got tpu"),
        (["--parent-timeout", "nan"], "expected a positive number of seconds, got nan"),
    ],
)
def test_wrong_arguments(launcher: Any, arguments: list[str], complaint: str) -> None:
    code, stderr = launcher.start(*arguments).wait()
    assert code == 2
    assert complaint in stderr


def test_an_invalid_address_is_refused(launcher: Any) -> None:
    socket, _ = launcher.bind()
    code, stderr = launcher.start_for(socket, "ipc://", ["--workers", "0"], {}).wait()
    assert code == 2
    assert "ipc://" in stderr


def test_silence_counts_from_the_last_word_and_not_while_suspended() -> None:
    clock = [100.0]

    def seconds_until_it_ends(step: float) -> float:
        start = clock[0]
        while watch.reason_to_end() is None and clock[0] - start < 1000:
            clock[0] += step
        return clock[0] - start

    watch = ParentWatch(30.0, on_stdin_closed=lambda: None, clock=lambda: clock[0])
    assert seconds_until_it_ends(step=1.0) == 31.0
    watch.heard()
    assert seconds_until_it_ends(step=5.0) == 35.0
    # Two looks that lie an hour apart: this process was stopped, and the controller with it.
    clock[0] += 3600.0
    assert seconds_until_it_ends(step=1.0) == 31.0
