"""Programs in processes of their own that have imported PyTorch already, which saves each of them a second.

A server process imports PyTorch and this package, and does nothing else. Each program runs in a fork of it.
"""

import atexit
import multiprocessing
import os
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from support.limits import scaled

_SECONDS = 120
# Windows cannot fork: there each program imports PyTorch itself.
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
CONTEXT = multiprocessing.get_context(_METHOD)
# Optimisers of torch import its compiler.
CONTEXT.set_forkserver_preload(
    [
        *("rminas_sidecar.evaluation.session", "rminas_sidecar.plugins.loading"),
        *("rminas_sidecar.retraining.retrain", "rminas_sidecar.supernets.search", "torch._dynamo"),
    ]
)
"""Makes processes that have imported PyTorch, but computed nothing."""


class Done(NamedTuple):
    """What a program answered."""

    returncode: int
    stdout: str
    stderr: str


def run_program(program: str, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> Done:
    """Runs the text of a program like `python -c program arguments`.

    Args:
        environment: changes of this process's. The folders of PYTHONPATH come before the others.
    """
    with tempfile.TemporaryDirectory() as folder:
        process = CONTEXT.Process(target=_run, args=(program, list(arguments), dict(environment or {}), folder))
        process.start()
        process.join(scaled(_SECONDS))
        if process.is_alive():
            process.kill()
            process.join()
        stdout, stderr = ((Path(folder) / name).read_text() for name in ("stdout", "stderr"))
        assert process.exitcode is not None
        return Done(process.exitcode, stdout, stderr)


def _run(program: str, arguments: list[str], environment: dict[str, str], folder: str) -> None:
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT)
        os.dup2(file, descriptor)
        os.close(file)
    os.environ.update(environment)
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.argv = ["-c", *arguments]
    code: object = 0
    try:
        exec(compile(program, "<string>", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    atexit._run_exitfuncs()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)
