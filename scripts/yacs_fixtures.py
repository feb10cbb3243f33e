"""Writes test/fixtures/yacs: what the real yacs and PyYAML answer, as the judge of src/config.

Run it in an environment with yacs 0.1.8 and PyYAML 6, beside a checkout of XNAS, whose own defaults and RMINAS files it
reads:

    python scripts/yacs_fixtures.py --xnas ../XNAS

Values are written as `yacs_answers.py` writes them. Generated texts are drawn with a fixed seed. Left out: integers
beyond 2^53, which rminas refuses, and texts that make `literal_eval` raise a TypeError.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import sys
from pathlib import Path
from typing import Any

from yacs.config import CfgNode
from yacs_answers import REFUSALS, encode, flatten, merge

FOLDER = Path(__file__).resolve().parent.parent / "test" / "fixtures" / "yacs"

LITERALS = """
1|0|-1|+1|- 1|--1|~1|007|0_0|1_000|1__0|1_|_1|0x1F|0o17|0b101|017|0x|1L|1.|.5|-.5|1.5|1e5|1E-3|3e-4|1.e3|1_0.0_1|1e|.e1
.|..|...|1.5.2|inf|nan|-inf|1e400|-1e400|1e-400|-0.0|-0|9007199254740991|1j|1+2j|1 - 2j|-1+2j|1+2|1j+1|5e-4
True|False|None|true|null|none|yes|-True|True1|NoneType|''|"a"|'a'|'a' 'b'|'a'"b"|'a|a'|'a\\'b'|r'\\n'|R"\\n"|u'x'|U'x'
b'x'|b'é'|br'x'|Rb'x'|bu'x'|f'x'|'\\n\\t\\x41\\101\\u00e9\\U0001f600\\q'|'\\x4'|'''a'''|\"\"\"a"b\"\"\"|'a' b'b'|''''''
()|(1)|(1,)|(1,2)|((1))|1,2|1,|,|,1|1,,2|(,)|[]|[1]|[1,]|[,]|[1,2,]|[1 2]|[1, 'a', None, [2.5, (3,)]]|[a]|[[|]]|(1]
{}|{1}|{1,}|{'a': 1}|{'a': 1,}|{1: 2, 3}|set()|set( )|set(1)|{'a': [1, {'b': 2}]}|[{1}]|[1j]
a|a b|a.b|a/b|./data|exp/rminas|cuda:0|0.8.1|30, 60, 90|[30, 60, 90]|1 # one|# none|1#2|a # b|x=1|1 if 1 else 2|[1] [0]
1 == 1|not True|lambda: 1|print(1)|__import__('os')|[x for x in []]|*a|@|$|?|`1`|!|é|1é|'é'|\t1|1\t| 1 | [ 1 , 2 ]
"""
LITERAL_TOKENS = [
    *"0123456789.,:+-_ej'\"[](){} \t#\\abx",
    *["True", "False", "None", "0x", "1.5", "1e-3", ", ", "'a'", '"b"', "[1]", "(2,)", "r'", "b'", "set()", "\n", "é"],
]

SCALARS = """
1|0|-1|+1|010|-010|08|0o10|0x1F|0x|0b11|0b|1_000|_1|0_|00|1:30|1:2:3|1:60|01:30|-1:30|1:30.5|190:20:30.15|1.|1.5|.5|-.5|+.5
1e3|1e-3|3e-4|1.e-3|1.0e3|1.0e+3|1.5E-4|.5e-3|1_0.5_0|.inf|-.inf|+.INF|.Inf|.nan|.NaN|-.nan|inf|nan|1.5.2|.|-|+
yes|Yes|YES|yEs|no|on|On|off|OFF|y|Y|n|N|true|True|TRUE|tRUE|false|~|null|Null|NULL|nUll|None|none|''|""|
2024-01-02|2024-1-2|2024-01-02 03:04:05|2024-01-02T03:04:05Z|2024-01-02 3:04|=|==|'1'|"1.5"|'abc'|"a\\tb"
'it''s'|'"1"'|"'1'"
a b|a: b|a #b|a#b|#b|[1, 2.5, yes, 1e-3, '2', ~]|[]|[1, [2, [3]]]|{}|{a: 1}|[{a: 1}]|[a, b|"a|'a|%a|@a|`a`|*a|&a 1|!a 1
! 5|! '5'|!!str 5|!!int "5"|!!int 5.5|!!float 1|!!float "1e3"|!!float x|!!bool yes|!!bool "maybe"|!!null ""
!!seq [1]|!!set {a}
!!python/tuple [1]|!!binary aGk=|!!timestamp 2024-01-02|(1, 2)|exp/rminas|./data|C:\\x|é|- 1|? a|> |1,2|1 2
"""
SCALAR_TOKENS = [*"0123456789._:+-eExob~", "yes", "null", "inf", "nan", "True"]

TREE: dict[str, Any] = {
    "INT": 1,
    "STR": "a",
    "GROUP": {
        "INT": 2,
        "FLOAT": 0.5,
        "BOOL": False,
        "STR": "",
        "LIST": [1, 2],
        "TUPLE": (1, 2),
        "NONE": None,
        "DEEP": {"INT": 3},
    },
}

FILES = [
    "",
    "# nothing\n",
    "INT: 5\n",
    "INT: 5\nINT: 6\n",
    "INT: '5'\n",
    "INT: 5.0\n",
    "INT: yes\n",
    "INT: null\n",
    "INT: 010\n",
    "INT: 1:30\n",
    "STR: 5\n",
    "STR: '5'\n",
    "STR: '\"5\"'\n",
    "STR: yes\n",
    "STR: no way\n",
    "STR: 2024-01-02\n",
    "STR: exp/rminas\n",
    "STR: |\n  a\n  b\n",
    "STR: '[1]'\n",
    "GROUP:\n  FLOAT: 1\n",
    "GROUP:\n  FLOAT: 1.0\n",
    "GROUP:\n  FLOAT: 1e-3\n",
    "GROUP:\n  FLOAT: 1\n  INT: 3\n",
    "GROUP:\n  FLOAT: .5\nSTR: b\n",
    "GROUP:\n  FLOAT: nan\n",
    "GROUP:\n  BOOL: on\n  STR: off\n",
    "GROUP:\n  BOOL: 1\n",
    "GROUP:\n  BOOL: 'True'\n",
    "GROUP:\n  LIST: [3, x, 1.5]\n  TUPLE: [4]\n",
    "GROUP:\n  LIST: (3, 4)\n  TUPLE: 5, 6\n",
    "GROUP:\n  LIST: 3\n",
    "GROUP:\n  LIST:\n  - 1\n  - 1e-3\n",
    "GROUP:\n  NONE: 5\n",
    "GROUP:\n  NONE: x\n",
    "GROUP:\n  DEEP:\n    INT: 9\n",
    "GROUP:\n  DEEP: 9\n",
    "GROUP:\n  INT: 8\nGROUP:\n  FLOAT: 2.5\n",
    "GROUP:\n",
    "GROUP: 5\n",
    "GROUP: {}\n",
    "GROUP: {INT: 7}\n",
    "INT: {A: 1}\n",
    "NEW: 1\n",
    "GROUP:\n  NEW: 1\n",
    "NEW:\n  A: 1\n",
    "1: 2\n",
    "yes: 2\n",
    "BASE: &b {INT: 7}\nGROUP:\n  <<: *b\n",
    "GROUP:\n  <<: {INT: 7, FLOAT: 0.25}\n  INT: 8\n",
    "GROUP:\n  INT: 8\n  <<: {INT: 7}\n",
    "GROUP:\n  <<: [{INT: 7}, {INT: 6, FLOAT: 0.125}]\n",
    "GROUP:\n  <<: 5\n",
    "GROUP: &g\n  INT: &i 4\nINT: *i\n",
    "INT: *nothing\n",
    "[1, 2]\n",
    "just text\n",
    "INT: 1\n---\nINT: 2\n",
    "---\nINT: 2\n...\n",
    "%YAML 1.1\n---\nINT: 2\n",
    "INT: [1\n",
    "GROUP:\n\tINT: 1\n",
    "GROUP:\n  INT: 1\n STR: 2\n",
    "{INT: 4, GROUP: {INT: 5}}\n",
    "INT : 4\n",
    "'INT': 4\n",
    "? INT\n: 4\n",
]

OVERRIDES = [
    ["INT", "5"],
    ["INT", "5.0"],
    ["INT", "five"],
    ["INT", "True"],
    ["INT", "None"],
    ["INT", "None", "INT", "x"],
    ["INT", "1", "INT", "2"],
    ["INT"],
    ["INT", "1", "STR"],
    ["STR", "5"],
    ["STR", "'5'"],
    ["STR", "x y"],
    ["STR", ""],
    ["STR", "a=b"],
    ["STR", "1+2j"],
    ["STR", "{}"],
    ["GROUP.FLOAT", "1"],
    ["GROUP.FLOAT", "1.0"],
    ["GROUP.FLOAT", "1e-3"],
    ["GROUP.FLOAT", ".5"],
    ["GROUP.FLOAT", "-2.5"],
    ["GROUP.FLOAT", "inf"],
    ["GROUP.BOOL", "True"],
    ["GROUP.BOOL", "true"],
    ["GROUP.BOOL", "1"],
    ["GROUP.LIST", "[]"],
    ["GROUP.LIST", "3,4"],
    ["GROUP.LIST", "(5,)"],
    ["GROUP.LIST", "3"],
    ["GROUP.TUPLE", "[3, 'a']"],
    ["GROUP.NONE", "5"],
    ["GROUP.NONE", "5", "GROUP.NONE", "x"],
    ["GROUP.DEEP.INT", "4"],
    ["GROUP.DEEP", "4"],
    ["GROUP", "{}"],
    ["GROUP", "None"],
    ["GROUP", "{'INT': 3}"],
    ["NEW", "1"],
    ["GROUP.NEW", "1"],
    ["group.INT", "1"],
    ["GROUP.", "1"],
    [".INT", "1"],
    ["", "1"],
]


def exact(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(exact(item) for item in value)
    return type(value) is not int or abs(value) < 2**53


def cases(block: str) -> list[str]:
    return [text for line in block.strip("\n").split("\n") for text in line.split("|")]


def drawn(rng: random.Random, tokens: list[str], count: int, longest: int) -> list[str]:
    return ["".join(rng.choices(tokens, k=rng.randint(1, longest))) for _ in range(count)]


def literals(rng: random.Random) -> list[dict[str, Any]]:
    rows = []
    for text in dict.fromkeys(cases(LITERALS) + drawn(rng, LITERAL_TOKENS, 1500, 7)):
        try:
            value = CfgNode._decode_cfg_value(text)
        except TypeError:
            continue
        if exact(value):
            rows.append({"text": text, "value": encode(value)})
    return rows


def scalars(rng: random.Random) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for text in dict.fromkeys(cases(SCALARS) + drawn(rng, SCALAR_TOKENS, 1500, 6)):
        try:
            value = CfgNode.load_cfg(f"k: {text}\n")["k"]
        except REFUSALS as error:
            rows.append({"text": text, "error": type(error).__name__})
            continue
        if exact(value):
            rows.append({"text": text, "value": {"type": "group"} if isinstance(value, dict) else encode(value)})
    return rows


def merges() -> list[dict[str, Any]]:
    pairs: list[tuple[str, list[str]]] = [(file, []) for file in FILES] + [("", words) for words in OVERRIDES]
    pairs += [(file, words) for file in ("INT: null\n", "GROUP:\n  FLOAT: 1e-3\n") for words in OVERRIDES]
    return [{"file": file, "overrides": words, **merge(TREE, file, words)} for file, words in pairs]


def xnas(checkout: Path) -> dict[str, Any]:
    """XNAS's own defaults, and what each of its RMINAS files changes in them."""
    spec = importlib.util.spec_from_file_location("xnas_config", checkout / "xnas" / "core" / "config.py")
    if spec is None or spec.loader is None:
        sys.exit(f"{checkout} is not a checkout of XNAS")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    defaults = flatten(module.cfg)
    changed = {}
    for file in sorted((checkout / "configs" / "search" / "RMINAS").glob("*.yaml")):
        node = module.cfg.clone()
        node.merge_from_file(str(file))
        changed[file.name] = {key: value for key, value in flatten(node).items() if defaults.get(key) != value}
    return {"defaults": defaults, "files": changed}


def write(name: str, content: Any) -> None:
    # One row a line keeps the files readable and their differences small.
    if isinstance(content, list):
        text = "[\n" + ",\n".join(json.dumps(row) for row in content) + "\n]\n"
    else:
        text = json.dumps(content, indent=1) + "\n"
    (FOLDER / name).write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xnas", type=Path, required=True, help="checkout of XNAS")
    options = parser.parse_args()
    rng = random.Random(0)
    write("literals.json", literals(rng))
    write("scalars.json", scalars(rng))
    write("merges.json", [{"defaults": flatten(CfgNode(TREE))}, *merges()])
    write("xnas.json", xnas(options.xnas))


if __name__ == "__main__":
    main()
