"""Genotypes of DARTS as the field prints them (Liu et al., ICLR 2019, section 2.1).

`Genotype(normal=[('sep_conv_3x3', 0), …], normal_concat=[2, 3, 4, 5], reduce=[…], reduce_concat=[2, 3, 4, 5])`: two
edges for each of four nodes, each an operation and the number of its source. 0 and 1 are the cell's inputs, 2 to 5 its
nodes. XNAS prints one list of edges for each node, and `range(2, 6)`: both notations are read.

Networks of relaxed cells can be retrained and scored: those that `genotypes.py` of the DARTS repository has for NASNet
and AmoebaNet, and those of FairDARTS. They have any number of nodes, of which some are concatenated. A node has any
number of edges, also two from one source, and there are two more operations. Where a node does not have two edges, all
edges are written as FairDARTS does, with the node that they lead to: `('sep_conv_3x3', 2, 0)`.
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
RELAXED_OPERATIONS = (*OPERATIONS, "sep_conv_7x7", "conv_7x1_1x7")
"""The operations of relaxed cells; no search of this space proposes the last two."""
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


class RelaxedCell(NamedTuple):
    """A cell of any number of nodes.

    Args:
        edges: node by node.
        targets: for each edge the node that it leads to, in ascending order.
        concat: the nodes that the output concatenates, in this order.
    """

    edges: tuple[DartsEdge, ...]
    targets: tuple[int, ...]
    concat: tuple[int, ...]


class RelaxedGenotype(NamedTuple):
    """Both kinds of cells of a network. They may have different numbers of nodes."""

    normal: RelaxedCell
    reduce: RelaxedCell


def pair_targets(edges: int) -> tuple[int, ...]:
    """The node of each edge, if each node has two."""
    return tuple(INPUTS + edge // EDGES_PER_NODE for edge in range(edges))


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


def parse_relaxed(text: str) -> RelaxedGenotype:
    """Reads a genotype of relaxed cells: every one that :func:`parse` reads, and those of NASNet and FairDARTS.

    Raises:
        SidecarError: `invalid-genotype` when the text is not a genotype of two cells.
    """
    fields = _read_fields(text)
    return RelaxedGenotype(_read_relaxed_cell(text, "normal", fields), _read_relaxed_cell(text, "reduce", fields))


def _read_relaxed_cell(text: str, name: str, fields: dict[str, Any]) -> RelaxedCell:
    value = fields[name]
    if isinstance(value, list) and value and all(isinstance(edge, tuple) and len(edge) == 3 for edge in value):
        edges, targets = _read_triples(text, name, value)
    else:
        edges = _read_cell(text, name, value, RELAXED_OPERATIONS)
        targets = pair_targets(len(edges))
        if not edges or len(edges) % EDGES_PER_NODE:
            raise _invalid(text, f"{name} has {len(edges)} edges, not two for each node")
    concat = _read_concat(text, f"{name}_concat", fields[f"{name}_concat"], targets[-1])
    if not set(concat) <= set(targets):
        raise _invalid(text, f"{name}_concat names a node without edges")
    return RelaxedCell(edges, targets, concat)


def _read_triples(text: str, name: str, value: list[Any]) -> tuple[tuple[DartsEdge, ...], tuple[int, ...]]:
    """Edges that name their node: (operation, node, source)."""
    states = set(range(INPUTS))
    edges: list[DartsEdge] = []
    targets: list[int] = []
    for position, (operation, target, source) in enumerate(value):
        edge = _read_operation(text, name, position, (operation, source), RELAXED_OPERATIONS)
        if type(target) is not int or target < max(INPUTS, *targets[-1:], edge.source + 1):
            raise _invalid(text, f"edge {position} of {name} leads to {target!r}, which does not come after its source")
        if edge.source not in states:
            raise _invalid(text, f"edge {position} of {name} comes from {edge.source}, which has no edges")
        states.add(target)
        edges.append(edge)
        targets.append(target)
    return tuple(edges), tuple(targets)


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


def _read_concat(text: str, name: str, value: Any, last: int) -> tuple[int, ...]:
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
    edge = _read_operation(text, name, position, value, operations)
    states = INPUTS + position // EDGES_PER_NODE
    if not 0 <= edge.source < states:
        raise _invalid(
            text, f"edge {position} of {name} comes from {edge.source}, which is not among 0 to {states - 1}"
        )
    return edge


def _read_operation(text: str, name: str, position: int, value: Any, operations: tuple[str, ...]) -> DartsEdge:
    if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[0], str) or type(value[1]) is not int:
        raise _invalid(text, f"edge {position} of {name} must be (operation, source), but it is {value!r}")
    operation, source = value
    if operation not in operations:
        raise _invalid(text, f"{name} has the operation {operation!r}, which is not one of {', '.join(operations)}")
    return DartsEdge(operation, source)
