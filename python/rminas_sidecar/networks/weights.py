"""Finds the weights of a network in a checkpoint, however programs wrapped and named them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError

_WRAPPERS = ("state_dict", "model_state_dict", "net", "net_state_dict", "model", "weights")
"""Names of the entry of a checkpoint that has the state dict."""
_MOST_WRAPPERS = 4
_PREFIXES = ("module.", "_orig_mod.", "model.", "backbone.")
"""Added by `DataParallel`, `torch.compile` and wrappers of people's own."""
# The batch count of a running average that no teacher uses; old checkpoints lack it.
_OPTIONAL = "num_batches_tracked"
_COUNTERS = ("total_ops", "total_params")
"""Buffers that profilers leave in a network."""
_SHOWN = 6


def load_weights(network: nn.Module, checkpoint: object, head: str | None, path: Path, next_steps: list[str]) -> None:
    """Fills the network with a checkpoint's weights.

    Args:
        checkpoint: a state dict, or a dictionary that has one under a usual name. Usual prefixes of its names are
            removed, and a last layer of another name is recognised by its shape.
        head: name of the weights of the last layer, classes × features; None where it is not known.
        path: the file, for messages.
        next_steps: how to get a suitable file.

    Raises:
        SidecarError: `unsuitable-teacher`, with the first tensor that does not fit and both shapes, or with both
            numbers of classes if only these differ; also for weights that are not floating-point numbers.
    """
    expected = network.state_dict()
    state = _named_as(expected, checkpoint, path, next_steps)
    mismatch = _first_mismatch(expected, state)
    if mismatch is not None:
        name, how = mismatch
        if head is not None and name == head and head in state and _differ_in_classes(state[head], expected[head]):
            trained, needed = len(state[head]), len(expected[head])
            how = f"it was trained for {trained} classes, and the data set has {needed} ({how})"
        raise SidecarError("unsuitable-teacher", f"{path} does not fit the teacher: {how}.", next_steps)
    for name, tensor in state.items():
        if expected[name].is_floating_point() and not tensor.is_floating_point():
            how = f"{name} has numbers of the type {tensor.dtype} instead of floating-point numbers"
            raise SidecarError("unsuitable-teacher", f"{path} does not fit the teacher: {how}.", next_steps)
    network.load_state_dict(state, strict=False)


def other_classes(network: nn.Module, checkpoint: object, path: Path, next_steps: list[str]) -> int | None:
    """The classes that a checkpoint was trained for, if only the number of classes keeps it from fitting the network.

    Args:
        checkpoint, path, next_steps: see :func:`load_weights`.

    Raises:
        SidecarError: `unsuitable-teacher` when it has no state dict.
    """
    expected = network.state_dict()
    state = _named_as(expected, checkpoint, path, next_steps)
    both = [(state[name], tensor) for name, tensor in expected.items() if name in state]
    differing = [(found, needed) for found, needed in both if found.shape != needed.shape]
    if any(not found.ndim or not needed.ndim or found.shape[1:] != needed.shape[1:] for found, needed in differing):
        return None
    sizes = {(len(found), len(needed)) for found, needed in differing}
    return sizes.pop()[0] if len(sizes) == 1 else None


def require_usable(network: nn.Module, source: str, next_steps: list[str]) -> None:
    """Checks that trained weights are finite and not all zero.

    Args:
        source: where they come from, as the subject of a sentence.
        next_steps: how to get others.

    Raises:
        SidecarError: `unsuitable-teacher`, with the first tensor that is not finite.
    """
    every = {name: value for name, value in network.state_dict().items() if not name.endswith(_OPTIONAL)}
    weights = {name: value for name, value in every.items() if value.is_floating_point()}
    if every and not weights:
        kinds = ", ".join(sorted({str(value.dtype) for value in every.values()}))
        how = f"its weights are of the type {kinds}, not floating-point numbers"
        raise SidecarError("unsuitable-teacher", f"{source} cannot teach: {how}.", next_steps)
    for name, value in weights.items():
        broken = int((~torch.isfinite(value)).sum())
        if broken:
            how = f"{broken} of the {value.numel()} numbers of {name} are not finite"
            raise SidecarError("unsuitable-teacher", f"{source} cannot teach: {how}.", next_steps)
    if weights and not any(bool(value.any()) for name, value in weights.items() if "running_" not in name):
        raise SidecarError("unsuitable-teacher", f"{source} cannot teach: all weights are zero.", next_steps)


