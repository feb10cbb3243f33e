"""Asks the real yacs and PyYAML: merges files and overrides into defaults, and says what comes of it.

Needs yacs 0.1.8 and PyYAML 6. Each value is written as its Python type and its `repr`, since JSON has one kind of
number only.

    python scripts/yacs_answers.py < QUESTIONS.json > ANSWERS.json

A question has `defaults`, a list of keys with dots and Python literals, and `cases` of a `file` (its text) and
`overrides` (words); an answer, one a case, has the `result` or the name of the `error`.
"""

from __future__ import annotations

import ast
import json
import sys
from typing import Any

import yaml
from yacs.config import CfgNode

REFUSALS = (yaml.YAMLError, AssertionError, AttributeError, KeyError, TypeError, ValueError)


def encode(value: Any) -> dict[str, Any]:
    kind = type(value).__name__
    if isinstance(value, (list, tuple)):
        return {"type": kind, "items": [encode(item) for item in value]}
    if kind in ("int", "float", "bool", "str", "NoneType"):
        return {"type": kind, "value": value if kind == "str" else repr(value)}
    return {"type": kind}


def flatten(node: CfgNode, prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in node.items():
        if isinstance(value, CfgNode):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = encode(value)
    return flat


def merge(tree: dict[str, Any], file: str, words: list[str]) -> dict[str, Any]:
    """The `result` of a file and overrides on defaults, or the name of the `error`."""
    node = CfgNode(tree)
    try:
        node.merge_from_other_cfg(CfgNode.load_cfg(file))
        node.merge_from_list(words)
    except REFUSALS as error:
        return {"error": type(error).__name__}
    return {"result": flatten(node)}


def grow(defaults: list[tuple[str, str]]) -> dict[str, Any]:
    """The tree of keys with dots and Python literals."""
    tree: dict[str, Any] = {}
    for key, literal in defaults:
        *groups, leaf = key.split(".")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[leaf] = ast.literal_eval(literal)
    return tree


def main() -> None:
    question = json.load(sys.stdin)
    tree = grow(question["defaults"])
    json.dump([merge(tree, case["file"], case["overrides"]) for case in question["cases"]], sys.stdout)


if __name__ == "__main__":
    main()
