"""The connection to a Ray cluster. Only this module imports Ray."""

import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import ray
from ray.exceptions import RayActorError

from rminas_sidecar.engines.carried_files import Files
from rminas_sidecar.engines.ray_settings import RaySettings
from rminas_sidecar.engines.ray_worker import RemoteWorker, versions
from rminas_sidecar.engines.worker_process import WorkerSettings
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol import Body

_CONNECT_SECONDS = 10.0
_LOOK_SECONDS = 2.0
_THREADS = 2
_OUT_OF_MEMORY = "(OOM)"
"""In the error of an actor that Ray killed because its node was short of memory."""


class RayCluster:
    """A cluster that this process is connected to.

    Args:
        settings: its address, and what a worker takes.

    Raises:
        SidecarError: `public-address`, `cluster-unreachable`, `cluster-mismatch`.
    """

    def __init__(self, settings: RaySettings) -> None:
        self._settings = settings
        _check_reachable(settings)
        try:
            ray.init(address=settings.address, log_to_driver=False, logging_level=logging.ERROR, **_options(settings))
        except Exception as error:
            # Ray raises exceptions of many classes, even Exception itself.
            if "Version mismatch" not in str(error):
                raise _unreachable(settings, error) from error
            steps = ["Install the versions of the cluster here, or start its nodes with those of this machine."]
            raise SidecarError("cluster-mismatch", " ".join(str(error).split()), steps) from error
        for node in self._nodes():
            _refuse_public(settings, node["NodeManagerAddress"])

    def publish(self, content: bytes | Files) -> "ray.ObjectRef[Any]":
        """Makes content available to all nodes."""
        return ray.put(content)

    def lacks(self) -> str | None:
        """Why no node can ever run a worker; None when one can, even if it is busy now."""
        nodes = self._nodes()
        if any(_offers(node["Resources"], self._settings.resources) for node in nodes):
            return None
        offers = "; ".join(f"{node['NodeManagerAddress']} has {_describe(node['Resources'])}" for node in nodes)
        return f"No node of the Ray cluster has {self._settings.demand} for a worker: {offers or 'it has no node'}."

    def start_worker(self, settings: WorkerSettings, hear: "Hear") -> "RayWorker":
        """Starts a worker where the cluster has room, now or later."""
        return RayWorker(self._settings, settings, hear)

    def close(self) -> None:
        """Leaves the cluster, and ends one that this process started."""
        ray.shutdown()

    def _nodes(self) -> list[dict[str, Any]]:
        return [node for node in ray.nodes() if node["Alive"]]


Hear = Callable[[Body], None]
"""Receives messages of the worker process, and those of this module:

`placed` with the `versions` of the node, `lost` with a `reason` when the cluster ended the actor, and `died` when the
actor could not start, or was killed because memory ran out."""


class RayWorker:
    """A worker process on a node of the cluster, as the server sees it.

    Args:
        settings: its resources.
        worker: how it computes.
        hear: called from a thread of this object.
    """

    def __init__(self, settings: RaySettings, worker: WorkerSettings, hear: Hear) -> None:
        self._worker = worker
        self._hear = hear
        resources = dict(settings.resources)
        self._actor = (
            ray.remote(RemoteWorker)
            .options(
                num_cpus=resources.pop("CPU", 0),
                num_gpus=resources.pop("GPU", 0),
                memory=resources.pop("memory", None),
                resources=resources,
                max_restarts=0,
                max_concurrency=_THREADS,
                scheduling_strategy="SPREAD",
            )
            .remote()
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self) -> None:
        """Starts the worker process, once the node's versions are accepted."""
        self._actor.start.remote(self._worker)

    def send(self, request: Body) -> None:
        """Sends a request. A lost worker ignores it; its loss is reported anyway."""
        self._actor.send.remote(request)

    def prepare(self, request: Body, batch: "ray.ObjectRef[bytes]", copy: Body | None) -> None:
        """Sends a prepared batch, and the copy of it that the device has."""
        self._actor.prepare.remote(request, batch, copy)

    def train(self, request: Body, inputs: Mapping[str, "ray.ObjectRef[Files]"], checkpoint: bytes | None) -> None:
        """Sends a training with its files."""
        self._actor.train.remote(request, list(inputs), checkpoint, *inputs.values())

    def end(self) -> None:
        """Ends the actor and its process."""
        with suppress(Exception):
            ray.kill(self._actor)

    def _listen(self) -> None:
        placed = False
        try:
            self._hear({"event": "placed", "versions": ray.get(self._actor.versions.remote())})
            placed = True
            while True:
                for message in ray.get(self._actor.messages.remote()):
                    self._hear(message)
        except Exception as error:
            self._hear(_explain_end(error, placed))


