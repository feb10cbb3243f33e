"""Files of `torch.export.save` as teachers.

Such a file contains a program. `torch.export.load` is called only for a file that the user named as a teacher.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_flatten, tree_unflatten

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.teachers.own.layers import Hooked, Layer

_STEPS = ["Export the network again, for one input of shape batch × 3 × height × width with a dynamic batch."]


class Exported(Hooked):
    """A network from a file of `torch.export`.

    Args:
        module: the program, with its modules.
        batch: number of images that it always takes; None for any number.
    """

    def __init__(self, module: nn.Module, batch: int | None) -> None:
        super().__init__(module)
        self._batch = batch

    @classmethod
    def load(cls, path: Path) -> "Exported":
        """Loads a file on the CPU.

        Raises:
            SidecarError: `corrupt-file` when torch cannot load it; `unsuitable-teacher` for another number of inputs.
        """
        try:
            program = torch.export.load(path)
            inputs = program.graph_signature.user_inputs
            module = torch.export.unflatten(program)
        except Exception as error:
            line = (str(error).strip().splitlines() or [type(error).__name__])[0]
            steps = ["Write it again with torch.export.save, by the version of torch that rminas uses."]
            raise SidecarError("corrupt-file", f"{path} cannot be loaded by torch.export: {line}", steps) from error
        if len(inputs) != 1:
            problem = f"{path} cannot teach: the exported program takes {len(inputs)} inputs, not images alone"
            raise SidecarError("unsuitable-teacher", f"{problem}.", _STEPS)
        shape = next(node.meta["val"].shape for node in program.graph.nodes if node.name == inputs[0])
        return cls(module, shape[0] if isinstance(shape[0], int) else None)

    def answer(self, images: Tensor) -> Any:
        """See :class:`Traceable`."""
        return super().answer(images) if self._batch is None else _in_batches(self.module, images, self._batch)

    def layers(self, images: Tensor) -> list[Layer]:
        """See :class:`Traceable`."""
        return super().layers(images if self._batch is None else images[:1].expand(self._batch, -1, -1, -1))

    def staged(self, stages: Sequence[str]) -> nn.Module:
        """See :class:`Traceable`."""
        staged = super().staged(stages)
        return staged if self._batch is None else _InBatches(staged, self._batch)


class _InBatches(nn.Module):
    """A network that is called with batches of one size only."""

    def __init__(self, network: nn.Module, batch: int) -> None:
        super().__init__()
        self.network = network
        self._batch = batch

    def forward(self, images: Tensor) -> Any:
        """Computes the answer for any number of images (batch × 3 × height × width)."""
        return _in_batches(self.network, images, self._batch)


def _in_batches(network: nn.Module, images: Tensor, batch: int) -> Any:
    """The answer for any number of images of a network that takes one number; the last batch is filled up."""
    missing = -len(images) % batch
    padded = torch.cat([images, images[:1].expand(missing, -1, -1, -1)])
    answers = [tree_flatten(network(part)) for part in padded.split(batch)]  # type: ignore[no-untyped-call]
    leaves = [torch.cat(parts)[: len(images)] for parts in zip(*(flat for flat, _ in answers), strict=True)]
    return tree_unflatten(leaves, answers[0][1])
