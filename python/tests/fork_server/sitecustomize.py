"""Hands a starting `python -m rminas_sidecar…` over to the fork server of the tests.

Python imports this module at each start while its folder is on PYTHONPATH. The server has imported the large packages
already. It forks a process that runs the program with the arguments, variables, folder and streams of this one. This
process stays in its place: it passes signals on, and it ends as the program ends. When it is killed, the server kills
the program. Its name in /proc becomes `for PID`, so that a test finds the program, which it may stop or kill. Where a
fork would differ from this process, the program starts as usual.
"""

# ruff: noqa: PTH109, PTH115, PTH116, PTH123 - pathlib takes longer to import than everything else that happens here.
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import socket

_ADDRESS = "RMINAS_TEST_FORK_SERVER"
"""The variable with the path of the server's socket."""

_READ_ONCE = ("ATEN_", "DNNL_", "GLIBC_", "KMP_", "LD_", "MALLOC_", "MKL_", "OMP_", "OPENBLAS_", "PYTHON", "TORCH")
"""The interpreter and the libraries read variables with these beginnings when they are loaded."""


def surroundings() -> dict[str, Any]:
    """Everything that a fork takes from its server: the interpreter, limits, user, processors and namespaces."""
    import resource

    limits = sorted(name for name in dir(resource) if name.startswith("RLIMIT_"))
    root = os.stat("/")
    return {
        "interpreter": [sys.prefix, *map(int, sys.flags)],
        "limits": [list(resource.getrlimit(getattr(resource, name))) for name in limits],
        "user": [os.getuid(), os.geteuid(), os.getgid(), os.getegid(), *os.getgroups()],
        "processors": sorted(os.sched_getaffinity(0)),
        "namespaces": [os.readlink(entry.path) for entry in os.scandir("/proc/self/ns")],
        "root": [root.st_dev, root.st_ino],
    }


def variables_read_once() -> dict[str, str]:
    """The variables of this process that a fork cannot change any more."""
    return {name: value for name, value in os.environ.items() if name.startswith(_READ_ONCE)}


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
        "arguments": sys.orig_argv[2:],
        "variables": dict(os.environ),
        "folder": os.getcwd(),
        "path": sys.path,
        "ignored": sorted(ignored),
    }
    text = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.connect(address)
            socket.send_fds(server, [len(text).to_bytes(4, "big")], [0, 1, 2])
            server.sendall(text)
            answer = server.recv(4)
        except OSError:
            return
        if not answer:
            return
        program = int.from_bytes(answer, "big")
        with open("/proc/self/comm", "w") as name:
            name.write(f"for {program}")
        for number in catchable - ignored:
            signal.signal(number, lambda number, _: os.kill(program, number))
        _end_like_the_program(server)


def _end_like_the_program(server: "socket.socket") -> NoReturn:
    import signal

    # The program alone holds the streams, so that they end with it.
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    status = server.recv(4)
    code = int.from_bytes(status, "big", signed=True) if status else 1
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


_address = os.environ.get(_ADDRESS)
if _address and sys.orig_argv[1:2] == ["-m"] and sys.orig_argv[2].partition(".")[0] == "rminas_sidecar":
    _hand_over(_address)