def _explain_end(error: Exception, placed: bool) -> Body:
    text = " ".join(str(error).split())
    failed = not placed and not (isinstance(error, RayActorError) and not error.actor_init_failed)
    if failed:
        return {"event": "died", "code": 1, "stderr": text}
    if _OUT_OF_MEMORY in text:
        return {"event": "died", "code": -9, "stderr": text}
    return {"event": "lost", "reason": text}


def _options(settings: RaySettings) -> dict[str, Any]:
    return {"include_dashboard": False} if settings.address == "local" else {}


def _check_reachable(settings: RaySettings) -> None:
    """Ray itself would try for a minute, or end this process."""
    if settings.address == "local":
        _refuse_public(settings, ray.util.get_node_ip_address())
    if settings.address in ("auto", "local"):
        return
    host, _, port = settings.address.removeprefix("ray://").rpartition(":")
    try:
        for info in socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM):
            _refuse_public(settings, str(info[4][0]))
        socket.create_connection((host, int(port)), _CONNECT_SECONDS).close()
    except (OSError, ValueError, OverflowError) as error:
        raise _unreachable(settings, error) from error


def _refuse_public(settings: RaySettings, address: str) -> None:
    if settings.allow_public or not ipaddress.ip_address(address).is_global:
        return
    message = f"The Ray cluster at {settings.address} uses the public address {address}."
    steps = [
        "Reach it through a private network or a tunnel, e.g. ssh -L 10001:localhost:10001, with --ray-address ray://localhost:10001.",
        "With --allow-public, everyone who reaches its ports can run code on it unless it requires a token.",
    ]
    raise SidecarError("public-address", message, steps)


def _unreachable(settings: RaySettings, error: Exception) -> SidecarError:
    return SidecarError(
        "cluster-unreachable",
        f"The Ray cluster {settings.address} cannot be reached: {without_frames(str(error))}",
        ["Check --ray-address. Start a cluster with: ray start --head"],
    )


def without_frames(text: str) -> str:
    """A message of Ray on one line, without the stack frames that it may quote."""
    lines = (line for line in text.replace("Traceback (most recent call last):", "").splitlines() if line[:1] != " ")
    return " ".join(" ".join(lines).split())


def _offers(offered: Mapping[str, float], wanted: Mapping[str, float]) -> bool:
    return all(offered.get(name, 0.0) >= amount for name, amount in wanted.items())


def _describe(resources: Mapping[str, float]) -> str:
    shown = {name: amount for name, amount in resources.items() if not name.startswith(("node:", "object_store"))}
    return ",".join(f"{name}={amount:g}" for name, amount in sorted(shown.items())) or "no resources"


def await_room(cluster: RayCluster, seconds: float) -> None:
    """Waits until a node can run a worker, for an autoscaler may have to start one.

    Raises:
        SidecarError: `cluster-too-small` after `seconds`.
    """
    until = time.monotonic() + seconds
    while (lack := cluster.lacks()) is not None:
        if time.monotonic() >= until:
            steps = [
                "Lower --worker-resources, or add a node that has them.",
                "If the cluster needs longer to start a node, raise RMINAS.START_DEADLINE.",
            ]
            raise SidecarError("cluster-too-small", lack, steps)
        time.sleep(min(_LOOK_SECONDS, max(0.0, until - time.monotonic())))


def mismatch(theirs: Mapping[str, str]) -> str | None:
    """How the versions of a node differ from those of this machine; None when they are the same."""
    ours = versions()
    differing = [name for name in ours if theirs.get(name) != ours[name]]
    if not differing:
        return None
    node, here = (", ".join(f"{name} {of.get(name, 'none')}" for name in differing) for of in (theirs, ours))
    return f"A node of the Ray cluster has {node}, and this machine has {here}."


__all__ = ["RayCluster", "RayWorker", "await_room", "mismatch", "without_frames"]
