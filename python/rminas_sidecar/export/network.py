"""The network that is exported: built as a retraining builds it, with the weights of a checkpoint or fresh ones."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.determinism import seeded
from rminas_sidecar.networks.checkpoints import read_checkpoint
from rminas_sidecar.retraining.network import build_trainee
from rminas_sidecar.retraining.recipe import Retraining

_MARGIN = 64 * 1024 * 1024
_COPIES = 4
"""A checkpoint of a retraining has the weights, their momentum and little else."""
_STEPS = ["Name a checkpoint of this very network: the same genotype, size and number of classes."]


def build_network_of(retraining: Retraining, weights: Path | None) -> nn.Module:
    """Builds the network of a retraining, on the CPU and in evaluation mode.

    Args:
        weights: a checkpoint of a retraining, a state dict or a safetensors file; None for fresh weights.

    Raises:
        SidecarError: the errors of building the network and of reading the file; `unsuitable-weights` for the weights
            of another network.
    """
    with seeded(retraining.seed):
        network = build_trainee(retraining)
    network.eval()
    if weights is not None:
        load_trained(network, weights, retraining.network.resolution)
    return network


def load_trained(network: nn.Module, file: Path, resolution: int) -> None:
    """Fills a network with the weights in a file. Weights that the logits do not depend on may be missing.

    Raises:
        SidecarError: as :func:`build_network_of`.
    """
    expected = network.state_dict()
    largest = _MARGIN + _COPIES * sum(value.nbytes for value in expected.values())
    found = _state_in(read_checkpoint(file, "The file of the weights", _STEPS, largest), file)
    used = used_weights(network, resolution)
    for name, value in expected.items():
        if name in found and found[name].shape != value.shape:
            how = f"{name} has the shape {list(found[name].shape)} in the file and {list(value.shape)} in the network"
            raise _unsuitable(file, how)
        if name not in found and name in used:
            raise _unsuitable(file, f"the file has no {name}")
    foreign = [name for name in found if name not in expected]
    if foreign:
        raise _unsuitable(file, f"the network has no {foreign[0]}")
    network.load_state_dict(found, strict=False)


def used_weights(network: nn.Module, resolution: int) -> set[str]:
    """The names of the weights that the logits may depend on: those of the modules that run."""
    used: set[str] = set()

    def note(prefix: str, module: nn.Module) -> None:
        own = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
        used.update(f"{prefix}{name}" for name, _ in own)

    hooks = []
    for path, module in network.named_modules():
        prefix = f"{path}." if path else ""
        hooks.append(module.register_forward_hook(lambda one, _in, _out, prefix=prefix: note(prefix, one)))
    try:
        with torch.no_grad():
            network(next(network.parameters()).new_zeros(1, 3, resolution, resolution))
    finally:
        for hook in hooks:
            hook.remove()
    return used


def _state_in(content: object, file: Path) -> Mapping[str, Tensor]:
    state: Any = content
    if isinstance(state, Mapping) and isinstance(state.get("state_dict"), Mapping):
        state = state["state_dict"]
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        raise _unsuitable(file, "it has no state dict")
    return state


def _unsuitable(file: Path, how: str) -> SidecarError:
    return SidecarError("unsuitable-weights", f"{file} has the weights of another network: {how}.", _STEPS)
