"""Runs a network once and lists the outputs of its modules, and gives a network that answers the features of stages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Layer:
    """The last output of a module.

    Args:
        name: of the module, e.g. `layer1.0.conv1`; empty for the whole network.
        kind: the module's class, e.g. `Conv2d`.
        shape: of its output, without the batch. None when the output is not one tensor with a row for each image.
        parameters: number of parameters in it.
        chain: whether it runs its own modules one after another, as `nn.Sequential` does.
    """

    name: str
    kind: str
    shape: tuple[int, ...] | None
    parameters: int
    chain: bool

    @property
    def area(self) -> int | None:
        """Pixels of a feature map; None for other outputs."""
        return self.shape[1] * self.shape[2] if self.shape is not None and len(self.shape) == 3 else None

    def is_in(self, other: "Layer") -> bool:
        """Whether this module is a part of the other one."""
        return self.name != other.name and (not other.name or self.name.startswith(f"{other.name}."))


class Traceable(Protocol):
    """A network in which the outputs of modules can be seen."""

    @property
    def module(self) -> nn.Module:
        """The network itself."""
        ...

    def answer(self, images: Tensor) -> Any:
        """Runs the network."""
        ...

    def layers(self, images: Tensor) -> list[Layer]:
        """Runs the network without gradients; answers its layers in the order in which they ended, the network last."""
        ...

    def staged(self, stages: Sequence[str]) -> nn.Module:
        """A network that answers (features of the stages, logits). Without stages, the network's own features."""
        ...


class Hooked:
    """A network of Python modules, which forward hooks observe.

    Args:
        module: the network.
    """

    def __init__(self, module: nn.Module) -> None:
        self._module = module

    @property
    def module(self) -> nn.Module:
        """See :class:`Traceable`."""
        return self._module

    def answer(self, images: Tensor) -> Any:
        """See :class:`Traceable`."""
        return self._module(images)

    def layers(self, images: Tensor) -> list[Layer]:
        """See :class:`Traceable`."""
        found: dict[str, Layer] = {}
        handles = []
        for name, module in self._module.named_modules():

            def note(module: nn.Module, _inputs: Any, output: Any, name: str = name) -> None:
                # The last call of a module counts, as it does in the staged network.
                found.pop(name, None)
                found[name] = layer_of(name, module, output, len(images))

            handles.append(module.register_forward_hook(note))
        try:
            with torch.no_grad():
                self._module(images)
        finally:
            for handle in handles:
                handle.remove()
        return list(found.values())

    def staged(self, stages: Sequence[str]) -> nn.Module:
        """See :class:`Traceable`."""
        return StagedNetwork(self._module, stages)


def layer_of(name: str, module: nn.Module, output: object, batch: int) -> Layer:
    """The layer of a module that has answered this output.

    Args:
        batch: number of images.
    """
    fits = isinstance(output, Tensor) and output.ndim > 1 and len(output) == batch
    return Layer(
        name=name,
        kind=getattr(module, "original_name", type(module).__name__),
        shape=tuple(output.shape[1:]) if isinstance(output, Tensor) and fits else None,
        parameters=sum(value.numel() for value in module.parameters()),
        chain=isinstance(module, nn.Sequential) or getattr(module, "original_name", "") == "Sequential",
    )


class StagedNetwork(nn.Module):
    """A network that answers (features of its stages, logits).

    Args:
        network: answers logits, or a pair of features and logits.
        stages: names of modules; none for the features that the network itself answers.
    """

    def __init__(self, network: nn.Module, stages: Sequence[str]) -> None:
        super().__init__()
        self.network = network
        self._stages = tuple(stages)
        self._outputs: dict[str, Tensor] = {}
        for stage in stages:

            def keep(_module: nn.Module, _inputs: Any, output: Any, stage: str = stage) -> None:
                # A copy, because the next module may work in place.
                self._outputs[stage] = output.clone()

            network.get_submodule(stage).register_forward_hook(keep)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features and the logits of images (batch × 3 × height × width)."""
        self._outputs.clear()
        answer = self.network(images)
        if not self._stages:
            return list(answer[0]), answer[1]
        logits = find_logits(answer)
        if logits is None:
            raise ValueError("the network answered no logits")
        return [self._outputs[stage] for stage in self._stages], logits


def find_logits(answer: object) -> Tensor | None:
    """The logits (batch × classes) in a network's answer: a tensor, a pair of features and logits, or a mapping.

    Returns:
        None when there are none.
    """
    if isinstance(answer, Tensor):
        return answer if answer.ndim == 2 else None
    if has_own_features(answer):
        return find_logits(answer[1])  # type: ignore[index]
    if isinstance(answer, Mapping):
        return find_logits(answer.get("logits"))
    if isinstance(answer, (tuple, list)) and answer:
        # E.g. logits and those of an auxiliary head.
        return find_logits(answer[0]) if isinstance(answer[0], Tensor) else None
    return None


def has_own_features(answer: object) -> bool:
    """Whether a network's answer is a pair of features and logits."""
    return (
        isinstance(answer, (tuple, list))
        and len(answer) == 2
        and isinstance(answer[0], (tuple, list))
        and all(isinstance(feature, Tensor) for feature in answer[0])
        and isinstance(answer[1], Tensor)
    )
