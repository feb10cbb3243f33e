"""`python -m rminas_sidecar.describe`: prints the spaces, data sets, teachers and proxies as one JSON document.

With `--questions` the document also answers the protocol's `describe`: what the things of the user are. A document that
answers questions without a plugin has no lists. If the question is about images alone, PyTorch is not imported.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import jsonschema_rs

from rminas_sidecar.data.own.description import describe_dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol import SCHEMA, Body
from rminas_sidecar.protocol.failures import failure_body
from rminas_sidecar.system.garbage import without_collections


def main() -> int:
    """Returns the exit code: 0, or 1 when a plugin cannot be loaded or a thing of the user cannot be used."""
    parser = argparse.ArgumentParser(prog="rminas_sidecar.describe", description=__doc__)
    parser.add_argument(
        "--plugin",
        action="append",
        default=[],
        metavar="FILE_OR_MODULE",
        help="Python file or module that registers more; may be repeated",
    )
    parser.add_argument("--questions", type=json.loads, default={}, help="body of the protocol's `describe`, as JSON")
    options = parser.parse_args()
    # A plugin that prints must not break the document.
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        document = _list(options.plugin) if options.plugin or not options.questions else {"plugins": []}
        if options.questions:
            document["answers"] = _answer(options.questions)
    except (SidecarError, OSError, MemoryError) as error:
        _report(failure_body(error))
        return 1
    with output:
        json.dump(document, output)
        output.write("\n")
    return 0


def _list(sources: Sequence[str]) -> dict[str, Any]:
    """The plugins, and everything that is registered after they are loaded."""
    with without_collections():
        from rminas_sidecar.plugins.catalogue import describe
        from rminas_sidecar.plugins.loading import load_plugins

    plugins = [
        {"source": plugin.source, "name": plugin.name, "file": str(plugin.file), "sha256": plugin.digest()}
        for plugin in load_plugins(sources)
    ]
    return {"plugins": plugins, **describe()}


def _answer(questions: Body) -> dict[str, Any]:
    jsonschema_rs.Draft202012Validator(SCHEMA["describe"]).validate(questions)
    answers: dict[str, Any] = {}
    if "dataset" in questions:
        answers["dataset"] = describe_dataset(questions["dataset"])
    if "teacher" in questions:
        answers["teacher"] = _answer_teacher(questions["teacher"], answers.get("dataset"))
    if "inspection" in questions:
        with without_collections():
            from rminas_sidecar.evaluation.inspection import inspect_teacher

        answers["inspection"] = inspect_teacher(questions["inspection"])
    return answers


def _answer_teacher(question: Body, dataset: Body | None) -> dict[str, Any]:
    """Describes a teacher, given the answer about its data set where that is the user's."""
    with without_collections():
        from rminas_sidecar.data.datasets import DATASETS
        from rminas_sidecar.teachers.own.description import describe_teacher

    if dataset is not None:
        return describe_teacher(question, dataset["classes"], dataset["resolution"])
    known = DATASETS.find(question["dataset"] or "")
    side = question["resolution"]
    return describe_teacher(
        question, known.classes, side if side is not None and known.resized is not None else known.resolution
    )


def _report(failure: Body) -> None:
    """Writes an error for the controller to stderr."""
    message = f"rminas_sidecar.describe: [{failure['code']}] {' '.join(failure['message'].split())}"
    print(message, *failure["nextSteps"], sep="\n  ", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
