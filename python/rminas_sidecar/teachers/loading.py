"""The teachers: trained networks whose representation the candidates are compared with."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.checkpoints import load_weights, read_checkpoint
from rminas_sidecar.networks.nas_bench_201 import NasBench201Network
from rminas_sidecar.teachers.benchmark_weights import ARCHITECTURE, CELLS, CHANNELS, trained_state
from rminas_sidecar.teachers.bottleneck_resnet import BottleneckResNet
from rminas_sidecar.teachers.cifar_resnet import CifarResNet
from rminas_sidecar.teachers.fbresnet import FacebookResNet

DIGITS_WEIGHTS = Path(__file__).parent / "weights" / "digits-resnet.pt"


def _whole(checkpoint: object, _path: Path, _next_steps: list[str]) -> object:
    return checkpoint


class _Teacher(NamedTuple):
    """How an architecture is built for a number of classes, and what its published checkpoint is like.

    head: name of the weights of the last layer; classes: of the published checkpoint; weights: finds the weights in
    what a checkpoint holds.
    """

    build: Callable[[int], nn.Module]
    head: str
    classes: int
    next_steps: list[str]
    shipped: Path | None = None
    weights: Callable[[object, Path, list[str]], object] = _whole


_RESNET20_URL = "https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/resnet20-12fca82f.th"
_FBRESNET_URL = "http://data.lip6.fr/cadene/pretrainedmodels/fbresnet152-2e20f6b4.pth"

_TEACHERS = {
    "resnet20": _Teacher(
        lambda classes: CifarResNet(blocks=3, classes=classes),
        "linear.weight",
        10,
        [f"Download {_RESNET20_URL} and name the file with --teacher."],
    ),
    "resnet101": _Teacher(
        lambda classes: BottleneckResNet((3, 4, 23, 3), classes),
        "fc.weight",
        100,
        ["Name the state dict of a resnet101 of https://github.com/weiaicunzai/pytorch-cifar100 with --teacher."],
    ),
    "nas-bench-201-9930": _Teacher(
        lambda classes: NasBench201Network(ARCHITECTURE, CHANNELS, CELLS, classes),
        "classifier.weight",
        120,
        ["Take 009930-FULL.pth out of the archive of https://github.com/D-X-Y/NAS-Bench-201; name it with --teacher."],
        weights=trained_state,
    ),
    "fbresnet152": _Teacher(
        lambda classes: FacebookResNet((3, 8, 36, 3), classes),
        "last_linear.weight",
        1000,
        [f"Download {_FBRESNET_URL} and name the file with --teacher."],
    ),
    "digits-resnet": _Teacher(
        lambda classes: CifarResNet(blocks=1, classes=classes),
        "linear.weight",
        10,
        ["Leave --teacher away to use the checkpoint that ships with rminas."],
        shipped=DIGITS_WEIGHTS,
    ),
}


def build_teacher(architecture: str, classes: int | None = None) -> nn.Module:
    """Builds a teacher without trained weights; draws from torch's global generator, as its modules do.

    Args:
        architecture: one of the protocol's TEACHERS.
        classes: number of logits; None for that of the published checkpoint.
    """
    teacher = _TEACHERS[architecture]
    return teacher.build(teacher.classes if classes is None else classes)


def load_teacher(architecture: str, checkpoint: Path | None, classes: int | None = None) -> nn.Module:
    """Builds a teacher with trained weights, on the CPU, in evaluation mode and without gradients.

    Args:
        architecture: one of the protocol's TEACHERS.
        checkpoint: its weights; None for the ones that ship with the sidecar.
        classes: those of the data set that it is to teach; None for those of the published checkpoint.

    Raises:
        SidecarError: as :func:`read_checkpoint` and :func:`load_weights`; `missing-file` too when no checkpoint ships
            and none is named, `unsuitable-teacher` for weights that were trained for another number of classes.
    """
    teacher = _TEACHERS[architecture]
    path = checkpoint or teacher.shipped
    if path is None:
        raise SidecarError(
            "missing-file",
            f"The teacher {architecture} does not ship with rminas, and no file was named.",
            teacher.next_steps,
        )
    with torch.random.fork_rng(devices=[]):
        network = build_teacher(architecture, classes)
    weights = teacher.weights(
        read_checkpoint(path, "The teacher's checkpoint", teacher.next_steps), path, teacher.next_steps
    )
    load_weights(network, weights, teacher.head, path, teacher.next_steps)
    return network.eval().requires_grad_(False)
