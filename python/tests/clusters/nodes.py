"""Nodes of a Ray cluster, and sidecars that use it."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

from ray.cluster_utils import Cluster

from clusters.processes import descendants
from support.limits import scaled

PATIENCE_SECONDS = scaled(180)
MEMORY = {"object_store_memory": 80 << 20}
NODE = {"num_cpus": 1, **MEMORY}
PORTS = count(20_000)


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
        # A look at all processes takes a few milliseconds.
        time.sleep(0.1)
    raise AssertionError(f"{waits_for} did not come")


def start(launcher: Any, address: str, *arguments: str, **environment: str) -> Any:
    flags = ["--engine", "ray", "--ray-address", address, *arguments]
    return launcher.start_for(*launcher.bind(), ["--allow", "/", *flags], environment)


def lose_node(cluster: Cluster) -> None:
    """Kills all processes of the oldest node with room for workers at once, as the end of its machine does."""
    node = next(node for node in cluster.list_all_nodes() if node != cluster.head_node)
    raylet = node.all_processes["raylet"][0].process.pid
    for pid in [raylet, *descendants(raylet)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    cluster.remove_node(node, allow_graceful=False)


def leave_one_node(cluster: Cluster) -> None:
    """Removes all nodes with room for a worker but the oldest, so that its loss is that of the only worker."""
    _, *others = (node for node in cluster.list_all_nodes() if node != cluster.head_node)
    for node in others:
        cluster.remove_node(node)
    # Until then, workers could be placed on a removed node.
    cluster.wait_for_nodes(PATIENCE_SECONDS)


def lost_work(sidecar: Any, *answers: str) -> dict[str, Any]:
    """The next report of a lost worker that had work, or an error or one of the answers. Others may be lost before."""
    while True:
        body: dict[str, Any] = sidecar.receive("preempted", "error", *answers)["body"]
        if body != {"request": None}:
            return body
