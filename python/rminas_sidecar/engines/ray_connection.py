"""Connects to a Ray cluster, and turns failures into errors of the protocol."""

import os
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from rminas_sidecar.engines.ray_settings import RaySettings
from rminas_sidecar.protocol import Body
from rminas_sidecar.protocol.failures import error_body, failure_body
from rminas_sidecar.system.packages import install_step

if TYPE_CHECKING:
    from rminas_sidecar.engines.ray import RayCluster


def connect(settings: RaySettings, seconds: float, on_connected: Callable[["RayCluster"], None]) -> Body | None:
    """Connects, and waits until a node has room for a worker. Importing Ray and connecting take seconds.

    Args:
        settings: the cluster.
        seconds: how long to wait for a node with room.
        on_connected: called with the cluster before the wait.

    Returns:
        The protocol's error; None after success.
    """
    _prepare_environment(settings)
    try:
        from rminas_sidecar.engines.ray import RayCluster, await_room

        cluster = RayCluster(settings)
        on_connected(cluster)
        await_room(cluster, seconds)
    except ImportError as error:
        steps = [install_step("ray[client]"), "Or use --engine local."]
        return error_body("missing-package", f"The engine ray needs the package ray: {error}.", steps)
    except Exception as error:
        return failure_body(error)
    return None


def _prepare_environment(settings: RaySettings) -> None:
    """Sends no statistics, and protects a local cluster by a token. Ray reads these variables at its import."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if settings.address == "local":
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
