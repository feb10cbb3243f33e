"""The `forward` of a module as lines of Python, from a trace by torch.fx in which the module's children stay whole."""

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import fx, nn
from torch.nn import functional

from rminas_sidecar.export.failures import CannotWrite

_LONGEST = 52
"""Characters of the expressions that are moved into another one."""
_INFIX: dict[Callable[..., Any], str] = {
    operator.add: "+",
    operator.sub: "-",
    operator.mul: "*",
    operator.truediv: "/",
    operator.floordiv: "//",
    operator.pow: "**",
    operator.matmul: "@",
    operator.iadd: "+",
    operator.imul: "*",
}


@dataclass(frozen=True)
class Forward:
    """What a module computes from its children.

    Args:
        inputs: the arguments that it uses, as names in the lines.
        kept: the numbers of those arguments among all of the original.
        lines: the statements; the last one returns.
        called: paths of the children that it calls, e.g. `cells.0`.
        attributes: names of its own parameters and buffers that it reads.
        returns_features: whether it returns a list and a tensor, of which the lines collect the list in `features`.
    """

    inputs: tuple[str, ...]
    kept: tuple[int, ...]
    lines: tuple[str, ...]
    called: frozenset[str]
    attributes: frozenset[str]
    returns_features: bool


class _ShallowTracer(fx.Tracer):
    """Does not look into children."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return True


def read_forward(module: nn.Module, kept: Callable[[nn.Module], tuple[int, ...]]) -> Forward:
    """Traces one module.

    Args:
        kept: which arguments of a child's call its own `forward` uses.

    Raises:
        CannotWrite: its `forward` depends on the values or the number of its inputs.
    """
    try:
        graph = _ShallowTracer().trace(module)
    except Exception as error:
        raise CannotWrite(f"torch.fx cannot trace {type(module).__name__}: {error}") from error
    return _Writer(module, graph, kept).write()


@dataclass
class _Writer:
    module: nn.Module
    graph: fx.Graph
    kept_by: Callable[[nn.Module], tuple[int, ...]]
    # Statements that may still be moved into the next one: node, its name, its expression.
    pending: list[tuple[fx.Node, str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    names: dict[fx.Node, str] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)

    def write(self) -> Forward:
        placeholders = [node for node in self.graph.nodes if node.op == "placeholder"]
        kept = tuple(number for number, node in enumerate(placeholders) if self._is_used(node))
        inputs = [placeholders[number] for number in kept]
        for node in inputs:
            self.names[node] = "x" if len(inputs) == 1 else node.name
        output = next(node for node in self.graph.nodes if node.op == "output").args[0]
        features = self._features(output)
        for node in self.graph.nodes:
            if node.op in ("placeholder", "output") or not self._is_used(node):
                continue
            self._add(node, features)
        result = output[1] if features else output
        self._flush()
        text = self._last(result)
        self.lines.append(f"return features, {text}" if features else f"return {text}")
        return Forward(
            tuple(self.names[node] for node in inputs),
            kept,
            tuple(self.lines),
            frozenset(self.called),
            frozenset(self.attributes),
            bool(features),
        )

    def _is_used(self, node: fx.Node) -> bool:
        return self._is_in_place(node) or any(node in self._read_by(user) for user in node.users)

    def _is_in_place(self, node: fx.Node) -> bool:
        """Whether a node may change what it reads, so that it counts also where nothing reads its result."""
        if node.op == "call_method":
            return str(node.target).endswith("_") and not str(node.target).endswith("__")
        acts = self._child(node) if node.op == "call_module" else None
        return bool(node.kwargs.get("inplace") or getattr(acts, "inplace", False))

    def _read_by(self, user: fx.Node) -> list[fx.Node]:
        """The nodes that a node reads: not those for arguments that a child's `forward` does not use."""
        if user.op != "call_module":
            return _nodes([user.args, user.kwargs])
        kept = self.kept_by(self._child(user))
        return _nodes([[value for number, value in enumerate(user.args) if number in kept], user.kwargs])

    def _child(self, node: fx.Node) -> nn.Module:
        return self.module.get_submodule(str(node.target))

    def _features(self, output: Any) -> set[fx.Node]:
        is_pair = isinstance(output, (tuple, list)) and len(output) == 2
        if not is_pair or not isinstance(output[0], (tuple, list)):
            return set()
        return set(output[0])

    def _add(self, node: fx.Node, features: set[fx.Node]) -> None:
        text = self._expression(node)
        name = self._name(node)
        self.names[node] = name
        if node in features:
            self._flush()
            self.lines += [f"{name} = {text}", f"features.append({name})"]
        else:
            self.pending.append((node, name, text))

    def _name(self, node: fx.Node) -> str:
        """`x` along a chain, else a name after the operation."""
        reads_x = any(self.names.get(value) == "x" for value in _nodes([node.args, node.kwargs]))
        if node.op != "call_function" and reads_x and not self._is_read_after(node):
            return "x"
        name = node.name.lstrip("_")
        return f"{name}_" if name in ("x", "features") else name

    def _is_read_after(self, node: fx.Node) -> bool:
        """Whether a later node other than the output reads something that was computed before this node."""
        later = {following for following in _after(node) if following.op != "output"}
        return any(user in later for value in self.names if value is not node for user in value.users)

    def _flush(self) -> None:
        self.lines += [f"{name} = {text}" for _, name, text in self.pending]
        self.pending.clear()

    def _last(self, result: object) -> str:
        """The returned expression: the last statement's, where that is just what is returned."""
        text = self._argument(result)
        if self.lines and isinstance(result, fx.Node) and self.lines[-1].startswith(f"{self.names[result]} = "):
            return self.lines.pop().removeprefix(f"{self.names[result]} = ")
        return text

    def _expression(self, node: fx.Node) -> str:
        if node.op == "get_attr":
            self.attributes.add(str(node.target))
            return f"self.{node.target}"
        if node.op == "call_module":
            self.called.add(str(node.target))
            kept = self.kept_by(self._child(node))
            arguments = [value for number, value in enumerate(node.args) if number in kept]
            path = _path(self.module, str(node.target))
            return f"{path}({self._arguments(arguments, node.kwargs, self._inline(node))})"
        inlined = self._inline(node)
        if node.op == "call_method":
            owner, *others = node.args
            return f"{self._operand(owner, inlined)}.{node.target}({self._arguments(others, node.kwargs, inlined)})"
        return self._function(node, inlined)

    def _function(self, node: fx.Node, inlined: dict[fx.Node, str]) -> str:
        target: Any = node.target
        if target in _INFIX:
            left, right = (self._operand(value, inlined) for value in node.args)
            return f"{left} {_INFIX[target]} {right}"
        if target is operator.getitem:
            owner, index = node.args
            return f"{self._operand(owner, inlined)}[{self._index(index, inlined)}]"
        if target is getattr:
            return f"{self._operand(node.args[0], inlined)}.{node.args[1]}"
        if target is operator.neg:
            return f"-{self._operand(node.args[0], inlined)}"
        return f"{_function_name(target)}({self._arguments(node.args, node.kwargs, inlined)})"

    def _inline(self, node: fx.Node) -> dict[fx.Node, str]:
        """Takes the statements before this one into it, as far as that keeps the order of computation."""
        inlined: dict[fx.Node, str] = {}
        length = 0
        for value in reversed(_nodes([node.args, node.kwargs])):
            if not self.pending or self.pending[-1][0] is not value or len(value.users) > 1:
                break
            if node.op == value.op == "call_module":
                # A chain of modules reads best as one line each.
                break
            length += len(self.pending[-1][2])
            if length > _LONGEST:
                break
            inlined[value] = self.pending.pop()[2]
        return inlined

    def _operand(self, value: object, inlined: dict[fx.Node, str]) -> str:
        text = self._argument(value, inlined)
        is_infix = isinstance(value, fx.Node) and value in inlined and value.target in _INFIX
        # A sign binds less than what follows it, such as a power or a call.
        return f"({text})" if is_infix or text.startswith("-") else text

    def _arguments(
        self, values: Iterable[object], named: dict[str, Any], inlined: dict[fx.Node, str] | None = None
    ) -> str:
        texts = [self._argument(value, inlined) for value in values]
        # torch.fx writes the default of `inplace` out.
        others = {name: value for name, value in named.items() if (name, value) != ("inplace", False)}
        return ", ".join([*texts, *(f"{name}={self._argument(value, inlined)}" for name, value in others.items())])

    def _argument(self, value: object, inlined: dict[fx.Node, str] | None = None) -> str:
        if isinstance(value, fx.Node):
            return (inlined or {}).get(value, "") or self.names[value]
        if isinstance(value, slice):
            return f"slice({', '.join(self._argument(end, inlined) for end in (value.start, value.stop, value.step))})"
        if isinstance(value, (list, tuple)):
            texts = ", ".join(self._argument(item, inlined) for item in value)
            return f"[{texts}]" if isinstance(value, list) else f"({texts}{',' if len(value) == 1 else ''})"
        if isinstance(value, (torch.dtype, int, float, str, bool)) or value is None or value is Ellipsis:
            return repr(value) if value is not Ellipsis else "..."
        raise CannotWrite(f"a value of type {type(value).__name__} in a forward")

    def _index(self, index: object, inlined: dict[fx.Node, str]) -> str:
        parts = index if isinstance(index, tuple) else (index,)
        texts = (self._slice(it, inlined) if isinstance(it, slice) else self._argument(it, inlined) for it in parts)
        return ", ".join(texts)

    def _slice(self, part: slice, inlined: dict[fx.Node, str]) -> str:
        ends = ["" if end is None else self._argument(end, inlined) for end in (part.start, part.stop)]
        step = "" if part.step is None else f":{self._argument(part.step, inlined)}"
        return f"{ends[0]}:{ends[1]}{step}"


