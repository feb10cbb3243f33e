"""`python -m rminas_sidecar.describe`: prints the spaces, data sets, teachers and proxies as one JSON document.

With `--questions` the document also answers the protocol's `describe`: what the things of the user are.
"""

import argparse
import json
import os
import sys
from typing import Any

import jsonschema_rs

from rminas_sidecar.data import DATASETS
from rminas_sidecar.data.own import describe_dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.inspection import inspect_teacher
from rminas_sidecar.plugins.catalogue import describe
from rminas_sidecar.plugins.loading import load_plugins
from rminas_sidecar.protocol import SCHEMA, Body
from rminas_sidecar.protocol.failures import failure_body
from rminas_sidecar.teachers.own import describe_teacher


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
        plugins = [
            {"source": plugin.source, "name": plugin.name, "file": str(plugin.file), "sha256": plugin.digest()}
            for plugin in load_plugins(options.plugin)
        ]
        answers = {"answers": _answer(options.questions)} if options.questions else {}
    except (SidecarError, OSError, MemoryError) as error:
        _report(failure_body(error))
        return 1
    with output:
        json.dump({"plugins": plugins, **describe(), **answers}, output)
        output.write("\n")
    return 0


def _answer(questions: Body) -> dict[str, Any]:
    jsonschema_rs.Draft202012Validator(SCHEMA["describe"]).validate(questions)
    answers: dict[str, Any] = {}
    if "dataset" in questions:
        answers["dataset"] = describe_dataset(questions["dataset"])
    if "teacher" in questions:
        question = questions["teacher"]
        classes, resolution = _images_for(question, answers.get("dataset"))
        answers["teacher"] = describe_teacher(question, classes, resolution)
    if "inspection" in questions:
        answers["inspection"] = inspect_teacher(questions["inspection"])
    return answers


def _images_for(question: Body, dataset: Body | None) -> tuple[int, int]:
    """The classes of the data set of a teacher, and the side of its images in pixels."""
    if dataset is not None:
        return dataset["classes"], dataset["resolution"]
    known = DATASETS.find(question["dataset"] or "")
    side = question["resolution"]
    return known.classes, side if side is not None and known.resized is not None else known.resolution


def _report(failure: Body) -> None:
    """Writes an error for the controller to stderr."""
    message = f"rminas_sidecar.describe: [{failure['code']}] {' '.join(failure['message'].split())}"
    print(message, *failure["nextSteps"], sep="\n  ", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
