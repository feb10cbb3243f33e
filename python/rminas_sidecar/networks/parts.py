"""The parts that the networks of each built-in space consist of, so that their costs can be added up.

All networks of a space share a base: that of one genotype. Every other part adds its own parameters and multiply-adds,
which depend on nothing else. A part that costs nothing is left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rminas_sidecar.networks import darts_genotype, mb, nas_bench_201, nas_bench_macro, proxyless

Part = tuple[str | int | bool, ...]
"""A name of a part, the same for all parts of equal costs."""


@dataclass(frozen=True)
class Composition:
    """How the networks of a space are composed.

    Args:
        base: the genotype of a network without any part.
        parts: the parts of a genotype, each as often as it occurs.
        example: a genotype whose only part is the given one.
    """

    base: str
    parts: Callable[[str], list[Part]]
    example: Callable[[Part], str]


# NAS-Bench-201: only convolutions have parameters. Those that the output does not depend on are not computed.
_UNUSED, _USED = 0, 3
"""Positions of edges in a cell without other edges: to node 1, and from the input to the output."""


def _cell_text(operations: Sequence[str]) -> str:
    first, second, third, fourth, fifth, sixth = operations
    return f"|{first}~0|+|{second}~0|{third}~1|+|{fourth}~0|{fifth}~1|{sixth}~2|"


def _nas_bench_201_parts(genotype: str) -> list[Part]:
    edges = nas_bench_201.parse(genotype)
    used = nas_bench_201.relevant(edges)
    return [(edge.operation, used[index]) for index, edge in enumerate(edges) if edge.operation.startswith("nor_conv")]


def _nas_bench_201_example(part: Part) -> str:
    operation, used = part
    operations = ["none"] * 6
    operations[_USED if used else _UNUSED] = str(operation)
    return _cell_text(operations)


# NAS-Bench-Macro: a layer costs what its block and its place say. The base has the identity in each.
_MACRO_BASE = "00000000"


def _macro_parts(genotype: str) -> list[Part]:
    return [(layer, choice) for layer, choice in enumerate(nas_bench_macro.parse(genotype)) if choice > 0]


def _macro_example(part: Part) -> str:
    layer, choice = (int(number) for number in part)
    return f"{_MACRO_BASE[:layer]}{choice}{_MACRO_BASE[layer + 1 :]}"


# mb: blocks keep the shape, apart from the first of each stage. The base has the same block in each slot.
_MB_DEPTH = 4
_MB_BASE = ("3x3_MBConv3",) * 20


def _mb_parts(genotype: str) -> list[Part]:
    # The second to fourth blocks of a stage cost the same.
    return [
        (slot // _MB_DEPTH, min(slot % _MB_DEPTH, 1), name)
        for slot, name in enumerate(mb.parse(genotype))
        if name != _MB_BASE[slot]
    ]


def _mb_example(part: Part) -> str:
    stage, place, name = part
    operations = list(_MB_BASE)
    operations[int(stage) * _MB_DEPTH + int(place)] = str(name)
    return str(operations)


# proxyless: the base has one small block in each stage.
_SMALL = proxyless.Block(kernel=3, expansion=3)
_STAGES = 6
_PLACES = (4, 4, 4, 4, 4, 1)


def _proxyless_parts(genotype: str) -> list[Part]:
    parts: list[Part] = []
    for stage, (first, *others) in enumerate(proxyless.parse(genotype)):
        parts += [(stage, 0, *first)] if first != _SMALL else []
        parts += [(stage, 1, *block) for block in others]
    return parts


def _proxyless_text(stages: Sequence[Sequence[proxyless.Block]]) -> str:
    depths = "".join(str(len(stage)) for stage in stages)
    padded = [block for stage, places in zip(stages, _PLACES, strict=True) for block in _padded(stage, places)]
    return depths + "".join(str(block.kernel) for block in padded) + "".join(str(block.expansion) for block in padded)


def _padded(stage: Sequence[proxyless.Block], places: int) -> list[proxyless.Block]:
    return [*stage, *[proxyless.Block(0, 0)] * (places - len(stage))]


def _proxyless_example(part: Part) -> str:
    stage, place, kernel, expansion = (int(number) for number in part)
    stages = [[_SMALL] for _ in range(_STAGES)]
    stages[stage][place:] = [proxyless.Block(kernel, expansion)]
    return _proxyless_text(stages)


# darts: in a normal cell, an edge costs the same everywhere. In a reduction cell, edges from the two inputs halve the
# resolution. The base has only skip connections from the inputs.
_SKIP = "skip_connect"
_NORMAL, _REDUCE = "normal", "reduce"
_DARTS_BASE = [(_SKIP, 0), (_SKIP, 1)] * darts_genotype.NODES


def _darts_parts(genotype: str) -> list[Part]:
    cells = darts_genotype.parse(genotype)
    normal: list[Part] = [(_NORMAL, True, edge.operation) for edge in cells.normal if edge.operation != _SKIP]
    reduce: list[Part] = [
        (_REDUCE, edge.source < darts_genotype.INPUTS, edge.operation)
        for edge in cells.reduce
        if edge.operation != _SKIP or edge.source >= darts_genotype.INPUTS
    ]
    return normal + reduce


def _darts_example(part: Part) -> str:
    kind, from_input, operation = part
    base = _DARTS_BASE
    # The second edge of the second node: from an input, or from the first node.
    changed = [*base[:3], (str(operation), 1 if from_input else darts_genotype.INPUTS), *base[4:]]
    return _darts_text(*((changed, base) if kind == _NORMAL else (base, changed)))


def _darts_text(normal: Sequence[tuple[str, int]], reduce: Sequence[tuple[str, int]]) -> str:
    nodes = list(range(darts_genotype.INPUTS, darts_genotype.INPUTS + darts_genotype.NODES))
    return f"Genotype(normal={list(normal)}, normal_concat={nodes}, reduce={list(reduce)}, reduce_concat={nodes})"


COMPOSITIONS: dict[str, Composition] = {
    "nas-bench-201": Composition(_cell_text(["none"] * 6), _nas_bench_201_parts, _nas_bench_201_example),
    "nas-bench-macro": Composition(_MACRO_BASE, _macro_parts, _macro_example),
    "mb": Composition(str(list(_MB_BASE)), _mb_parts, _mb_example),
    "proxyless": Composition(_proxyless_text([[_SMALL]] * _STAGES), _proxyless_parts, _proxyless_example),
    "darts": Composition(_darts_text(_DARTS_BASE, _DARTS_BASE), _darts_parts, _darts_example),
}
"""By the name of the space."""