def _named_as(
    expected: Mapping[str, Tensor], checkpoint: object, path: Path, next_steps: list[str]
) -> dict[str, Tensor]:
    """The state dict in a checkpoint, with the network's names."""
    return _rename_head(_without_prefixes(_find_state_dict(checkpoint, path, next_steps), expected), expected)


def _find_state_dict(checkpoint: object, path: Path, next_steps: list[str]) -> dict[str, Tensor]:
    state = checkpoint
    for _ in range(_MOST_WRAPPERS):
        if not isinstance(state, Mapping):
            break
        if state and all(isinstance(name, str) and isinstance(value, Tensor) for name, value in state.items()):
            return dict(state)
        state = next((state[name] for name in _WRAPPERS if isinstance(state.get(name), Mapping)), None)
    found = f"; its entries are {listed(checkpoint)}" if isinstance(checkpoint, Mapping) and checkpoint else ""
    steps = [f"Save the network's state dict alone or under one of the names {', '.join(_WRAPPERS)}.", *next_steps]
    raise SidecarError("unsuitable-teacher", f"{path} does not contain a state dict{found}.", steps)


def _without_prefixes(state: dict[str, Tensor], expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Removes prefixes that all names have, until the network has some of the names, and profilers' counters."""
    state = {
        name: value for name, value in state.items() if name in expected or name.rpartition(".")[2] not in _COUNTERS
    }
    while state and not any(name in expected for name in state):
        prefix = next((prefix for prefix in _PREFIXES if all(name.startswith(prefix) for name in state)), None)
        if prefix is None:
            break
        state = {name.removeprefix(prefix): value for name, value in state.items()}
    return state


def _rename_head(state: dict[str, Tensor], expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Gives the last layer the network's name, if it is the only one with another name and takes the same features."""
    missing = [name for name in expected if name not in state and not name.endswith(_OPTIONAL)]
    others = [name for name in state if name not in expected and not name.endswith(_OPTIONAL)]
    renamed = {}
    for name in missing:
        match = [other for other in others if other.rpartition(".")[2] == name.rpartition(".")[2]]
        if len(match) != 1:
            return state
        renamed[match[0]] = name
    layers = {name.rpartition(".")[0] for name in missing}, {name.rpartition(".")[0] for name in others}
    if len(missing) != len(others) or any(len(layer) != 1 for layer in layers):
        return state
    weights = [(state[other], expected[name]) for other, name in renamed.items() if expected[name].ndim == 2]
    if len(weights) != 1 or not _same_features(*weights[0]):
        return state
    return {renamed.get(name, name): value for name, value in state.items()}


def _same_features(found: Tensor, expected: Tensor) -> bool:
    return found.ndim == expected.ndim == 2 and found.shape[1] == expected.shape[1]


def _differ_in_classes(found: Tensor, expected: Tensor) -> bool:
    return _same_features(found, expected) and len(found) != len(expected)


def _first_mismatch(expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> tuple[str, str] | None:
    """The name of the first tensor that does not fit, and the problem."""
    lacking = [name for name in expected if name not in found and not name.endswith(_OPTIONAL)]
    others = [name for name in found if name not in expected and not name.endswith(_OPTIONAL)]
    for name, tensor in expected.items():
        if name in found and found[name].shape != tensor.shape:
            return name, f"{name} has shape {list(found[name].shape)} instead of {list(tensor.shape)}"
        if name in lacking:
            names = f"; in place of {listed(lacking)} it has {listed(others)}" if others else ""
            return name, f"{name} of shape {list(tensor.shape)} is missing from it{names}"
    if others:
        return others[0], f"{listed(others[:1])} of shape {list(found[others[0]].shape)} is not the teacher's"
    return None


def listed(names: Iterable[object]) -> str:
    """Some of the names, as one line of text."""
    every = [*names]
    shown = ["".join(letter if letter.isprintable() else "?" for letter in str(name)[:120]) for name in every[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else "")
