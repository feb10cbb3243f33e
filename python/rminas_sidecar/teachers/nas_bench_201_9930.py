"""A trained architecture of NAS-Bench-201 as a teacher: its weights are the archive's file `009930-FULL.pth`."""

from collections.abc import Mapping
from pathlib import Path

from torch import nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.nas_bench_201 import NasBench201Network
from rminas_sidecar.teachers.registry import register_teacher

ARCHITECTURE = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
"""Architecture 9930, the best one on CIFAR-100."""

CHANNELS, CELLS = 16, 5
# The training that RMI-NAS uses: data set and seed.
_TRAINING = ("ImageNet16-120", 777)


def trained_state(checkpoint: object, path: Path, next_steps: list[str]) -> object:
    """The state dict of the architecture's training on ImageNet16-120, out of the archive's file.

    A checkpoint without the archive's structure is returned unchanged, since it may be a state dict.

    Raises:
        SidecarError: `unsuitable-teacher` when the file belongs to another architecture or lacks that training.
    """
    results = _get(_get(checkpoint, "full"), "all_results")
    if not isinstance(results, Mapping):
        return checkpoint
    result = results.get(_TRAINING)
    state = _get(result, "net_state_dict")
    if state is None:
        have = ", ".join(f"{key}" for key in results) or "none"
        what = f"has no weights of the training on {_TRAINING[0]} with seed {_TRAINING[1]}; its trainings are {have}"
        raise SidecarError("unsuitable-teacher", f"{path} {what}.", next_steps)
    architecture = _get(_get(result, "arch_config"), "arch_str")
    if architecture != ARCHITECTURE:
        raise SidecarError(
            "unsuitable-teacher",
            f"{path} belongs to the architecture {architecture}, not to {ARCHITECTURE}.",
            next_steps,
        )
    return state


def _get(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None


@register_teacher(
    "nas-bench-201-9930",
    classes=120,
    head="classifier.weight",
    next_steps=[
        "Take 009930-FULL.pth out of the archive of https://github.com/D-X-Y/NAS-Bench-201; name it with --teacher."
    ],
    find_weights=trained_state,
)
def build_architecture_9930(classes: int) -> nn.Module:
    """RMI-NAS's teacher on ImageNet16-120."""
    return NasBench201Network(ARCHITECTURE, CHANNELS, CELLS, classes)
