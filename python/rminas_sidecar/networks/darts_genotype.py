"""Genotypes of DARTS as the field prints them (Liu et al., ICLR 2019, section 2.1).

`Genotype(normal=[('sep_conv_3x3', 0), …], normal_concat=[2, 3, 4, 5], reduce=[…], reduce_concat=[2, 3, 4, 5])`: two
edges for each of four nodes, each an operation and the number of its source. 0 and 1 are the cell's inputs, 2 to 5 its
nodes. XNAS prints one list of edges for each node, and `range(2, 6)`: both notations are read.

Retraining also takes the cells that `genotypes.py` of the DARTS repository has for NASNet and AmoebaNet: any number of
nodes, of which some are concatenated, two edges from one source, and two more operations.
"""

import ast
from typing import Any, NamedTuple

from rminas_sidecar.errors import SidecarError

OPERATIONS = (
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
RETRAINED_OPERATIONS = (*OPERATIONS, "sep_conv_7x7", "conv_7x1_1x7")
"""The operations of networks that are retrained; no search of this space proposes the last two."""
INPUTS = 2
NODES = 4
EDGES_PER_NODE = 2
_CONCAT = list(range(INPUTS, INPUTS + NODES))
_FIELDS = ["normal", "normal_concat", "reduce", "reduce_concat"]
_CELL = (
    "[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 1), "
    "('skip_connect', 0), ('dil_conv_3x3', 2), ('skip_connect', 0), ('max_pool_3x3', 1)]"
)
EXAMPLE = f"Genotype(normal={_CELL}, normal_concat={_CONCAT}, reduce={_CELL}, reduce_concat={_CONCAT})"


class DartsEdge(NamedTuple):
    """An operation and the state that it reads: 0 and 1 are the cell's inputs, the others its nodes."""

    operation: str
    source: int


class Genotype(NamedTuple):
    """The edges of both kinds of cells, two for each node, in the order of the text."""

    normal: tuple[DartsEdge, ...]
    reduce: tuple[DartsEdge, ...]


class RetrainedCell(NamedTuple):
    """The edges of a cell, two for each node, and the nodes that its output concatenates, in this order."""

    edges: tuple[DartsEdge, ...]
    concat: tuple[int, ...]


class RetrainedGenotype(NamedTuple):
    """Both kinds of cells of a network that is retrained. They may have different numbers of nodes."""

    normal: RetrainedCell
    reduce: RetrainedCell


def parse(text: str) -> Genotype:
    """Reads a genotype. No code in the text is run.

    Raises:
        SidecarError: `invalid-genotype` when the text is not a DARTS genotype of four nodes.
    """
    fields = _read_fields(text)
    for name in ("normal_concat", "reduce_concat"):
        if fields[name] not in (_CONCAT, range(INPUTS, INPUTS + NODES)):
            raise _invalid(text, f"{name} must be {_CONCAT}, the four nodes, but it is {fields[name]!r}")
    return Genotype(
        _read_searched_cell(text, "normal", fields["normal"]), _read_searched_cell(text, "reduce", fields["reduce"])
    )


def parse_retrained(text: str) -> RetrainedGenotype:
    """Reads a genotype of which a network is retrained: every one that :func:`parse` reads, and NASNet's like.

    Raises:
        SidecarError: `invalid-genotype` when the text is not a genotype of cells whose nodes have two edges each.
    """
    fields = _read_fields(text)
    cells = []
    for name in ("normal", "reduce"):
        edges = _read_cell(text, name, fields[name], RETRAINED_OPERATIONS)
        if not edges or len(edges) % EDGES_PER_NODE:
            raise _invalid(text, f"{name} has {len(edges)} edges, not two for each node")
        nodes = len(edges) // EDGES_PER_NODE
        cells.append(RetrainedCell(edges, _read_concat(text, f"{name}_concat", fields[f"{name}_concat"], nodes)))
    return RetrainedGenotype(*cells)


def _invalid(text: str, problem: str) -> SidecarError:
    return SidecarError(
        "invalid-genotype", f"Not a DARTS genotype: {problem} (in {text!r}).", [f"Write it like {EXAMPLE}"]
    )


def _read_fields(text: str) -> dict[str, Any]:
    try:
        call = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _invalid(text, "it is not a Python expression") from error
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "Genotype":
        raise _invalid(text, "it must be Genotype(…)")
    names = [keyword.arg for keyword in call.keywords]
    if call.args or sorted(map(str, names)) != _FIELDS:
        raise _invalid(text, f"it must have {', '.join(_FIELDS)}, each once")
    return {str(keyword.arg): _read_value(text, keyword) for keyword in call.keywords}


def _read_value(text: str, keyword: ast.keyword) -> Any:
    value = keyword.value
    try:
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "range":
            bounds = [ast.literal_eval(argument) for argument in value.args]
            # Not expanded here, because a range may be huge.
            return range(*bounds) if len(bounds) == 2 else f"range({', '.join(map(repr, bounds))})"
        return ast.literal_eval(value)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise _invalid(text, f"{keyword.arg} must be a literal, without names and calls") from error


def _read_concat(text: str, name: str, value: Any, nodes: int) -> tuple[int, ...]:
    last = INPUTS + nodes - 1
    if isinstance(value, range) and value.start >= INPUTS and value.stop <= last + 1:
        value = list(value)
    named = isinstance(value, list) and all(type(node) is int and INPUTS <= node <= last for node in value)
    if not named or not value or len(set(value)) != len(value):
        raise _invalid(text, f"{name} must list nodes from {INPUTS} to {last}, each once at most, but it is {value!r}")
    return tuple(value)


def _read_searched_cell(text: str, name: str, value: Any) -> tuple[DartsEdge, ...]:
    edges = _read_cell(text, name, value, OPERATIONS, NODES * EDGES_PER_NODE)
    for first, second in zip(edges[::2], edges[1::2], strict=True):
        if first.source == second.source:
            raise _invalid(text, f"both edges of a node of {name} come from {first.source}")
    return edges


def _read_cell(
    text: str, name: str, value: Any, operations: tuple[str, ...], count: int | None = None
) -> tuple[DartsEdge, ...]:
    if not isinstance(value, list):
        raise _invalid(text, f"{name} must be a list")
    if all(isinstance(node, list) for node in value):
        value = [edge for node in value for edge in node]
    if count is not None and len(value) != count:
        raise _invalid(text, f"{name} has {len(value)} edges and not {count}")
    return tuple(_read_edge(text, name, position, edge, operations) for position, edge in enumerate(value))


def _read_edge(text: str, name: str, position: int, value: Any, operations: tuple[str, ...]) -> DartsEdge:
    if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[0], str) or type(value[1]) is not int:
        raise _invalid(text, f"edge {position} of {name} must be (operation, source), but it is {value!r}")
    operation, source = value
    if operation not in operations:
        raise _invalid(text, f"{name} has the operation {operation!r}, which is not one of {', '.join(operations)}")
    states = INPUTS + position // EDGES_PER_NODE
    if not 0 <= source < states:
        raise _invalid(text, f"edge {position} of {name} comes from {source}, which is not among 0 to {states - 1}")
    return DartsEdge(operation, source)
