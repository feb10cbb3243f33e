"""One Ray cluster on the loopback of a network namespace, for all tests of a session, and the ends of its nodes.

A plugin of pytest: `pytest_plugins = ["clusters.nodes"]` gives a module its fixtures.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
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

from clusters.processes import descendants
from support.limits import scaled

PATIENCE_SECONDS = scaled(180)
MEMORY = {"object_store_memory": 80 << 20}
NODE = {"num_cpus": 1, **MEMORY}
PORTS = count(20_000)


@pytest.fixture(scope="session", autouse=True)
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


@pytest.fixture(scope="session")
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


def lose_node(cluster: Cluster) -> None:
    """Kills all processes of the oldest node with room for workers at once, as the end of its machine does."""
    node = next(node for node in cluster.list_all_nodes() if node != cluster.head_node)
    raylet = node.all_processes["raylet"][0].process.pid
    for pid in [raylet, *descendants(raylet)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    cluster.remove_node(node, allow_graceful=False)
