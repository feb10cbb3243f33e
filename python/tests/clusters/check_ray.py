"""Ray clusters on the loopback of a network namespace, see test_ray.py. One cluster serves all tests, in order."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from ray._private import services
from ray._private.node import Node
from ray._raylet import (
    DASHBOARD_AGENT_LISTEN_PORT_NAME,
    METRICS_AGENT_PORT_NAME,
    METRICS_EXPORT_PORT_NAME,
    RUNTIME_ENV_AGENT_PORT_NAME,
    persist_port,
)
from ray.cluster_utils import Cluster

from rminas_sidecar.engines.ray import without_frames
from support.evaluations import evaluate_body, measure_body, prepare_body, score, values_of
from support.limits import scaled
from support.own_data import described, question, specification, write_folder
from support.retraining import RETRAINING, bits, essence, request_for
from support.supernets import METHOD_OPTIONS, one_shot
from support.worker_memory import PLUGIN, copies

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = scaled(180)
MEMORY = {"object_store_memory": 80 << 20}
NODE = {"num_cpus": 1, **MEMORY}
ENDLESS = "ef" * 32
EPOCHS = 60
PORTS = count(20_000)


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """Starts nodes on a busy machine: Ray gives the agents of a node 15 s and the node 30 s, and no setting helps."""
    get_node, start_processes = services.get_node, Node.start_ray_processes

    def tell_ports_and_start(node: Node) -> None:
        # The node waits until each agent has written its port. -1 means that the agent has none.
        for agent in (METRICS_AGENT_PORT_NAME, METRICS_EXPORT_PORT_NAME, DASHBOARD_AGENT_LISTEN_PORT_NAME):
            persist_port(node.get_session_dir_path(), node.node_id, agent, -1)
        port = node.runtime_env_agent_port
        persist_port(node.get_session_dir_path(), node.node_id, RUNTIME_ENV_AGENT_PORT_NAME, port)
        start_processes(node)

    def await_node(*arguments: Any) -> Any:
        def found() -> Any:
            with suppress(RuntimeError):
                return get_node(*arguments)

        return until(found, "a node of Ray")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Node, "start_ray_processes", tell_ports_and_start)
        patch.setattr(services, "get_node", await_node)
        patch.setattr(Cluster, "_wait_for_node", lambda *_: None)
        yield


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A head node without room for workers, and one node with room for one."""
    head = {"num_cpus": 0, **MEMORY, "include_dashboard": False, "node_ip_address": "127.0.0.1"}
    made = Cluster(initialize_head=True, head_node_args={**head, "runtime_env_agent_port": next(PORTS)})
    add_node(made)
    yield made
    made.shutdown()


def add_node(cluster: Cluster, **arguments: Any) -> Any:
    """Adds a node with room for one worker, or as the arguments say."""
    return cluster.add_node(**{**NODE, **arguments}, runtime_env_agent_port=next(PORTS))


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


def test_messages_of_ray_are_told_without_their_stack_frames() -> None:
    frames = 'Traceback (most recent call last):\n  File "proxier.py", line 780, in Datapath\n    raise RuntimeError(\n'
    text = f"Initialization failure from server:\n{frames}RuntimeError: Proxy failed!\n"
    assert without_frames(text) == "Initialization failure from server: RuntimeError: Proxy failed!"


def test_a_missing_package_is_named_with_the_command_that_installs_it(launcher: Any, tmp_path: Path) -> None:
    (tmp_path / "ray.py").write_text("raise ImportError(\"No module named 'ray'\")\n")
    exit_code, stderr = start(launcher, "auto", PYTHONPATH=f"{tmp_path}:{ROOT / 'python'}").wait()
    assert exit_code == 1
    assert "[missing-package] The engine ray needs the package ray: No module named 'ray'." in stderr
    assert f"next step: Run {sys.executable} -m pip install 'ray[client]'" in stderr


def test_a_cluster_of_the_sidecar_alone_has_a_token_before_ray_is_imported(launcher: Any, tmp_path: Path) -> None:
    (tmp_path / "ray.py").write_text(
        "import os\nraise ImportError(f\"{os.environ['RAY_AUTH_MODE']} of {len(os.environ['RAY_AUTH_TOKEN'])}\")\n"
    )
    _, stderr = start(launcher, "local", PYTHONPATH=f"{tmp_path}:{ROOT / 'python'}").wait()
    assert "The engine ray needs the package ray: token of 64." in stderr


def test_a_node_with_other_versions_is_refused_with_both_named(launcher: Any, cluster: Cluster, tmp_path: Path) -> None:
    import torch

    other = tmp_path / "torch-0.0.1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 0.0.1\n")
    node = add_node(cluster, resources={"other": 1}, env_vars={"PYTHONPATH": f"{tmp_path}:{ROOT / 'python'}"})
    exit_code, stderr = start(launcher, cluster.address, "--worker-resources", "CPU=1,other=1").wait()
    cluster.remove_node(node)
    assert exit_code == 1
    ours = torch.__version__.split("+")[0]
    assert f"[cluster-mismatch] A node of the Ray cluster has torch 0.0.1, and this machine has torch {ours}" in stderr


