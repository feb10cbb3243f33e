"""The parameters of a program, drawn as torch's modules draw theirs, without modules."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from rminas_sidecar.programs.buffers import Arena, Buffer

Norm = Literal["affine", "plain", "none"]
"""Whether an output is normalised, and whether the normalisation has weight and bias."""
Arrange = Callable[[Tensor], Tensor]
"""From a weight as torch has it to one as the operations read it."""


@dataclass(eq=False, slots=True)
class Parameter(Buffer):
    """A parameter and its gradient."""

    gradient: Buffer = field(default_factory=lambda: Buffer(0))


class Layer(NamedTuple):
    """A convolution without bias.

    Args:
        weight: side × side × inputs × outputs; of a depthwise convolution side × side × channels.
        outputs: channels.
        norm: weight and bias of the normalisation of the output; None where it has none.
        normalised: whether the output is normalised.
    """

    weight: Parameter
    outputs: int
    norm: Parameter | None = None
    normalised: bool = True


@dataclass(frozen=True)
class _Draw:
    shape: tuple[int, ...]
    bound: float
    parameter: Parameter | None
    """None for a weight that no operation reads."""
    arrange: Arrange


class Parameters:
    """Collects parameters in the order in which the modules of a network have them.

    Attributes:
        used: those that operations read.
    """

    def __init__(self) -> None:
        self.used: list[Parameter] = []
        self._draws: list[_Draw] = []
        self._norms: list[Parameter] = []

    def convolution(
        self,
        inputs: int,
        outputs: int,
        side: int = 1,
        *,
        norm: Norm = "affine",
        used: bool = True,
        rows: int | None = None,
    ) -> Layer:
        """A convolution without bias, and the normalisation of its output.

        Args:
            inputs: channels.
            outputs: channels.
            side: of the kernel.
            norm: with weight and bias, without them, or none.
            used: whether an operation reads the weight. Others are drawn and dropped, for the sake of the next ones.
            rows: at least side · side · inputs; further rows of the weight are zeros.
        """
        fan_in = inputs * side * side
        weight = Parameter((rows or fan_in) * outputs)
        self._draw((outputs, inputs, side, side), _kaiming_bound(fan_in), weight, _outputs_last, used)
        affine = self.norm(outputs, used=used) if norm == "affine" else None
        return Layer(weight, outputs, affine, norm != "none")

    def depthwise(self, channels: int, side: int, *, norm: Norm = "none") -> Layer:
        """A depthwise convolution without bias, and the normalisation of its output."""
        weight = Parameter(side * side * channels)
        self._draw((channels, 1, side, side), _kaiming_bound(side * side), weight, _outputs_last, used=True)
        affine = self.norm(channels) if norm == "affine" else None
        return Layer(weight, channels, affine, norm != "none")

    def norm(self, channels: int, *, used: bool = True) -> Parameter:
        """Weight and bias of a batch normalisation: 2 × channels."""
        norm = Parameter(2 * channels)
        if used:
            self._norms.append(self._add(norm))
        return norm

    def linear(self, inputs: int, outputs: int) -> tuple[Parameter, Parameter]:
        """Weight and bias of a linear layer: outputs × inputs, and outputs."""
        weight = self._draw((outputs, inputs), _kaiming_bound(inputs), Parameter(outputs * inputs), _unchanged, True)
        bias = self._draw((outputs,), 1 / math.sqrt(inputs), Parameter(outputs), _unchanged, True)
        return weight, bias

    @property
    def weights(self) -> list[Parameter]:
        """The weights of convolutions and linear layers that operations read, in order."""
        return [draw.parameter for draw in self._draws if draw.parameter is not None and len(draw.shape) > 1]

    def place(self) -> Arena:
        """An arena with places for the parameters."""
        arena = Arena()
        for parameter in self.used:
            arena.give(parameter)
        return arena

    def place_gradients(self, arena: Arena) -> None:
        """Adds places for the gradients, in the order of the parameters, and as many floats for momenta."""
        distance = arena.floats
        for parameter in self.used:
            parameter.gradient.place = parameter.place + distance
        arena.floats += 2 * distance

    def draw(self, arena: Tensor) -> None:
        """Draws the parameters from torch's global generator, and writes them to the arena."""
        for norm in self._norms:
            channels = norm.floats // 2
            arena[norm.place : norm.place + channels] = 1
        drawn = torch.empty(max((math.prod(draw.shape) for draw in self._draws), default=0))
        for it in self._draws:
            weight = drawn[: math.prod(it.shape)].view(it.shape).uniform_(-it.bound, it.bound)
            _write(arena, it, weight)

    def load(self, arena: Tensor, weights: Iterable[Tensor], norms: Iterable[nn.BatchNorm2d]) -> None:
        """Writes given parameters to the arena.

        Args:
            arena: zeros follow the weights that have further rows, see :meth:`convolution`.
            weights: of convolutions and linear layers, and biases of linear layers, in the order of their layers.
            norms: normalisations with weight and bias, in order.
        """
        for it, weight in zip(self._draws, weights, strict=True):
            _write(arena, it, weight.detach())
        for place, norm in zip(self._norms, norms, strict=True):
            arena[place.place : place.place + place.floats] = torch.cat([norm.weight.detach(), norm.bias.detach()])

    def _draw(
        self, shape: tuple[int, ...], bound: float, parameter: Parameter, arrange: Arrange, used: bool
    ) -> Parameter:
        if used:
            self._add(parameter)
        self._draws.append(_Draw(shape, bound, parameter if used else None, arrange))
        return parameter

    def _add(self, parameter: Parameter) -> Parameter:
        parameter.gradient.floats = parameter.floats
        self.used.append(parameter)
        return parameter


def _write(arena: Tensor, draw: _Draw, weight: Tensor) -> None:
    if draw.parameter is not None:
        arranged = draw.arrange(weight)
        place = draw.parameter.place
        arena[place : place + weight.numel()].view(arranged.shape).copy_(arranged)


def _kaiming_bound(fan_in: int) -> float:
    """The bound of `kaiming_uniform_(a=√5)`, in the same operations, so that its last bit is the same."""
    gain = math.sqrt(2.0 / (1 + math.sqrt(5) ** 2))
    return math.sqrt(3.0) * (gain / math.sqrt(fan_in))


def _outputs_last(weight: Tensor) -> Tensor:
    return weight.permute(2, 3, 1, 0)


def _unchanged(weight: Tensor) -> Tensor:
    return weight
