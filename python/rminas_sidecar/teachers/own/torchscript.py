"""TorchScript files as teachers.

The modules of such a file run inside of torch's interpreter, where hooks are not called. So the graph is changed: calls
of modules are replaced by their graphs, and the outputs of the stages become outputs of the whole.

A TorchScript file contains a program. `torch.jit.load` is called only for a file that the user named as a teacher.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.teachers.own.layers import Layer, find_logits, has_own_features, layer_of

_MOST_CALLS = 20_000

_optimized: Any = torch.jit.optimized_execution  # type: ignore[attr-defined]


class Scripted:
    """A network from a TorchScript file.

    Args:
        module: the loaded file.
    """

    def __init__(self, module: Any) -> None:
        self._module = module

    @classmethod
    def load(cls, path: Path) -> "Scripted":
        """Loads a file on the CPU.

        Raises:
            SidecarError: `corrupt-file` when torch cannot load it; `unsuitable-teacher` for other inputs than images.
        """
        try:
            module: Any = torch.jit.load(path, map_location="cpu")  # type: ignore[no-untyped-call]
        except RuntimeError as error:
            line = str(error).strip().splitlines()[0]
            steps = ["Write it again with torch.jit.save, by the version of torch that rminas uses or an older one."]
            raise SidecarError("corrupt-file", f"{path} cannot be loaded as TorchScript: {line}", steps) from error
        inputs = [it for it in module._c._get_method("forward").schema.arguments[1:] if not it.has_default_value()]
        if len(inputs) != 1 or inputs[0].type.kind() != "TensorType":
            named = ", ".join(f"{it.name}: {it.type}" for it in inputs) or "none"
            steps = ["Save a module that takes one tensor: images of shape batch × 3 × height × width."]
            problem = f"{path} cannot teach: its inputs are {named}, not images alone"
            raise SidecarError("unsuitable-teacher", f"{problem}.", steps)
        return cls(module)

    @property
    def module(self) -> nn.Module:
        """See :class:`Traceable`."""
        found: nn.Module = self._module
        return found

    def answer(self, images: Tensor) -> Any:
        """See :class:`Traceable`."""
        with _optimized(False):
            return self._module(images)

    def layers(self, images: Tensor) -> list[Layer]:
        """See :class:`Traceable`."""
        graph, values = _expand(self._module)
        answers = _run(graph, list(values.values()), self._module, images)
        found = dict(zip(["", *values], answers, strict=True))
        modules = dict(self._module.named_modules())
        return [layer_of(name, modules[name], found[name], len(images)) for name in _in_order_of_end(list(found))]

    def staged(self, stages: Sequence[str]) -> nn.Module:
        """See :class:`Traceable`."""
        return _StagedScript(self._module, stages)


class _StagedScript(nn.Module):
    """A TorchScript network that answers (features of its stages, logits)."""

    def __init__(self, module: Any, stages: Sequence[str]) -> None:
        super().__init__()
        self.module = module
        graph, values = _expand(module)
        self._graph = graph
        self._values = [values[stage] for stage in stages]
        self._run: Any = None

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features and the logits of images (batch × 3 × height × width)."""
        if self._run is None:
            self._run = _function(self._graph, self._values)
        # Without optimisations, which begin after some calls and change the rounding.
        with _optimized(False):
            answer, *features = self._run(self.module._c, images)
        if not self._values and has_own_features(answer):
            return list(answer[0]), answer[1]
        logits = find_logits(answer)
        if logits is None:
            raise ValueError("the network answered no logits")
        return list(features), logits


def _in_order_of_end(names: Sequence[str]) -> list[str]:
    """Names of modules, given in the order in which they begin, in the order in which they end."""
    running: list[str] = []
    order: list[str] = []
    for name in names:
        while running and running[-1] and not name.startswith(f"{running[-1]}."):
            order.append(running.pop())
        running.append(name)
    return [*order, *reversed(running)]


def _expand(module: Any) -> tuple[Any, dict[str, Any]]:
    """The graph with the graphs of all modules in place of their calls, and the output of each module in it.

    Modules that run under a condition or in a loop stay calls, and have no output here.
    """
    graph = module._c._get_method("forward").graph.copy()
    root = next(iter(graph.inputs())).debugName()
    values: dict[str, Any] = {}
    modules = dict(module.named_modules())
    for _ in range(_MOST_CALLS):
        call = next((node for node in graph.nodes() if _called(node, root) is not None), None)
        if call is None:
            break
        name = _called(call, root)
        callee = modules[name]._c._get_method(call.s("name")).graph.copy()
        graph.setInsertPoint(call)
        (output,) = graph.insertGraph(callee, list(call.inputs()))
        before = call.output().unique()
        call.output().replaceAllUsesWith(output)
        values = {key: output if value.unique() == before else value for key, value in values.items()}
        if name and call.s("name") == "forward":
            values.pop(name, None)
            values[name] = output
        call.destroy()
    return graph, values


def _called(node: Any, root: str) -> str | None:
    """The name of the module whose method a node calls; None for other nodes."""
    if node.kind() != "prim::CallMethod":
        return None
    names: list[str] = []
    value = next(iter(node.inputs()))
    while value.node().kind() == "prim::GetAttr":
        names.append(value.node().s("name"))
        value = next(iter(value.node().inputs()))
    return ".".join(reversed(names)) if value.debugName() == root else None


def _run(graph: Any, values: Sequence[Any], module: Any, images: Tensor) -> list[object]:
    with torch.no_grad(), _optimized(False):
        return list(_function(graph, values)(module._c, images))


def _function(graph: Any, values: Sequence[Any]) -> Any:
    """A function from the module and the images to the graph's output and these values."""
    outputs = [next(iter(graph.outputs())), *(_copy_of(graph, value) for value in values)]
    row = graph.create("prim::TupleConstruct", outputs, 1)
    row.output().setType(torch._C.TupleType([value.type() for value in outputs]))
    graph.appendNode(row)
    graph.eraseOutput(0)
    graph.registerOutput(row.output())
    return torch._C._create_function_from_graph("staged", graph)


def _copy_of(graph: Any, value: Any) -> Any:
    """A copy of a tensor, because the next operation may work in place; other values unchanged."""
    if value.type().kind() != "TensorType":
        return value
    none = graph.create("prim::Constant", [], 1)
    none.output().setType(torch._C.NoneType.get())
    graph.prependNode(none)
    copy = graph.create("aten::clone", [value, none.output()], 1)
    copy.insertAfter(value.node())
    return copy.output()
