"""The real sidecar as a child process, for tests through its socket."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zmq
from zmq.auth import CURVE_ALLOW_ANY
from zmq.auth.thread import ThreadAuthenticator

import rminas_sidecar
from rminas_sidecar.kernels import Kernels
from support.comparisons import Comparisons
from support.forks import start_for_sidecars
from support.kernels import kernels_for
from support.limits import scaled

PATIENCE_SECONDS = scaled(60)
"""A test fails after this long. No test depends on a duration below it."""


_LONG = ("test_engine_deaths", "test_ray", "test_bombs", "test_golden", "test_fuzz_readers", "test_kernels_compiler")
"""Files that take long. They begin first, so that no process of pytest-xdist waits for one of them at the end.

The first two mostly wait, and longer on a slow machine.
"""

PASSWORD = {"RMINAS_SOCKET_PASSWORD": "the password of these tests"}


class SidecarProcess:
    """`python -m rminas_sidecar`, and the controller's end of its socket."""

    def __init__(self, socket: "zmq.Socket[bytes]", address: str, arguments: list[str], environment: dict[str, str]):
        self.socket = socket
        self._last_id = 0
        # The tests send no heartbeats, and a slow machine must not make the sidecar believe that they are dead.
        patient = ["--parent-timeout", str(PATIENCE_SECONDS)]
        fixed = ["--address", address, "--device", "cpu", *patient]
        self._command = [sys.executable, "-m", "rminas_sidecar", *fixed, *arguments]
        package = str(Path(rminas_sidecar.__file__).parents[1])
        self.process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **PASSWORD, "PYTHONPATH": package, **environment},
        )

    @property
    def pid(self) -> int:
        return _program(self.process.pid)

    def send(self, kind: str, body: dict[str, Any]) -> str:
        """Sends a request and returns its id."""
        self._last_id += 1
        self.socket.send_json({"type": kind, "id": str(self._last_id), "body": body})
        return str(self._last_id)

    def receive(self, *wanted: str) -> dict[str, Any]:
        """The next message of one of these types; without types, the next one that answers a request or logs."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            ended = self.process.poll() is not None
            if not self.socket.poll(1000):
                # What a process sent before its end has arrived by now.
                if ended:
                    break
                continue
            message: dict[str, Any] = json.loads(self.socket.recv())
            if message["type"] in wanted or (not wanted and message["type"] not in ("heartbeat", "starting")):
                return message
        raise AssertionError(f"no message {wanted} came; exit code {self.process.poll()}")

    def ask(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """Sends a request and returns the answer to it."""
        request = self.send(kind, body)
        while True:
            message = self.receive()
            if message["id"] == request and message["type"] != "progress":
                return message

    def wait(self) -> tuple[int, str]:
        """Exit code and stderr of a sidecar that ends."""
        assert self.process.stderr is not None
        stderr = self.process.stderr.read().decode()
        return self.process.wait(PATIENCE_SECONDS), stderr

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        return _children(self.pid)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stderr):
            if pipe is not None:
                pipe.close()


def _children(pid: int) -> list[int]:
    """Process ids of the children of a process (Linux). A fork stands for the process that asked for it."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [_program(int(child)) for child in text.split()]


def _program(pid: int) -> int:
    """The fork that runs the program of a process, see `fork_server`; otherwise the process itself."""
    try:
        word, _, fork = Path(f"/proc/{pid}/comm").read_text().strip().partition(" ")
    except OSError:
        return pid
    return int(fork) if word == "for" else pid


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.fixture
def wait_for_end() -> Callable[[int], None]:
    """Waits until a process is gone, one that need not be a child of this one."""

    def wait(pid: int) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while _is_alive(pid):
            assert time.monotonic() < until, f"process {pid} still lives"
            time.sleep(0.01)

    return wait


