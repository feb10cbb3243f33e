"""One Ray cluster on the loopback of a network namespace, for all tests of a session: a plugin of pytest."""

from collections.abc import Iterator
from contextlib import suppress
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

from clusters.nodes import MEMORY, PORTS, add_node, until


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
