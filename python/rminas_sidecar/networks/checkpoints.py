"""Loads weights from PyTorch checkpoints without running code that they name."""

import io
import pickle
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.files import read_bytes

_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")
# The batch count of a running average that no teacher uses; old checkpoints lack it.
_OPTIONAL = "num_batches_tracked"


class _Unread:
    """Replaces NumPy's numbers in checkpoints that record their training; nothing of them is read."""

    def __init__(self, *_parts: object) -> None:
        return

    def __setstate__(self, _state: object) -> None:
        return


_SAFE_GLOBALS: list[Callable[..., object] | tuple[Callable[..., object], str]] = [
    (_Unread, name) for name in ("numpy.dtype", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
]


def read_checkpoint(path: Path, what: str, next_steps: list[str]) -> object:
    """Reads a file of `torch.save`, on the CPU: tensors, numbers, text, and containers of them.

    Args:
        what: names the file in messages, e.g. `The teacher's checkpoint`.
        next_steps: how to get a suitable file.

    Raises:
        SidecarError: `missing-file`, `corrupt-file` (incomplete) or `refused-file` (more than weights).
    """
    return _load(read_bytes(path, what, next_steps), path, next_steps)


def load_weights(network: nn.Module, checkpoint: object, head: str | None, path: Path, next_steps: list[str]) -> None:
    """Fills the network with a checkpoint's weights.

    Args:
        checkpoint: a state dict, or a dictionary that has one under `state_dict`; the prefix `module.` of
            `DataParallel` is removed.
        head: name of the weights of the last layer, classes × features; None where it is not known.
        path: the file, for messages.
        next_steps: how to get a suitable file.

    Raises:
        SidecarError: `unsuitable-teacher`, with the first tensor that does not fit and both shapes, or with both
            numbers of classes if only these differ.
    """
    state = _state_dict(checkpoint, path, next_steps)
    expected = network.state_dict()
    mismatch = _first_mismatch(expected, state)
    if mismatch is None:
        network.load_state_dict(state)
        return
    name, how = mismatch
    if head is not None and name == head and state[head].ndim == 2 and state[head].shape[1] == expected[head].shape[1]:
        trained, needed = len(state[head]), len(expected[head])
        how = f"it was trained for {trained} classes, and the data set has {needed} ({how})"
    raise SidecarError("unsuitable-teacher", f"{path} does not fit the teacher: {how}.", next_steps)


def _load(content: bytes, path: Path, next_steps: list[str]) -> object:
    try:
        with warnings.catch_warnings():
            # Torch warns about unsupported parts of a foreign pickle, before it refuses the pickle.
            warnings.simplefilter("ignore")
            with torch.serialization.safe_globals(_SAFE_GLOBALS):
                return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        found = _GLOBAL.search(str(error))
        why = f"it asks for {found[1]}, which was not run" if found else "it is not a pickle of tensors"
        raise SidecarError("refused-file", f"{path} is not a checkpoint of weights: {why}.", next_steps) from error
    except Exception as error:
        if "Invalid magic number" in str(error):
            raise SidecarError("refused-file", f"{path} is a pickle, but not a checkpoint.", next_steps) from error
        raise SidecarError(
            "corrupt-file",
            f"{path} is an incomplete checkpoint ({len(content)} bytes): {str(error) or type(error).__name__}",
            next_steps,
        ) from error


def _state_dict(checkpoint: object, path: Path, next_steps: list[str]) -> dict[str, Tensor]:
    state = checkpoint.get("state_dict", checkpoint) if isinstance(checkpoint, Mapping) else None
    if not isinstance(state, Mapping) or not all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in state.items()
    ):
        raise SidecarError("unsuitable-teacher", f"{path} does not contain a state dict.", next_steps)
    return {name.removeprefix("module."): value for name, value in state.items()}


def _first_mismatch(expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> tuple[str, str] | None:
    """The name of the first tensor that does not fit, and the problem."""
    for name, tensor in expected.items():
        if name not in found:
            if not name.endswith(_OPTIONAL):
                return name, f"{name} of shape {list(tensor.shape)} is missing from it"
        elif found[name].shape != tensor.shape:
            return name, f"{name} has shape {list(found[name].shape)} instead of {list(tensor.shape)}"
    for name, tensor in found.items():
        if name not in expected and not name.endswith(_OPTIONAL):
            return name, f"{name} of shape {list(tensor.shape)} is not the teacher's"
    return None
