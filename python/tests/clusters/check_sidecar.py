"""A sidecar whose workers run on a Ray cluster: its answers, its errors, and the deaths and losses of its workers."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from ray.cluster_utils import Cluster

from clusters.nodes import add_node, leave_one_node, lose_node, lost_work, start, until
from clusters.processes import busy, ticks_of, workers
from rminas_sidecar.engines.ray import without_frames
from rminas_sidecar.system.packages import install_step
from support.evaluations import evaluate_body, measure_body, prepare_body, score, values_of
from support.own_data import described, question, specification, write_folder
from support.retraining import RETRAINING, bits, essence, request_for
from support.supernets import METHOD_OPTIONS, one_shot
from support.worker_memory import PLUGIN, copies

pytest_plugins = ["clusters.fixtures"]

ROOT = Path(__file__).parents[3]
ENDLESS = "ef" * 32
EPOCHS = 60


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
    assert f"next step: {install_step('ray[client]')}" in stderr


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
    leave_one_node(cluster)
    local = launcher.start_fork("--workers", "1")
    sidecar = start(launcher, cluster.address, "--workers", "2")
    hello = sidecar.receive("hello")["body"]
    assert (hello["workers"], hello["device"]) == (2, "cpu")
    assert "torch" in hello["versions"]
    prepared = sidecar.ask("prepare", prepare_body())
    assert prepared["type"] == "prepared"
    # The processor time of a worker before its first evaluation.
    started = max(ticks_of(pid) for pid in workers())

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
    assert lost_work(sidecar) == {"request": "evaluate"}
    until(lambda: not workers(), "the end of the lost node's worker")
    add_node(cluster)
    # The start of the new worker takes as long as that of the first one.
    until(lambda: any(ticks_of(pid) > 2 * started for pid in workers()), "the second try")
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
    assert lost_work(sidecar, "retrained") == {"request": "retrain"}
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
