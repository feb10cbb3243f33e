"""Starts the fork server of `python/tests/fork_server`."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import rminas_sidecar

FOLDER = Path(__file__).parents[1] / "fork_server"

_MODULES = (
    "torch",
    "rminas_sidecar.server",
    "rminas_sidecar.evaluation.session",
    "rminas_sidecar.plugins.catalogue",
    "rminas_sidecar.plugins.loading",
)
"""Everything that a sidecar and its workers import at their start."""

_VARIABLES = {
    **{"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    "GLIBC_TUNABLES": os.environ.get("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"),
    "PYTHONPATH": os.pathsep.join([str(Path(rminas_sidecar.__file__).parents[1]), str(FOLDER)]),
    **{"PYTHONSAFEPATH": "1", "PYTHONFAULTHANDLER": "1"},
}
"""Those of a sidecar and its workers, so that forks are like them."""


class ForkServer:
    """A running fork server.

    Args:
        socket: a short path, where it listens.
        modules: it has imported them.
        variables: its environment.
    """

    def __init__(self, socket: str, modules: Sequence[str], variables: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(FOLDER / "server.py"), socket, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**variables, "RMINAS_TEST_FORK_SERVER": ""},
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"listening\n"
        self.variables = {**variables, "RMINAS_TEST_FORK_SERVER": socket}
        """The environment of processes that it forks."""

    def close(self) -> None:
        self._process.communicate()


def start_for_sidecars(folder: str) -> ForkServer:
    """Starts a server whose forks have imported PyTorch.

    Args:
        folder: for the socket.
    """
    return ForkServer(f"{folder}/s", _MODULES, {**os.environ, **_VARIABLES})
