"""Builds teachers and loads their weights."""

from pathlib import Path

import torch
from torch import nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.checkpoints import read_checkpoint
from rminas_sidecar.networks.weights import load_weights, require_usable
from rminas_sidecar.specification import Assets, TeacherSpecification
from rminas_sidecar.teachers.examination import ExaminedTeacher
from rminas_sidecar.teachers.registry import TEACHERS

_SEED = 0
"""Of the weights that a teacher makes by itself."""
_COPIES = 16
"""Copies of the weights that a checkpoint may have: an optimiser's state, and trainings of several seeds."""
_LARGEST = 64 * 1024 * 1024
"""Bytes that a checkpoint may have besides weights."""


def build_teacher(architecture: str, classes: int | None = None) -> nn.Module:
    """Builds a teacher without loading weights; draws from torch's global generator, as its modules do.

    Args:
        architecture: a registered name.
        classes: number of logits; None for that of the published checkpoint.

    Raises:
        SidecarError: `unknown-name`, `plugin-failed`.
    """
    teacher = TEACHERS.find(architecture)
    return teacher.build(teacher.classes if classes is None else classes)


def load_teacher(architecture: str, checkpoint: Path | None, classes: int | None = None) -> nn.Module:
    """Builds a teacher with trained weights, on the CPU, in evaluation mode and without gradients.

    Args:
        architecture: a registered name.
        checkpoint: its weights; None for the ones that ship with the teacher, or that it makes itself.
        classes: those of the data set that it teaches; None for those of the published checkpoint.

    Raises:
        SidecarError: `unknown-name`; those of :func:`read_checkpoint` and :func:`load_weights`; `missing-file` also
            when no checkpoint ships and none is named; `unsuitable-teacher` also for weights that are not finite or
            all zero; `plugin-failed`.
    """
    teacher = TEACHERS.find(architecture)
    path = checkpoint or teacher.weights
    if path is None and not teacher.trained:
        raise SidecarError(
            "missing-file",
            f"The teacher {architecture} does not ship with rminas, and no file was named.",
            teacher.next_steps,
        )
    with torch.random.fork_rng(devices=[]):
        if path is None:
            torch.default_generator.manual_seed(_SEED)
        network = build_teacher(architecture, classes)
    if path is not None:
        largest = _LARGEST + _COPIES * sum(value.nbytes for value in network.state_dict().values())
        content = read_checkpoint(path, "The teacher's checkpoint", teacher.next_steps, largest)
        weights = teacher.find_weights(content, path, teacher.next_steps)
        load_weights(network, weights, teacher.head, path, teacher.next_steps)
    require_usable(network, _source(architecture, path), teacher.next_steps)
    return network.eval().requires_grad_(False)


def prepare_teacher(
    specification: TeacherSpecification, assets: Assets, classes: int, device: torch.device
) -> ExaminedTeacher:
    """The teacher of an evaluation, whose answers are checked.

    Args:
        specification: a registered teacher, or the identity of one of the user.
        assets: the teacher's files.
        classes: those of the data set.
        device: where the teacher runs.

    Raises:
        SidecarError: see :func:`load_teacher` and :func:`load_own_teacher`.
    """
    own = specification.own
    if own is None:
        name = specification.architecture
        network = load_teacher(name, assets.teacher, classes)
        source, next_steps = _source(name, assets.teacher), TEACHERS.find(name).next_steps
    else:
        # Imported here, because most sidecars need no teacher of the user.
        from rminas_sidecar.teachers.own import load_own_teacher

        network, source, next_steps = load_own_teacher(own, assets.teacher, assets.teacher_code, classes)
    network.to(device).train(specification.mode == "train")
    return ExaminedTeacher(network, source, next_steps, judges=own is None or own.classes == classes)


def _source(architecture: str, checkpoint: Path | None) -> str:
    return f"The teacher {architecture}" if checkpoint is None else str(checkpoint)
