"""`python -m rminas_sidecar.sinks KIND [DESTINATION]`: writes the log of a run to another tool.

The entries come as lines of JSON on stdin, as the protocol's `log` describes them. The first is `run`, the last is
`end`. Without `end` the run counts as interrupted. Prints where the log is, as one JSON document.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TextIO

import jsonschema_rs

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.ipc.signals import leave_signals_to_the_controller
from rminas_sidecar.protocol import SCHEMA, Body
from rminas_sidecar.protocol.failures import error_body, failure_body
from rminas_sidecar.sinks.sink import Sink

_MODULES: Mapping[str, tuple[str, str]] = {
    "tensorboard": ("rminas_sidecar.sinks.tensorboard", "TensorBoardSink"),
    "mlflow": ("rminas_sidecar.sinks.mlflow", "MlflowSink"),
    "wandb": ("rminas_sidecar.sinks.wandb", "WandbSink"),
    "optuna": ("rminas_sidecar.sinks.optuna", "OptunaSink"),
}
"""Module and class of each kind of sink. Only the module of the chosen kind is imported."""


def open_sink(kind: str, destination: str) -> Sink:
    """
    Raises:
        SidecarError: `missing-package`.
    """
    module, name = _MODULES[kind]
    sink: Sink = getattr(import_module(module), name)(destination)
    return sink


def main() -> int:
    """Returns the exit code: 0, or 1 when the tool is missing or cannot write."""
    parser = argparse.ArgumentParser(prog="rminas_sidecar.sinks", description=__doc__)
    parser.add_argument("kind", choices=_MODULES)
    parser.add_argument("destination", nargs="?", default="")
    options = parser.parse_args()
    # The controller ends this process by closing stdin.
    leave_signals_to_the_controller()
    # The tools print, and must not break the document.
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        write(open_sink(options.kind, options.destination), sys.stdin, output)
    except Exception as error:
        _report(_failure(error))
        return 1
    return 0


def write(sink: Sink, lines: Iterable[str], output: TextIO) -> None:
    """Writes the entries to a sink.

    Raises:
        SidecarError: `invalid-message` for an entry that the protocol does not have.
        Exception: of the tool.
    """
    validator = jsonschema_rs.Draft202012Validator(SCHEMA["log"])
    ended = False
    for line in lines:
        entry: Body = json.loads(line)
        error = next(validator.iter_errors(entry), None)
        if error is not None:
            raise SidecarError("invalid-message", f"An entry is not one of the log: {error.message}")
        if entry["type"] == "run":
            json.dump({"location": sink.run(entry)}, output)
            output.write("\n")
            output.flush()
        else:
            getattr(sink, entry["type"])(entry)
        ended = entry["type"] == "end"
    if not ended:
        sink.end({"type": "end", "state": "interrupted"})


def _failure(error: Exception) -> Body:
    """Errors of a tool, such as an address that does not answer or a folder that is a file, are the user's to solve."""
    failure = failure_body(error)
    if failure["code"] != "internal":
        return failure
    return error_body("unwritable", f"{type(error).__name__}: {error}", ["Name another place, or mend this one."])


def _report(failure: Body) -> None:
    """Writes an error for the controller to stderr."""
    steps = [f"\n  next step: {step}" for step in failure["nextSteps"]]
    message = " ".join(failure["message"].split())
    print(f"rminas_sidecar ends: [{failure['code']}] {message}{''.join(steps)}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
