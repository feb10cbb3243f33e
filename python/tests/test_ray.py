"""Runs the tests of Ray clusters in a network of their own, because Ray listens at the address of the machine."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from support.limits import scaled

TESTS = [Path(__file__).with_name("clusters") / name for name in ("check_sidecar.py", "check_searches.py")]
"""In this order: they share one cluster, and the searches leave further nodes behind."""
IN_OWN_NETWORK = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # A token in the home folder would reach the head node and not the others.
    "RAY_AUTH_MODE": "disabled",
    # On a busy machine the head node starts slowly.
    "RAY_gcs_server_port_wait_time_s": str(int(scaled(60))),
    "RAY_agent_register_timeout_ms": "300000",
    "RAY_worker_register_timeout_seconds": "300",
    # Ray starts workers at nice 15, where other tests leave them little of the processor.
    "RAY_worker_niceness": "0",
}


def _missing() -> str | None:
    if importlib.util.find_spec("ray") is None:
        return "Ray is not installed: pip install -c python/constraints.txt 'ray[client]'"
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return "unshare or ip is missing"
    tried = subprocess.run([*IN_OWN_NETWORK, "true"], capture_output=True, text=True)
    return None if tried.returncode == 0 else f"no network namespace can be made: {tried.stderr.strip()}"


def test_ray_clusters() -> None:
    missing = _missing()
    if missing is not None:
        pytest.skip(missing)
    # In a session of its own, so that pytest-xdist's variables do not reach it.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    # The path of Ray's sockets must stay short, and a job outside must not find this cluster.
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as folder:
        environment["RAY_TMPDIR"] = folder
        done = _run(environment)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]


def _run(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *map(str, TESTS)]
    return subprocess.run(
        [*IN_OWN_NETWORK, *command], env={**environment, **ENVIRONMENT}, capture_output=True, text=True
    )
