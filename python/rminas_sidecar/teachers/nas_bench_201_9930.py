"""A trained architecture of NAS-Bench-201 as a teacher: its weights are the archive's file `009930-FULL.pth`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.nas_bench_201 import NasBench201Network
from rminas_sidecar.networks.weights import listed
from rminas_sidecar.teachers.registry import register_teacher

ARCHITECTURE = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
"""Architecture 9930, the best one on CIFAR-100."""

CHANNELS, CELLS = 16, 5
# The training that RMI-NAS uses: data set and seed.
_TRAINING = ("ImageNet16-120", 777)
# Names of the results after 200 epochs.
_LENGTHS = ("full", "200")


def trained_state(checkpoint: object, path: Path, next_steps: list[str]) -> object:
    """The state dict of the architecture's training on ImageNet16-120, out of a file of a benchmark.

    NAS-Bench-201's archive has it under `full`, NATS-Bench under `200`, the number of epochs; others keep a state dict
    a seed. Other content is returned unchanged, since it may be a state dict.

    Raises:
        SidecarError: `unsuitable-teacher` when the file belongs to another architecture or lacks that training.
    """
    if isinstance(checkpoint, Mapping) and checkpoint and all(type(seed) is int for seed in checkpoint):
        return _of_seed(checkpoint, path, next_steps)
    results = next((found for name in _LENGTHS if (found := _get(_get(checkpoint, name), "all_results"))), None)
    if not isinstance(results, Mapping):
        return checkpoint
    result = results.get(_TRAINING)
    state = _get(result, "net_state_dict")
    if state is None:
        what = f"has no weights of the training on {_TRAINING[0]} with seed {_TRAINING[1]}"
        raise SidecarError(
            "unsuitable-teacher", f"{path} {what}; its trainings are {listed(results) or 'none'}.", next_steps
        )
    architecture = _get(_get(result, "arch_config"), "arch_str")
    if architecture != ARCHITECTURE:
        raise SidecarError(
            "unsuitable-teacher",
            f"{path} belongs to the architecture {listed([architecture])}, not to {ARCHITECTURE}.",
            next_steps,
        )
    return state


def _of_seed(states: Mapping[Any, object], path: Path, next_steps: list[str]) -> object:
    """The state dict of the training that RMI-NAS uses, or the only one."""
    if len(states) == 1:
        return next(iter(states.values()))
    if _TRAINING[1] not in states:
        what = f"has no weights of the training with seed {_TRAINING[1]}; its seeds are {listed(states)}"
        raise SidecarError("unsuitable-teacher", f"{path} {what}.", next_steps)
    return states[_TRAINING[1]]


def _get(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None


@register_teacher(
    "nas-bench-201-9930",
    classes=120,
    head="classifier.weight",
    next_steps=[
        "Take 009930-FULL.pth out of the archive of https://github.com/D-X-Y/NAS-Bench-201; name it with --teacher.",
        "Or take 009930.pickle.pbz2 out of NATS-tss-v1_0-3ffb9-full (https://github.com/D-X-Y/NATS-Bench).",
    ],
    find_weights=trained_state,
)
def build_architecture_9930(classes: int) -> nn.Module:
    """RMI-NAS's teacher on ImageNet16-120."""
    return NasBench201Network(ARCHITECTURE, CHANNELS, CELLS, classes)
