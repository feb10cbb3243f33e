"""The teachers: how each is built, and where its weights come from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from rminas_sidecar.networks.registry import checked_network
from rminas_sidecar.registry import Origin, RegistrationError, Registry

TeacherBuilder = Callable[[int], nn.Module]
"""Builds a teacher's network for a number of classes."""
FindWeights = Callable[[object, Path, list[str]], object]
"""Finds the state dict in a checkpoint's content, given its path and the next steps for messages."""


@dataclass(frozen=True)
class Teacher:
    """A teacher as the sidecar knows it.

    Args:
        build: builds the network for a number of classes.
        classes: those that its weights were trained for.
        head: name of the weights of the last layer, classes × features; None where it is not known.
        next_steps: how to get its checkpoint.
        weights: the checkpoint that ships with it; None where the user provides one.
        trained: `build` returns a network with trained weights.
        find_weights: finds the state dict in a checkpoint.
    """

    build: TeacherBuilder
    classes: int
    head: str | None
    next_steps: list[str]
    weights: Path | None
    trained: bool
    find_weights: FindWeights


TEACHERS: Registry[Teacher] = Registry("teacher")


def _whole(checkpoint: object, _path: Path, _next_steps: list[str]) -> object:
    return checkpoint


def register_teacher(
    name: str,
    *,
    classes: int,
    head: str | None = None,
    weights: Path | str | None = None,
    trained: bool = False,
    next_steps: Sequence[str] = (),
    find_weights: FindWeights = _whole,
) -> Callable[[TeacherBuilder], TeacherBuilder]:
    """Registers the builder of a teacher's network.

    The builder is called with the number of classes and returns a `torch.nn.Module`. The module is called with images
    of shape batch × 3 × height × width (float32, normalised by the data set) and answers a pair: a list with the
    features of three stages (batch × anything each), and the logits (batch × classes).

    Args:
        name: the teacher's name in configurations, up to 64 of a-z, 0-9, `.`, `_` and `-`.
        classes: those that the weights were trained for.
        head: weights of the last layer in the state dict, e.g. ``fc.weight``: they show the checkpoint's classes.
        weights: a state dict, by `torch.save`, that ships with the teacher. None where the user names a file.
        trained: the builder itself returns trained weights, and no file is needed. Torch's global generator is seeded
            before it is called, so that all workers get the same weights.
        next_steps: how to get a checkpoint, one step an entry, for error messages.
        find_weights: finds the state dict in the checkpoint's content.

    Raises:
        RegistrationError: the name is taken, or both `weights` and `trained` are given.
    """
    if classes < 1:
        raise RegistrationError(f"The teacher {name!r} needs at least 1 class")
    if trained and weights is not None:
        raise RegistrationError(f"The teacher {name!r} has both `weights` and `trained`: give one of them")

    def register(build: TeacherBuilder) -> TeacherBuilder:
        origin = TEACHERS.origin(name, build)
        teacher = Teacher(
            build=build if origin.plugin is None else _guarded(build, origin),
            classes=classes,
            head=head,
            next_steps=list(next_steps) or [f"Name the checkpoint of {name} with --teacher."],
            weights=None if weights is None else Path(weights),
            trained=trained,
            find_weights=find_weights,
        )
        TEACHERS.register(name, teacher)
        return build

    return register


def _guarded(build: TeacherBuilder, origin: Origin) -> TeacherBuilder:
    def build_network(classes: int) -> nn.Module:
        with origin.guard():
            network = build(classes)
        return checked_network(network, classes, origin)

    return build_network
