"""A recorder of steps for processors without CUDA graphs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

_READERS = (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.nonzero.default)
"""Operations whose result Python or a shape depends on; a CUDA graph cannot have them."""


@dataclass(frozen=True)
class _Operation:
    """An operation with the memory that it reads and writes."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    answers: Any

    def repeat(self) -> None:
        """Runs the operation again, on the same memory."""
        inputs = {tensor.untyped_storage().data_ptr() for tensor in _tensors((self.arguments, self.keywords))}
        again = self.function(*self.arguments, **self.keywords)
        for memory, answer in zip(_tensors(self.answers), _tensors(again), strict=True):
            # A view, or the target of an operation in place.
            if memory.untyped_storage().data_ptr() not in inputs:
                memory.copy_(answer)


def _tensors(values: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(values) if isinstance(leaf, Tensor)]


class OperationRecorder:
    """Records torch's operations, and repeats them without Python, as a CUDA graph does.

    A step that Python decides on while it runs, by a number of a tensor or by a learning rate of its own, is refused or
    repeats with old numbers.

    Attributes:
        calls: `rehearse`, `record` and `repeat`, in their order.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []

    def rehearse(self, step: Callable[[], None]) -> None:
        """Runs the step."""
        self.calls.append("rehearse")
        step()

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        """Runs the step in place of the first repetition."""
        self.calls.append("record")
        operations: list[_Operation] = []
        with _Listener(operations):
            step()
        first = True

        def repeat() -> None:
            nonlocal first
            if first:
                first = False
                return
            self.calls.append("repeat")
            with torch.no_grad():
                for operation in operations:
                    operation.repeat()

        return repeat


class _Listener(TorchDispatchMode):
    def __init__(self, operations: list[_Operation]) -> None:
        super().__init__()
        self._operations = operations

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function in _READERS:
            raise RuntimeError(f"A recorded step reads a number of the device by {function}.")
        answers = function(*args, **(kwargs or {}))
        self._operations.append(_Operation(function, args, kwargs or {}, answers))
        return answers