def test_deaths_and_losses_of_workers_are_told_apart(launcher: Any, cluster: Cluster, tmp_path: Path) -> None:
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
    values = [values_of(of.ask("measure", measure_body(["synflow"]))) for of in (sidecar, local)]
    assert values[0] == values[1]
    assert sidecar.ask("evaluate", evaluate_body(digest="0" * 64))["body"]["code"] == "unknown-specification"
    check_one_shot(sidecar, local, tmp_path)
    check_training(sidecar, local, cluster, tmp_path)

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
    lose_node(cluster)
    assert sidecar.receive("preempted", "error")["body"] == {"request": "evaluate"}
    until(lambda: not workers(), "the end of the lost node's worker")
    add_node(cluster)
    # The start of a worker takes a few seconds of its processor.
    until(lambda: any(ticks_of(pid) > 1000 for pid in workers()), "the second try")
    sidecar.end()
    until(lambda: not workers(), "the end of all workers")


def check_one_shot(sidecar: Any, local: Any, folder: Path) -> None:
    """A search with a supernet finds the same as that of the local engine."""
    supernet = {"oneShot": one_shot("gdas", METHOD_OPTIONS["gdas"]), "seed": 1, "dataset": None}
    found = [
        essence(of.ask("one-shot", {**supernet, "checkpoint": str(folder / name)})["body"])
        for of, name in ((sidecar, "supernet on Ray"), (local, "supernet"))
    ]
    assert [found[0][key] for key in ("epochs", "alpha")] == [found[1][key] for key in ("epochs", "alpha")]


def check_training(sidecar: Any, local: Any, cluster: Cluster, folder: Path) -> None:
    """A training takes its images along. After the loss of its node it continues from its last checkpoint."""
    images = write_folder(folder / "images")
    training = {**request_for(retraining_on(images), folder / "local"), "dataset": str(images)}
    trained = local.ask("retrain", training)
    assert trained["type"] == "retrained", trained
    local.end()
    sidecar.send("retrain", {**training, "checkpoint": str(folder / "ray")})
    until((folder / "ray").exists, "the first checkpoint")
    shutil.rmtree(images)
    lose_node(cluster)
    add_node(cluster)
    assert sidecar.receive("preempted", "retrained", "error")["body"] == {"request": "retrain"}
    answer = sidecar.receive("retrained", "error")["body"]
    assert essence(answer) == essence(trained["body"])
    assert answer["resumedFrom"] > 0
    assert bits(folder / "ray") == bits(folder / "local")


def retraining_on(images: Path) -> dict[str, Any]:
    """A retraining of many short epochs."""
    asked = question("folder", images)
    own = specification(asked, described("folder", images))
    network = {**RETRAINING["network"], "classes": 3}
    recipe = {**RETRAINING["recipe"], "epochs": EPOCHS, "cutout": 0}
    return {**RETRAINING, "network": network, "dataset": "own", "images": own, "recipe": recipe}


def test_two_workers_of_one_device_share_a_copy_as_long_as_its_owner_lives(launcher: Any, cluster: Cluster) -> None:
    """The plugin gives workers memory that goes with its process, as memory of CUDA does."""
    node = add_node(cluster, num_cpus=2, resources={"shared": 2})
    wanted = ["--workers", "2", "--worker-resources", "CPU=1,shared=1", "--plugin", str(PLUGIN)]
    sidecar = start(launcher, cluster.address, *wanted)
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body(steps=1_000_000, digest=ENDLESS))["type"] == "prepared"
    endless = [sidecar.send("evaluate", evaluate_body(digest=ENDLESS)) for _ in range(2)]
    [copy] = until(lambda: shared_copies(2), "two workers with one copy")
    owner = int(copy.split("_")[1])
    [borrower] = set(workers()) - {owner}

    # The owner's evaluation fails. That of the other one is given out again.
    os.kill(owner, signal.SIGKILL)
    failed = sidecar.receive("error", "preempted", "evaluated")
    assert (failed["id"] in endless, failed["body"]["code"]) == (True, "worker-died")
    sidecar.send("evaluate", evaluate_body(digest=ENDLESS))
    until(lambda: shared_copies(2) - {copy}, "two new workers with one copy")
    assert {owner, borrower}.isdisjoint(workers())
    sidecar.end()
    until(lambda: not workers(), "the end of all workers")
    cluster.remove_node(node)


def shared_copies(users: int) -> set[str]:
    """The images that so many workers, and no others, have mapped: `torch_`, the owner, and a number."""
    mapped = [min(copies(pid), default="") for pid in workers()]
    return set(mapped) if len(mapped) == users and len(set(mapped)) == 1 and all(mapped) else set()


# --- whole searches

SETTINGS = {"RF_WARMUP": 8, "RF_SUCC": 3, "MAX_EVALUATIONS": 13}
"""Eight random architectures, and five that are proposed, two at a time."""


