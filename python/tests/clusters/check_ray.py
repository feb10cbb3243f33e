"""Ray clusters on the loopback of a network namespace, see test_ray.py. One cluster serves all tests, in order."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ray.cluster_utils import Cluster

from support.evaluations import evaluate_body, prepare_body, score
from support.limits import scaled

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = scaled(180)
NODE = {"num_cpus": 1, "object_store_memory": 80 << 20}
ENDLESS = "ef" * 32

SMALL = [
    "RMINAS.RF_WARMUP",
    "8",
    "RMINAS.RF_SUCC",
    "3",
    "RMINAS.MAX_EVALUATIONS",
    "14",
    "OPTIM.MAX_EPOCH",
    "60",
    "RMINAS.PROPOSALS",
    "1",
]
WARM_UP = 8


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A head node without room for workers, and one node with room for one."""
    head = {"num_cpus": 0, "object_store_memory": 80 << 20, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args={**head, "node_ip_address": "127.0.0.1"})
    made.add_node(**NODE)
    yield made
    made.shutdown()


def until(ready: Callable[[], Any], waits_for: str) -> Any:
    """Waits for a true value; a time-out names what did not come."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        value = ready()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{waits_for} did not come")


def start(launcher: Any, address: str, *arguments: str, **environment: str) -> Any:
    flags = ["--engine", "ray", "--ray-address", address, *arguments]
    return launcher.start_for(*launcher.bind(), ["--allow", "/", *flags], environment)


# --- one sidecar


@pytest.mark.parametrize(
    ("address", "arguments", "code", "said"),
    [
        ("127.0.0.1:1", [], "cluster-unreachable", "127.0.0.1:1 cannot be reached"),
        ("ray://127.0.0.1:1", [], "cluster-unreachable", "ray://127.0.0.1:1 cannot be reached"),
        ("8.8.8.8:6379", [], "public-address", "uses the public address 8.8.8.8"),
        (None, ["--worker-resources", "CPU=1,memory=1e15"], "cluster-too-small", "has CPU=1,memory=1e+15 for a worker"),
    ],
    ids=["address", "client", "public", "memory"],
)
def test_a_cluster_that_cannot_be_used_is_named(
    launcher: Any, cluster: Cluster, address: str | None, arguments: list[str], code: str, said: str
) -> None:
    sidecar = start(launcher, address or cluster.address, "--start-deadline", "1", *arguments)
    exit_code, stderr = sidecar.wait()
    assert (exit_code, f"rminas_sidecar ends: [{code}]" in stderr, said in stderr) == (1, True, True), stderr
    assert "next step:" in stderr


def test_a_missing_package_is_named_with_the_command_that_installs_it(launcher: Any, tmp_path: Path) -> None:
    (tmp_path / "ray.py").write_text("raise ImportError(\"No module named 'ray'\")\n")
    exit_code, stderr = start(launcher, "auto", PYTHONPATH=f"{tmp_path}:{ROOT / 'python'}").wait()
    assert exit_code == 1
    assert "[missing-package] The engine ray needs the package ray: No module named 'ray'." in stderr
    assert f"next step: Run {sys.executable} -m pip install 'ray[client]'" in stderr


def test_a_node_with_other_versions_is_refused_with_both_named(launcher: Any, cluster: Cluster, tmp_path: Path) -> None:
    import torch

    other = tmp_path / "torch-0.0.1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 0.0.1\n")
    node = cluster.add_node(**NODE, resources={"other": 1}, env_vars={"PYTHONPATH": str(tmp_path)})
    exit_code, stderr = start(launcher, cluster.address, "--worker-resources", "CPU=1,other=1").wait()
    cluster.remove_node(node)
    assert exit_code == 1
    ours = torch.__version__.split("+")[0]
    assert f"[cluster-mismatch] A node of the Ray cluster has torch 0.0.1, and this machine has torch {ours}" in stderr


def test_deaths_and_losses_of_workers_are_told_apart(launcher: Any, cluster: Cluster) -> None:
    local = launcher.start("--workers", "1")
    sidecar = start(launcher, cluster.address, "--workers", "2")
    hello = sidecar.receive("hello")["body"]
    assert (hello["workers"], hello["device"]) == (2, "cpu")
    assert "torch" in hello["versions"]
    prepared = sidecar.ask("prepare", prepare_body())
    assert prepared["type"] == "prepared"

    # Scores are those of the local engine.
    local.receive("hello")
    local.ask("prepare", prepare_body())
    bounds = [{"step": 1, "loss": -1.0}]
    for body in (evaluate_body(), {**evaluate_body(), "bounds": bounds}, evaluate_body(seed=6)):
        assert score(sidecar.ask("evaluate", body)) == score(local.ask("evaluate", body))
    measure = {**evaluate_body(), "proxies": ["synflow"]}
    values = [of.ask("measure", measure)["body"]["values"][0]["value"] for of in (sidecar, local)]
    assert values[0] == values[1]
    assert sidecar.ask("evaluate", evaluate_body(digest="0" * 64))["body"]["code"] == "unknown-specification"
    local.end()

    # A dead process is a death of its evaluation.
    assert sidecar.ask("prepare", prepare_body(steps=1_000_000, digest=ENDLESS))["type"] == "prepared"
    ticks = {pid: ticks_of(pid) for pid in workers()}
    request = sidecar.send("evaluate", evaluate_body(digest=ENDLESS))
    os.kill(until(lambda: busy(ticks), "a worker at work"), signal.SIGKILL)
    reply = sidecar.receive("error")
    assert (reply["id"], reply["body"]["code"]) == (request, "worker-died")
    assert "SIGKILL" in reply["body"]["message"]
    assert score(sidecar.ask("evaluate", evaluate_body()))["steps"] == 3

    # The loss of a node is not: the evaluation is given out again.
    ticks = {pid: ticks_of(pid) for pid in workers()}
    sidecar.send("evaluate", evaluate_body(digest=ENDLESS))
    until(lambda: busy(ticks), "a worker at work")
    lost, *_ = [node for node in cluster.list_all_nodes() if node != cluster.head_node]
    cluster.remove_node(lost, allow_graceful=False)
    assert sidecar.receive("preempted", "error")["body"] == {"request": "evaluate"}
    until(lambda: not workers(), "the end of the lost node's worker")
    cluster.add_node(**NODE)
    # The start of a worker takes a few seconds of its processor.
    until(lambda: any(ticks_of(pid) > 1000 for pid in workers()), "the second try")
    sidecar.end()
    until(lambda: not workers(), "the end of all workers")


def workers() -> list[int]:
    """Process ids of the workers of nodes, whose parents are actors."""
    return [pid for pid in processes() if "engines.worker" in command_of(pid) and "RemoteWorker" in parent_of(pid)]


def busy(before: dict[int, int]) -> int | None:
    """A worker that has computed for a tenth of a second since `before`, in clock ticks."""
    return next((pid for pid, ticks in before.items() if ticks_of(pid) > ticks + 10), None)


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def parent_of(pid: int) -> str:
    try:
        parent = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return ""
    return command_of(parent)


def ticks_of(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])
