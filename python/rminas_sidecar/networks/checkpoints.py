"""Loads weights from PyTorch checkpoints without running what they name."""

import io
import pickle
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.files import read_bytes

_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")
# Counts batches for a kind of running average that no teacher uses; old checkpoints do not have it.
_OPTIONAL = "num_batches_tracked"


def load_weights(network: nn.Module, path: Path, next_steps: list[str]) -> None:
    """Fills the network with a checkpoint's weights.

    The checkpoint is a state dict, or a dictionary that has one under `state_dict`; the prefix `module.` that
    `DataParallel` adds is taken off.

    Args:
        next_steps: how to get a suitable file.

    Raises:
        SidecarError: `missing-file`, `corrupt-file` (not whole), `refused-file` (not a checkpoint of weights alone), or
            `unsuitable-teacher`, which names the first tensor that does not fit and both shapes.
    """
    checkpoint = _load(read_bytes(path, "The teacher's checkpoint", next_steps), path, next_steps)
    state = _state_dict(checkpoint, path, next_steps)
    mismatch = _first_mismatch(network.state_dict(), state)
    if mismatch is not None:
        raise SidecarError("unsuitable-teacher", f"{path} does not fit the teacher: {mismatch}.", next_steps)
    network.load_state_dict(state)


def _load(content: bytes, path: Path, next_steps: list[str]) -> object:
    try:
        with warnings.catch_warnings():
            # Of a foreign pickle torch says that it might support too little of it, before it refuses it.
            warnings.simplefilter("ignore")
            return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        found = _GLOBAL.search(str(error))
        why = f"it asks for {found[1]}, which was not run" if found else "it is no pickle of tensors"
        raise SidecarError("refused-file", f"{path} is not a checkpoint of weights: {why}.", next_steps) from error
    except Exception as error:
        if "Invalid magic number" in str(error):
            raise SidecarError("refused-file", f"{path} is a pickle, but no checkpoint.", next_steps) from error
        raise SidecarError(
            "corrupt-file",
            f"{path} is not a whole checkpoint ({len(content)} bytes): {str(error) or type(error).__name__}",
            next_steps,
        ) from error


def _state_dict(checkpoint: object, path: Path, next_steps: list[str]) -> dict[str, Tensor]:
    state = checkpoint.get("state_dict", checkpoint) if isinstance(checkpoint, Mapping) else None
    if not isinstance(state, Mapping) or not all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in state.items()
    ):
        raise SidecarError("unsuitable-teacher", f"{path} holds no state dict.", next_steps)
    return {name.removeprefix("module."): value for name, value in state.items()}


def _first_mismatch(expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> str | None:
    for name, tensor in expected.items():
        if name not in found:
            if not name.endswith(_OPTIONAL):
                return f"{name} of shape {list(tensor.shape)} is not in it"
        elif found[name].shape != tensor.shape:
            return f"{name} has shape {list(found[name].shape)} instead of {list(tensor.shape)}"
    for name, tensor in found.items():
        if name not in expected and not name.endswith(_OPTIONAL):
            return f"{name} of shape {list(tensor.shape)} is not the teacher's"
    return None
