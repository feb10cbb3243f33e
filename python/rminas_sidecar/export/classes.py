"""The classes of a network's modules: modules of one structure share a class, and the numbers that differ become its
parameters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from rminas_sidecar.export.constructors import (
    Call,
    Container,
    Literal,
    Number,
    Value,
    WrittenModule,
    kind_of,
    leaves,
    torch_call,
)
from rminas_sidecar.export.failures import CannotWrite
from rminas_sidecar.export.statements import Forward, read_forward

_UNUSED = Call("nn.Identity", (), ())
"""Takes the place of a module in a list that the output does not depend on, so that the others keep their numbers."""


@dataclass(eq=False)
class Instance(WrittenModule):
    """A module, and the class that it shares with others."""

    definition: "Definition"
    attributes: tuple[tuple[str, Value], ...]

    @property
    def class_name(self) -> str:
        """See the base."""
        return self.definition.name

    @property
    def arguments(self) -> tuple[Number, ...]:
        """The values of the class's parameters."""
        holes = self.holes()
        return tuple(Number(holes[column].value, name) for name, column in self.definition.parameters.items())

    def holes(self) -> tuple[Number, ...]:
        """All numbers in the attributes, and the arguments of the instances among them."""
        found: list[Number] = []
        for _, value in self.attributes:
            for leaf in leaves(value):
                found += [leaf] if isinstance(leaf, Number) else leaf.arguments
        return tuple(found)


