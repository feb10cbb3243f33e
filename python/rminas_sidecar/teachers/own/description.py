"""Answers the protocol's question about a teacher of the user."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rminas_sidecar.data.images import make_generator
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.registry import STAGES
from rminas_sidecar.teachers.own.layers import Layer, Traceable, find_logits, has_own_features
from rminas_sidecar.teachers.own.libraries import LIBRARIES
from rminas_sidecar.teachers.own.loading import STEPS, TeacherSource, bounded_run
from rminas_sidecar.teachers.own.stages import check_stages, describe_shape, find_stages
from rminas_sidecar.teachers.registry import TEACHERS

_IMAGES = 2


def describe_teacher(question: Mapping[str, Any], classes: int, resolution: int) -> dict[str, Any]:
    """Loads the teacher, runs it on random images, and finds its stages.

    Args:
        question: the protocol's question about a teacher, validated.
        classes: those of the data set.
        resolution: pixels a side of the data set's images.

    Returns:
        The protocol's answer about a teacher.

    Raises:
        SidecarError: see :meth:`TeacherSource.load`; `unsuitable-stages`; `unsuitable-teacher` also when it does not
            answer logits for the images.
    """
    source = _source_of(question)
    network = source.load(classes)
    images = torch.randn(_IMAGES, 3, resolution, resolution, generator=make_generator(0, "teacher's description"))
    answer = _call(network, images, source)
    logits = find_logits(answer)
    if logits is None or len(logits) != _IMAGES:
        raise _no_logits(answer, source)
    stages, compared = _stages_of(network, answer, question["stages"], images, source)
    return {
        "identity": {
            "kind": source.kind,
            "name": source.name,
            "version": source.version(),
            "weights": source.weights_digest(),
            "code": source.code_digest(),
            "stages": stages,
            "classes": logits.shape[1],
        },
        "weights": None if source.weights is None else str(source.weights),
        "compared": compared,
        "parameters": sum(value.numel() for value in network.module.parameters()),
        "notes": _notes(source, logits.shape[1], classes),
    }


def _source_of(question: Mapping[str, Any]) -> TeacherSource:
    weights, code = (None if question[key] is None else Path(question[key]) for key in ("weights", "code"))
    source = TeacherSource(question["kind"], question["name"], weights, code)
    if weights is not None or question["random"]:
        return source
    if source.kind in LIBRARIES:
        return replace(source, weights=LIBRARIES[source.kind].cached_weights(source.name))
    if source.kind == "registered":
        teacher = TEACHERS.find(source.name)
        if teacher.weights is None and not teacher.trained:
            problem = f"The teacher {source.name} does not ship with rminas, and no weights were named."
            raise SidecarError("missing-file", problem, [*teacher.next_steps, "Or name them: --teacher-weights FILE."])
        return replace(source, weights=teacher.weights)
    return source


def _call(network: Traceable, images: Tensor, source: TeacherSource) -> Any:
    def run(images: Tensor) -> Any:
        with torch.no_grad():
            return network.answer(images)

    return bounded_run(run, images, source)


def _stages_of(
    network: Traceable, answer: Any, named: Sequence[str], images: Tensor, source: TeacherSource
) -> tuple[list[str], list[dict[str, Any]]]:
    """The names of the stages, and what is compared; no names where the network answers features itself."""
    if not named and has_own_features(answer):
        features = answer[0]
        if len(features) != STAGES:
            problem = f"The teacher {source} answers features of {len(features)} stages, and the space has {STAGES}"
            raise SidecarError("unsuitable-stages", f"{problem}.", ["Name modules instead: --teacher-stages A,B,C."])
        shapes = [list(feature.shape[1:]) for feature in features]
        return [], [{"name": f"its own stage {index}", "shape": shape} for index, shape in enumerate(shapes, 1)]
    layers: list[Layer] = bounded_run(network.layers, images, source)
    stages = list(named) or find_stages(layers, STAGES)
    found = check_stages(layers, stages, STAGES)
    return stages, [{"name": layer.name, "shape": list(layer.shape or ())} for layer in found]


def _no_logits(answer: Any, source: TeacherSource) -> SidecarError:
    if isinstance(answer, Tensor):
        what = f"a tensor of shape {describe_shape(answer.shape)}"
    elif isinstance(answer, (tuple, list)):
        what = f"a {type(answer).__name__} of {len(answer)}"
    else:
        what = type(answer).__name__
    steps = ["Wrap it in a function of yours that returns a module which answers logits: --teacher FILE.py:FUNCTION."]
    problem = f"The teacher {source} answers {what} for {_IMAGES} images, not logits ({_IMAGES} × classes)"
    return SidecarError("unsuitable-teacher", f"{problem}.", [*steps, *STEPS])


def _notes(source: TeacherSource, trained: int, classes: int) -> list[str]:
    notes = []
    if source.kind in LIBRARIES and source.weights is None:
        notes.append(f"The teacher {source} has random weights: it knows nothing about the images.")
    if trained != classes:
        notes.append(
            f"The teacher {source} tells {trained:,} classes apart, and the data set has {classes:,}: only its "
            "representation is used. RMINAS.LOSS_BETA is 1, and the batch is not chosen by the teacher's loss."
        )
    return notes