def _nodes(value: object) -> list[fx.Node]:
    """The nodes in nested arguments, in the order in which Python computes them."""
    if isinstance(value, fx.Node):
        return [value]
    if isinstance(value, dict):
        return [node for item in value.values() for node in _nodes(item)]
    if isinstance(value, slice):
        return _nodes([value.start, value.stop, value.step])
    if isinstance(value, (list, tuple)):
        return [node for item in value for node in _nodes(item)]
    return []


def _after(node: fx.Node) -> list[fx.Node]:
    found, current = [], node.next
    while current.op != "root":
        found.append(current)
        current = current.next
    return found


def _path(module: nn.Module, target: str) -> str:
    """`self.cells[0].op` for `cells.0.op`."""
    text, owner = "self", module
    for name in target.split("."):
        if isinstance(owner, (nn.ModuleList, nn.Sequential)):
            text += f"[{list(owner._modules).index(name)}]"
        elif isinstance(owner, nn.ModuleDict):
            text += f"[{name!r}]"
        else:
            text += f".{name}"
        owner = owner._modules[name] or owner
    return text


def _function_name(target: Callable[..., Any]) -> str:
    spaces: Sequence[tuple[str, Any]] = (("torch", torch), ("functional", functional), ("torch.special", torch.special))
    for prefix, space in spaces:
        for name, value in vars(space).items():
            if value is target and not name.startswith("_"):
                return f"{prefix}.{name}"
    raise CannotWrite(f"the function {getattr(target, '__name__', target)!s} is not one of torch")