@dataclass(eq=False)
class Definition:
    """A class.

    Args:
        name: in the source.
        doc: one line, from the original class.
        forward: its statements.
        tensors: its own parameters and buffers: name, shape, type, and whether it is trained.
        instances: all modules of the class.
        parameters: the column of holes that each parameter of the constructor fills first.
        texts: how each hole is written in the class: a number, a parameter, or a multiple of one.
    """

    name: str
    doc: str
    forward: Forward
    tensors: tuple[tuple[str, Tensor, bool], ...]
    instances: list[Instance] = field(default_factory=list)
    parameters: dict[str, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    @property
    def attributes(self) -> tuple[tuple[str, Value], ...]:
        """The children, as the first instance has them."""
        return self.instances[0].attributes

    def find_parameters(self) -> None:
        """Decides which numbers are parameters. The classes of the children must have been decided before."""
        rows = [instance.holes() for instance in self.instances]
        columns = [tuple(number.value for number in column) for column in zip(*rows, strict=True)]
        for index, column in enumerate(columns):
            role = rows[0][index].role
            self.texts.append(self._text_of(column, columns, role) or self._add_parameter(role, index))

    def _text_of(self, column: tuple[int, ...], columns: Sequence[tuple[int, ...]], role: str) -> str | None:
        if len(set(column)) == 1:
            return str(column[0])
        for name, first in self.parameters.items():
            if kind_of(name) == kind_of(role) and columns[first] == column:
                return name
        if kind_of(role) == "channels":
            for name, first in self.parameters.items():
                multiple = _multiple(column, columns[first])
                if kind_of(name) == "channels" and multiple is not None:
                    return f"{multiple} * {name}"
        return None

    def _add_parameter(self, role: str, index: int) -> str:
        base, number = role.rstrip("_0123456789"), 1
        name = base
        while name in self.parameters:
            number += 1
            name = f"{base}_{number}"
        self.parameters[name] = index
        return name


def _multiple(column: tuple[int, ...], other: tuple[int, ...]) -> int | None:
    factors = {value // base if base and value % base == 0 else 0 for value, base in zip(column, other, strict=True)}
    factor = factors.pop()
    return factor if not factors and factor > 1 else None


@dataclass
class ClassReader:
    """Reads the classes of a network's modules.

    Attributes:
        definitions: those read so far; a class comes after the classes of its children.
    """

    definitions: dict[Any, Definition] = field(default_factory=dict)
    _forwards: dict[nn.Module, Forward] = field(default_factory=dict)

    def read(self, root: nn.Module) -> Instance:
        """Reads a network.

        Raises:
            CannotWrite: a part of it cannot be written as Python.
        """
        value = self._read(root, "Network")
        if not isinstance(value, Instance):
            raise CannotWrite("the network is a module of torch itself")
        for definition in self.definitions.values():
            definition.find_parameters()
        return value

    def _read(self, module: nn.Module, name: str | None = None) -> Value:
        if type(module) is nn.Sequential:
            return _container("nn.Sequential", module, self._read)
        if type(module).__module__.startswith("torch.nn."):
            return torch_call(module)
        return self._instance(module, name or type(module).__name__)

    def _forward(self, module: nn.Module) -> Forward:
        if module not in self._forwards:
            self._forwards[module] = read_forward(module, self._kept)
        return self._forwards[module]

    def _kept(self, module: nn.Module) -> tuple[int, ...]:
        """Which arguments the forward of a module uses; those of torch's modules use all."""
        if type(module).__module__.startswith("torch.nn."):
            return tuple(range(100))
        return self._forward(module).kept

    def _instance(self, module: nn.Module, name: str) -> Instance:
        forward = self._forward(module)
        attributes = tuple(
            (child, self._attribute(part, child, forward))
            for child, part in module._modules.items()
            if part is not None and _is_called(child, forward)
        )
        tensors = tuple(_own_tensors(module, forward))
        key = (name, forward, tuple((child, _skeleton(value)) for child, value in attributes), _shapes(tensors))
        if key not in self.definitions:
            self.definitions[key] = Definition(self._free_name(name), _doc_of(module), forward, tensors)
        instance = Instance(self.definitions[key], attributes)
        self.definitions[key].instances.append(instance)
        return instance

    def _attribute(self, part: nn.Module, path: str, forward: Forward) -> Value:
        """A child that is called itself, or a list of such children."""
        if path in forward.called:
            return self._read(part)
        if not isinstance(part, (nn.ModuleList, nn.ModuleDict, nn.Sequential)):
            raise CannotWrite(f"{type(part).__name__} is used without being called")

        def read(child: nn.Module, name: str) -> Value:
            inner = f"{path}.{name}"
            return self._attribute(child, inner, forward) if _is_called(inner, forward) else _UNUSED

        return _container(f"nn.{type(part).__name__}", part, read, named=True)

    def _free_name(self, name: str) -> str:
        taken = {definition.name for definition in self.definitions.values()}
        number = 1
        free = name = name.lstrip("_")
        while free in taken or (free == "Network" and name != "Network"):
            number += 1
            free = f"{name}{number}"
        return free


def _container(function: str, module: nn.Module, read: Callable[..., Value], named: bool = False) -> Container:
    children = {name: child for name, child in module._modules.items() if child is not None}
    names = None if list(children) == [str(number) for number in range(len(children))] else tuple(children)
    items = tuple(read(child, name) if named else read(child) for name, child in children.items())
    return Container(function, names, items)


def _is_called(path: str, forward: Forward) -> bool:
    return any(called == path or called.startswith(f"{path}.") for called in forward.called)


def _own_tensors(module: nn.Module, forward: Forward) -> list[tuple[str, Tensor, bool]]:
    found: list[tuple[str, Tensor, bool]] = []
    found += [(name, value, True) for name, value in module._parameters.items() if value is not None]
    found += [(name, value, False) for name, value in module._buffers.items() if value is not None]
    unknown = [name for name in forward.attributes if name not in {name for name, _, _ in found}]
    if unknown:
        raise CannotWrite(f"{type(module).__name__} reads {unknown[0]}, which belongs to another module")
    return [one for one in found if one[0] in forward.attributes]


def _shapes(tensors: tuple[tuple[str, Tensor, bool], ...]) -> tuple[Any, ...]:
    return tuple((name, tuple(value.shape), value.dtype, trained) for name, value, trained in tensors)


def _skeleton(value: Value) -> Any:
    """The value without its numbers: modules with equal skeletons share a class."""
    if isinstance(value, Number):
        return value.role
    if isinstance(value, Instance):
        return value.definition
    if isinstance(value, Call):
        return value.function, tuple((name, _skeleton(argument)) for name, argument in value.arguments)
    if isinstance(value, Container):
        return value.function, value.names, tuple(_skeleton(item) for item in value.items)
    return value if isinstance(value, Literal) else None


def _doc_of(module: nn.Module) -> str:
    """The first paragraph of the original's docstring, as one line without references into rminas."""
    if type(module).__doc__ == nn.Module.__doc__:
        return ""
    paragraph = (type(module).__doc__ or "").strip().split("\n\n")[0]
    return " ".join(paragraph.split()).replace('"""', "'''").replace("\\", "/")
