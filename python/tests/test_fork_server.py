"""A fork of the tests' fork server runs a program like a process of its own, or the process runs it itself."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.forks import FOLDER, ForkServer
from support.limits import scaled

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fork server needs Linux")

_PRELOADED = "colorsys"
_PROGRAM = f"""
import json, os, signal, sys
print(json.dumps({{
    "forked": "{_PRELOADED}" in sys.modules,
    "arguments": sys.argv[1:],
    "variable": os.environ.get("OWN"),
    "folder": os.getcwd(),
    "ignores": signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN,
    "pid": os.getpid(),
}}), flush=True)
signal.signal(signal.SIGUSR2, lambda *_: sys.exit(7))
for line in sys.stdin:
    exec(line)
"""


class Forks:
    """A fork server for the package `rminas_sidecar` of a temporary folder, which has one program."""

    def __init__(self, folder: Path) -> None:
        package = folder / "rminas_sidecar"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "program.py").write_text(_PROGRAM)
        # Not pytest's folder alone: the path of a socket must stay short.
        socket = os.path.relpath(folder / "s")
        path = os.pathsep.join([str(folder), str(FOLDER)])
        self._server = ForkServer(socket, [_PRELOADED], {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"})

    @property
    def variables(self) -> dict[str, str]:
        """The environment of processes that it forks."""
        return self._server.variables

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        environment = {**self.variables, **options.pop("env", {})}
        return subprocess.Popen(
            [sys.executable, "-m", "rminas_sidecar.program", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
            **options,
        )

    def close(self) -> None:
        self._server.close()


@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    opened = Forks(tmp_path_factory.mktemp("forks"))
    yield opened
    opened.close()


def _first_line(program: "subprocess.Popen[str]") -> dict[str, Any]:
    assert program.stdout is not None
    answer: dict[str, Any] = json.loads(program.stdout.readline())
    return answer


def _name_in_proc(program: "subprocess.Popen[str]") -> str:
    """The name of the process that waits. Its program may start before the process has given itself the name."""
    name, end = Path(f"/proc/{program.pid}/comm"), time.monotonic() + scaled(10)
    while not name.read_text().startswith("for ") and time.monotonic() < end:
        time.sleep(0.01)
    return name.read_text()


def test_a_fork_has_the_arguments_variables_folder_and_signals_of_the_process(forks: Forks) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)

    # The socket's path is relative.
    program = forks.start("a", "b c", env={"OWN": "ü"}, preexec_fn=ignore)
    told = _first_line(program)
    assert _name_in_proc(program) == f"for {told.pop('pid')}\n"
    expected = {"forked": True, "arguments": ["a", "b c"], "variable": "ü", "folder": str(Path.cwd()), "ignores": True}
    assert told == expected
    assert program.communicate("print('to stderr', file=sys.stderr)\nsys.exit(3)\n") == ("", "to stderr\n")
    assert program.returncode == 3


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", 0),
        ("os._exit(5)", 5),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("os.abort()", -signal.SIGABRT),
    ],
)
def test_the_process_ends_as_the_fork_ends(forks: Forks, line: str, code: int) -> None:
    program = forks.start()
    assert _first_line(program)["forked"]
    program.communicate(f"{line}\n")
    assert program.returncode == code


def test_a_fork_reports_its_exception(forks: Forks) -> None:
    program = forks.start()
    _, stderr = program.communicate("raise ValueError('boom')\n")
    assert program.returncode == 1
    assert stderr.endswith("ValueError: boom\n")


def test_a_fork_ends_with_its_threads_its_functions_for_the_end_and_its_output(forks: Forks) -> None:
    program = forks.start()
    assert _first_line(program)["forked"]
    lines = [
        "import atexit, threading, weakref",
        "atexit.register(print, 'function')",
        "weakref.finalize(os, print, 'finalizer')",
        "wait = threading.main_thread().join",
        "threading.Thread(target=lambda: (wait(), print('thread'))).start()",
        "sys.exit('message')",
    ]
    stdout, stderr = program.communicate("\n".join(lines) + "\n")
    assert stdout.split() == ["thread", "finalizer", "function"]
    assert (program.returncode, stderr) == (1, "message\n")


def test_signals_reach_the_fork(forks: Forks) -> None:
    program = forks.start()
    assert _first_line(program)["forked"]
    program.stdin.write("print('handles', flush=True)\nsignal.pause()\n")
    program.stdin.flush()
    assert program.stdout.readline() == "handles\n"
    program.send_signal(signal.SIGUSR2)
    assert program.wait(scaled(60)) == 7


def test_a_fork_is_the_script_of_a_bridge_and_has_its_channel(forks: Forks, tmp_path: Path) -> None:
    script = tmp_path / "pythonia/interface.py"
    script.parent.mkdir()
    script.with_name("beside.py").touch()
    lines = [
        "import beside, os, sys, __main__",
        "word = os.read(int(os.environ['NODE_CHANNEL_FD']), 9).decode()",
        f"print(word, '{_PRELOADED}' in sys.modules, __main__.word == word, sys.argv[1:])",
    ]
    script.write_text("\n".join(lines))
    receives, sends = os.pipe()
    os.write(sends, b"hello")
    environment = {**forks.variables, "NODE_CHANNEL_FD": str(receives), "PYTHON_BIN": sys.executable}
    # Python finds the modules beside a script without it.
    del environment["PYTHONSAFEPATH"]
    command = [sys.executable, str(script), "argument"]
    done = subprocess.run(command, pass_fds=[receives], env=environment, capture_output=True, text=True, check=False)
    for each in (receives, sends):
        os.close(each)
    assert (done.stdout, done.stderr) == ("hello True True ['argument']\n", "")


@pytest.mark.parametrize("variables", [{}, {"OMP_NUM_THREADS": "3"}], ids=["a fork", "another process"])
def test_a_process_runs_the_file_first_that_a_test_names(
    forks: Forks, tmp_path: Path, variables: dict[str, str]
) -> None:
    (tmp_path / "first.py").write_text(
        "import time\n_before = time.time\ntime.time = lambda: (_before() > 0, 'leap')\n"
    )
    program = forks.start(env={"RMINAS_TEST_FIRST": str(tmp_path / "first.py"), **variables})
    assert _first_line(program)["forked"] == (not variables)
    assert program.communicate("import time; print(time.time())\n")[0] == "(True, 'leap')\n"


def test_a_fork_dies_with_its_process(forks: Forks, wait_for_end: Callable[[int], None]) -> None:
    program = forks.start()
    told = _first_line(program)
    assert told["forked"]
    program.kill()
    wait_for_end(told["pid"])
    program.communicate()


def test_a_server_whose_imports_start_threads_ends(tmp_path: Path) -> None:
    (tmp_path / "waits.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    server = subprocess.run(
        [sys.executable, str(FOLDER / "server.py"), os.path.relpath(tmp_path / "s"), "waits"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(FOLDER)]), "RMINAS_TEST_FORK_SERVER": ""},
        capture_output=True,
        check=False,
    )
    assert server.returncode == 1
    assert b"have started threads" in server.stderr


@pytest.mark.parametrize(
    "options",
    [
        {"env": {"OMP_NUM_THREADS": "3"}},
        {"env": {"PYTHONPATH": f"{FOLDER}{os.pathsep}/tmp"}},
        {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))},
        {"env": {"RMINAS_TEST_FORK_SERVER": "/nowhere"}},
    ],
    ids=["variables of libraries", "module folders", "limits", "no server"],
)
def test_a_process_that_differs_runs_its_program_itself(forks: Forks, options: dict[str, Any]) -> None:
    program = forks.start(**options)
    stdout, _ = program.communicate("")
    if "PYTHONPATH" in options.get("env", {}):
        # Without the temporary folder, there is another package of that name, which has no such program.
        assert "No module named" in _
    else:
        told = json.loads(stdout)
        assert (told["forked"], told["pid"]) == (False, program.pid)