def test_a_search_ends_the_same_on_every_engine_and_whatever_happens_to_the_nodes(
    cluster: Cluster, tmp_path: Path
) -> None:
    add_node(cluster)
    add_node(cluster)
    ray = ["--engine", "ray", "--ray-address", cluster.address, "--max-workers", "3"]
    expected = finish(search(tmp_path / "local", "--workers", "1"))

    running = search(tmp_path / "ray", *ray)
    until(lambda: len(evaluated(tmp_path / "ray")) >= 2, "the warm-up")
    lose_node(cluster)
    until(lambda: len(evaluated(tmp_path / "ray")) >= 9, "the guided phase")
    add_node(cluster)
    lose_node(cluster)
    result = finish(running)
    assert evaluated(tmp_path / "ray") == evaluated(tmp_path / "local")
    assert [result[key] for key in SAME] == [expected[key] for key in SAME]

    # Three local workers begin, and one of the cluster ends it.
    running = search(tmp_path / "moved", "--workers", "3")
    until(lambda: len(evaluated(tmp_path / "moved")) >= 3, "the warm-up")
    running.send_signal(signal.SIGINT)
    assert running.wait(PATIENCE_SECONDS) == 130
    folder = only_run(tmp_path / "moved")
    move_to_ray(folder / "config.yaml", cluster.address)
    result = finish(start_program("search", "--resume", str(folder), "--no-cache", "--json"))
    assert evaluated(tmp_path / "moved") == evaluated(tmp_path / "local")
    assert [result[key] for key in SAME] == [expected[key] for key in SAME]
    assert result["cost"]["sessions"] == 2


SAME = ("genotype", "best", "stop", "voters", "threshold", "successes")


def search(out: Path, *arguments: str) -> "subprocess.Popen[str]":
    keys = [word for name, value in SETTINGS.items() for word in (f"RMINAS.{name}", str(value))]
    places = ["--device", "cpu", "--out", str(out), "--no-cache", "--json"]
    return start_program("search", "--cfg", "quickstart", *places, *arguments, *keys)


def start_program(*arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "RMINAS_PYTHON": sys.executable}
    command = ["node", str(ROOT / "bin" / "run.js"), *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(running: "subprocess.Popen[str]") -> dict[str, Any]:
    stdout, stderr = running.communicate(timeout=PATIENCE_SECONDS)
    assert running.returncode == 0, stderr
    result: dict[str, Any] = json.loads(stdout)
    return result


def only_run(out: Path) -> Path:
    (folder,) = out.iterdir()
    return folder


def evaluated(out: Path) -> dict[str, Any]:
    """The evaluations in the journal of the only run in a folder, without seconds. Fails if one is there twice."""
    found: dict[str, Any] = {}
    for journal in out.glob("*/journal.jsonl"):
        for line in journal.read_text().splitlines(keepends=True):
            entry = json.loads(line)["entry"] if line.endswith("\n") else {}
            if entry.get("type") == "evaluated":
                assert entry["genotype"] not in found
                evaluation = entry["outcome"]["evaluation"]
                found[entry["genotype"]] = {**evaluation, "seconds": None, "seed": entry["seed"]}
    return found


def move_to_ray(config: Path, address: str) -> None:
    """Changes the engine of an interrupted run."""
    text = config.read_text()
    for key, value in {"ENGINE": "ray", "RAY_ADDRESS": address, "WORKERS": "1"}.items():
        text, count = re.subn(rf"(?m)^(  {key}: ).*$", rf"\g<1>{value}", text)
        assert count == 1, key
    config.write_text(text)


# --- nodes and processes


def lose_node(cluster: Cluster) -> None:
    """Kills all processes of the oldest node with room for workers at once, as the end of its machine does."""
    node = next(node for node in cluster.list_all_nodes() if node != cluster.head_node)
    raylet = node.all_processes["raylet"][0].process.pid
    for pid in [raylet, *descendants(raylet)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    cluster.remove_node(node, allow_graceful=False)


def descendants(pid: int) -> list[int]:
    children = [child for child in processes() if parent(child) == pid]
    return [*children, *(below for child in children for below in descendants(child))]


def workers() -> list[int]:
    """Process ids of the workers of nodes, whose parents are actors."""
    return [
        pid for pid in processes() if "engines.worker" in command_of(pid) and "RemoteWorker" in command_of(parent(pid))
    ]


def busy(before: dict[int, int]) -> int | None:
    """A worker that has computed for a tenth of a second since `before`, in clock ticks."""
    return next((pid for pid, ticks in before.items() if ticks_of(pid) > ticks + 10), None)


def processes() -> list[int]:
    """All processes of the network of this one, which test_ray.py makes. Another test has one of its own."""
    here = network_of("self")
    return [
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and network_of(entry.name) == here
    ]


def network_of(pid: str) -> Path | None:
    try:
        return Path(f"/proc/{pid}/ns/net").readlink()
    except OSError:
        return None


def command_of(pid: int | None) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return None


def ticks_of(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])
