"""Hands a starting `python -m rminas_sidecar…`, or the script of a bridge, over to the fork server of the tests.

Python imports this module at each start while its folder is on PYTHONPATH. The server has imported the large packages
already. It forks a process that runs the program with the arguments, variables, folder and streams of this one. This
process stays in its place: it passes signals on, and it ends as the program ends. When it is killed, the server kills
the program. Its name in /proc becomes `for PID`, so that a test finds the program, which it may stop or kill. Where a
fork would differ from this process, the program starts as usual.

RMINAS_TEST_FIRST is the path of a file that every Python process of a test runs first, forks included.
"""

# ruff: noqa: PTH109, PTH115, PTH116, PTH123 - pathlib takes longer to import than everything else that happens here.
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import socket

_ADDRESS = "RMINAS_TEST_FORK_SERVER"
"""The variable with the path of the server's socket."""

_BRIDGE = "/pythonia/interface.py"
"""The script that Node runs to use Python objects. It has a channel to Node beside its streams."""

_FIRST = "RMINAS_TEST_FIRST"

_READ_ONCE = ("ATEN_", "DNNL_", "GLIBC_", "KMP_", "LD_", "MALLOC_", "MKL_", "OMP_", "OPENBLAS_", "PYTHON", "TORCH")
"""The interpreter and the libraries read variables with these beginnings when they are loaded."""


def surroundings() -> dict[str, Any]:
    """Everything that a fork takes from its server: the interpreter, limits, user, processors and namespaces."""
    import resource

    limits = sorted(name for name in dir(resource) if name.startswith("RLIMIT_"))
    root = os.stat("/")
    flags = dict(zip(type(sys.flags).__match_args__, map(int, sys.flags), strict=True))
    return {
        # The process hands over its path, on which `safe_path` decides.
        "interpreter": [sys.prefix, {**flags, "safe_path": None}],
        "limits": [list(resource.getrlimit(getattr(resource, name))) for name in limits],
        "user": [os.getuid(), os.geteuid(), os.getgid(), os.getegid(), *os.getgroups()],
        "processors": sorted(os.sched_getaffinity(0)),
        "namespaces": [os.readlink(entry.path) for entry in os.scandir("/proc/self/ns")],
        "root": [root.st_dev, root.st_ino],
    }


def variables_read_once() -> dict[str, str]:
    """The variables of this process that a fork cannot change any more."""
    # Node tells pythonia the interpreter by PYTHON_BIN.
    names = [name for name in os.environ if name.startswith(_READ_ONCE) and name != "PYTHON_BIN"]
    return {name: os.environ[name] for name in names}


def _is_for_the_server() -> bool:
    """Whether this process runs a module of the sidecar, or the script of a bridge."""
    first, second = (*sys.orig_argv[1:3], "", "")[:2]
    return first.endswith(_BRIDGE) or (first == "-m" and second.partition(".")[0] == "rminas_sidecar")


def _descriptors() -> list[int]:
    """The standard streams, and the channel that Node has opened."""
    channel = os.environ.get("NODE_CHANNEL_FD")
    return [0, 1, 2] if channel is None else [0, 1, 2, int(channel)]


def _hand_over(address: str) -> None:
    """Ends this process as the program ends that the server forks. Returns if the server does not fork it."""
    import json
    import signal
    import socket

    catchable = {number for number in signal.Signals if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD)}
    ignored = {number for number in catchable if signal.getsignal(number) == signal.SIG_IGN}
    request = {
        "surroundings": surroundings(),
        "read_once": variables_read_once(),
        "module": sys.orig_argv[1] == "-m",
        "arguments": sys.orig_argv[2:] if sys.orig_argv[1] == "-m" else sys.orig_argv[1:],
        "descriptors": _descriptors(),
        "variables": dict(os.environ),
        "folder": os.getcwd(),
        "path": sys.path,
        "ignored": sorted(ignored),
    }
    text = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX) as server:
        # Signals that arrive until the process passes them on wait for that.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, catchable)
        try:
            server.connect(address)
            socket.send_fds(server, [len(text).to_bytes(4, "big")], _descriptors())
            server.sendall(text)
            program = int.from_bytes(server.recv(4), "big")
            if program:
                with open("/proc/self/comm", "w") as name:
                    name.write(f"for {program}")
                for number in catchable - ignored:
                    signal.signal(number, lambda number, _: os.kill(program, number))
        except OSError:
            program = 0
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if program:
            _end_like_the_program(server)


def _end_like_the_program(server: "socket.socket") -> NoReturn:
    import signal

    # The program alone holds the descriptors, so that they end with it.
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in _descriptors():
        os.dup2(nothing, descriptor)
    status = server.recv(4)
    code = int.from_bytes(status, "big", signed=True) if status else 1
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def run_first() -> None:
    """Runs the file that the processes of a test run first, if there is one."""
    if file := os.environ.get(_FIRST):
        import runpy

        runpy.run_path(file)


_address = os.environ.get(_ADDRESS)
if _address and _is_for_the_server():
    _hand_over(_address)
run_first()