class Launcher:
    """Binds sockets and starts sidecars for them; sidecars that still run at the end are killed.

    Args:
        forking: gives the variables of sidecars that are forks.
    """

    password = PASSWORD

    def __init__(self, forking: Callable[[], Mapping[str, str]]) -> None:
        self._forking = forking
        # Not pytest's folder: the path of a socket must stay short.
        self._folder = tempfile.TemporaryDirectory()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._gatekeeper = ThreadAuthenticator(self._context)
        self._gatekeeper.start()
        self._gatekeeper.configure_plain(passwords={"sidecar": PASSWORD["RMINAS_SOCKET_PASSWORD"]})
        self._gatekeeper.configure_curve(location=CURVE_ALLOW_ANY)
        self._sockets = 0
        self._started: list[SidecarProcess] = []

    def bind(self, address: str | None = None, secret_key: bytes | None = None) -> "tuple[zmq.Socket[bytes], str]":
        """A controller's socket and its address."""
        socket = self._context.socket(zmq.DEALER)
        if secret_key is not None:
            socket.curve_secretkey = secret_key
            socket.curve_server = True
        else:
            socket.plain_server = True
        self._sockets += 1
        socket.bind(address or f"ipc://{self._folder.name}/{self._sockets}")
        return socket, socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")

    def start_for(
        self, socket: "zmq.Socket[bytes]", address: str, arguments: list[str], environment: dict[str, str]
    ) -> SidecarProcess:
        """A sidecar that connects to this address."""
        self._started.append(SidecarProcess(socket, address, arguments, environment))
        return self._started[-1]

    def start(self, *arguments: str) -> SidecarProcess:
        """A sidecar with a socket of its own, which may open every file."""
        return self.start_for(*self.bind(), ["--allow", "/", *arguments], {})

    def start_fork(self, *arguments: str, **environment: str) -> SidecarProcess:
        """The same, but the sidecar and its workers are forks of a process that has imported PyTorch.

        A fork of a killed process ends soon after it, and not before it.
        """
        return self.start_for(*self.bind(), ["--allow", "/", *arguments], {**self._forking(), **environment})

    def close(self) -> None:
        for sidecar in self._started:
            sidecar.end()
        self._gatekeeper.stop()
        self._context.destroy(linger=0)
        self._folder.cleanup()


@pytest.fixture(scope="session")
def forking() -> Iterator[Mapping[str, str]]:
    """Variables of processes that are forks (Linux)."""
    if sys.platform != "linux":
        yield {}
        return
    # Not pytest's folder: the path of a socket must stay short.
    with tempfile.TemporaryDirectory() as folder, closing(start_for_sidecars(folder)) as server:
        yield server.variables


@pytest.fixture
def launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    with closing(Launcher(lambda: request.getfixturevalue("forking"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def module_launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    """For sidecars that all tests of a module share, because no test harms them."""
    with closing(Launcher(lambda: request.getfixturevalue("forking"))) as opened:
        yield opened


@pytest.fixture
def kernels() -> Kernels:
    """The compiled functions for 16 channels."""
    return kernels_for(16)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _LONG.index(item.path.stem) if item.path.stem in _LONG else len(_LONG))


_COMPARISONS = pytest.StashKey[Comparisons]()


@pytest.fixture
def comparisons(pytestconfig: pytest.Config) -> Comparisons:
    """Compares with XNAS; all comparisons of a session are counted together."""
    return pytestconfig.stash.setdefault(_COMPARISONS, Comparisons())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Sends the counts from a process of pytest-xdist to the one that prints them."""
    output, counted = getattr(session.config, "workeroutput", None), session.config.stash.get(_COMPARISONS, None)
    if output is not None and counted is not None:
        output["comparisons"] = counted.as_json()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Adds the counts of a process of pytest-xdist."""
    counted = getattr(node, "workeroutput", {}).get("comparisons")
    if counted is not None:
        node.config.stash.setdefault(_COMPARISONS, Comparisons()).add(counted)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Prints the comparisons with XNAS."""
    counted = config.stash.get(_COMPARISONS, None)
    for line in counted.report() if counted is not None else []:
        terminalreporter.write_line(line)
