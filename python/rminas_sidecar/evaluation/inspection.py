"""Tells what a teacher is made of, what would be compared, and how good it is on held-out images."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.data.datasets import find_dataset
from rminas_sidecar.objective.observation import finite_or_none
from rminas_sidecar.specification import Assets, Specification
from rminas_sidecar.teachers import load_teacher, prepare_teacher
from rminas_sidecar.teachers.own import TeacherSource
from rminas_sidecar.teachers.own.layers import Hooked, Layer

_MOST_IMAGES = 2_000
_BATCH = 100
_MOST_LAYERS = 2_000


def inspect_teacher(question: Mapping[str, Any]) -> dict[str, Any]:
    """Runs the teacher of a specification on held-out images, at most 2,000 of them, in evaluation mode on the CPU.

    Args:
        question: the protocol's specification and assets, validated.

    Returns:
        The protocol's answer about an inspection.

    Raises:
        SidecarError: the errors of reading the images and the teacher.
    """
    spec, files = Specification.from_dict(question["specification"]), Assets.from_dict(question["assets"])
    dataset = find_dataset(spec.dataset, spec.network.resolution, spec.network.classes, spec.images)
    held_out = dataset.read_held_out(files.dataset)
    chosen = torch.arange(min(len(held_out), _MOST_IMAGES))
    teacher = prepare_teacher(replace(spec.teacher, mode="eval"), files, dataset.classes, torch.device("cpu"))
    right, losses = 0, torch.zeros(())
    shapes: list[list[int]] = []
    classes = 0
    for part in chosen.split(_BATCH):  # type: ignore[no-untyped-call]
        labels = held_out.labels[part]
        with torch.no_grad():
            features, logits = teacher(dataset.normalise(held_out.plain(part)))
        shapes, classes = [list(feature.shape[1:]) for feature in features], logits.shape[1]
        if teacher.judges:
            right += int((logits.argmax(1) == labels).sum())
            losses = losses + functional.cross_entropy(logits, labels, reduction="sum")
    stages = () if spec.teacher.own is None else spec.teacher.own.stages
    names = stages or [f"its own stage {index}" for index in range(1, len(shapes) + 1)]
    layers = _layers(spec, files, dataset.classes, dataset.normalise(held_out.plain(chosen[:2])))
    return {
        "classes": classes,
        "parameters": next(layer.parameters for layer in layers if not layer.name),
        "compared": [{"name": name, "shape": shape} for name, shape in zip(names, shapes, strict=True)],
        "images": len(chosen),
        "accuracy": right / len(chosen) if teacher.judges else None,
        "loss": finite_or_none(losses / len(chosen)) if teacher.judges else None,
        "layers": [
            {
                "name": layer.name,
                "kind": layer.kind,
                "shape": None if layer.shape is None else list(layer.shape),
                "parameters": layer.parameters,
            }
            for layer in layers[:_MOST_LAYERS]
            if layer.name
        ],
    }


def _layers(spec: Specification, files: Assets, classes: int, images: Tensor) -> list[Layer]:
    own = spec.teacher.own
    if own is None:
        return Hooked(load_teacher(spec.teacher.architecture, files.teacher, classes)).layers(images)
    source = TeacherSource(own.kind, own.name, files.teacher, files.teacher_code)
    return source.load(classes).layers(images)
