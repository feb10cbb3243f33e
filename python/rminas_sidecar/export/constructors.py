"""The calls that build a network's modules, as data: numbers stay apart, so that equal modules of other widths show."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn

_UNWRITTEN = ("device", "dtype")
_CHANNELS = ("in_channels", "out_channels", "num_features", "groups", "in_features", "out_features")


KERNEL = "kernel_size"
"""The text of the default of a pooling's stride: the same as the kernel's size."""


@dataclass(frozen=True)
class Number:
    """A whole number in a call.

    Args:
        role: the name of the argument, e.g. `kernel_size`.
    """

    value: int
    role: str

    @property
    def kind(self) -> str:
        """Numbers of one kind can be one parameter of a class."""
        return kind_of(self.role)


@dataclass(frozen=True)
class Literal:
    """Any other constant, as Python writes it."""

    text: str


@dataclass(frozen=True)
class Call:
    """A call of a class of torch.

    Args:
        function: its name in the source, e.g. `nn.Conv2d`.
        arguments: name and value; those without a default come first.
        defaults: the text of each argument's default; arguments without one are written without their names.
    """

    function: str
    arguments: tuple[tuple[str, "Value"], ...]
    defaults: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Container:
    """`nn.Sequential`, `nn.ModuleList` or `nn.ModuleDict`; names are None where they are numbers in order."""

    function: str
    names: tuple[str, ...] | None
    items: tuple["Value", ...]


class WrittenModule:
    """A module whose class is written out, not one of torch."""

    @property
    def class_name(self) -> str:
        """The name of the class in the source."""
        raise NotImplementedError

    @property
    def arguments(self) -> tuple[Number, ...]:
        """The arguments of the constructor; their roles are its parameters."""
        raise NotImplementedError


Value = Number | Literal | Call | Container | WrittenModule


def kind_of(role: str) -> str:
    """The kind of a number with this role: channels can equal each other, a kernel's size only another one."""
    return "channels" if role.rstrip("_0123456789") in _CHANNELS else role


def leaves(value: Value) -> Iterator[Number | WrittenModule]:
    """The numbers and written modules in a value, in the order of the text."""
    if isinstance(value, Call):
        for _, argument in value.arguments:
            yield from leaves(argument)
    elif isinstance(value, Container):
        for item in value.items:
            yield from leaves(item)
    elif not isinstance(value, Literal):
        yield value


def torch_call(module: nn.Module) -> Call:
    """The call that builds a module of torch.nn. Arguments are read from the attributes of the same names."""
    arguments, defaults = [], []
    for name, parameter in inspect.signature(type(module).__init__).parameters.items():
        if name in ("self", *_UNWRITTEN) or not hasattr(module, name):
            continue
        value = _constant(name, getattr(module, name))
        arguments.append((name, value))
        if parameter.default is not inspect.Parameter.empty:
            is_kernel = name == "stride" and parameter.default is None
            defaults.append((name, KERNEL if is_kernel else repr(parameter.default)))
    return Call(f"nn.{type(module).__name__}", tuple(arguments), tuple(defaults))


def _constant(name: str, value: Any) -> Number | Literal:
    if name == "bias":
        # The constructor takes a switch, and the module has a tensor or None.
        return Literal(str(value is not None and value is not False))
    if isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0] if name != "normalized_shape" else value
    if type(value) is int:
        return Number(value, name)
    return Literal(repr(value))
