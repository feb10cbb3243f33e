"""The spaces: how the networks of each are built."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.registry import Origin, RegistrationError, Registry
from rminas_sidecar.specification import NetworkSpecification

STAGES = 3
"""Stages whose features a network answers."""

Choice = int | float | str
Slots = Mapping[str, Sequence[Choice]]
"""The choices of each slot, by the slot's name."""
NetworkBuilder = Callable[[Any, NetworkSpecification], nn.Module]
"""Builds a network from a genotype and a size. In a space with slots the genotype is a dict of choices, else a text."""


@dataclass(frozen=True)
class Space:
    """A space as the sidecar knows it.

    Args:
        slots: None for a space whose genotypes only its builder reads.
        build: builds a freshly initialised network from a genotype's text.
        probes: genotypes to try before an evaluation. One of them must succeed, and the others may fail.
    """

    slots: Slots | None
    build: Callable[[str, NetworkSpecification], nn.Module]
    probes: tuple[str, ...] = ()


SPACES: Registry[Space] = Registry("space")


def register_space(name: str, *, slots: Slots | None = None) -> Callable[[NetworkBuilder], NetworkBuilder]:
    """Registers the builder of a space's networks.

    The builder is called with a genotype and a :class:`NetworkSpecification` (channels, cells, classes, resolution),
    and returns a `torch.nn.Module` with fresh weights, drawn from torch's global generator. The module is called with
    images of shape batch × 3 × resolution × resolution (float32, normalised) and answers a pair: a list with the
    features of three stages (batch × anything each), and the logits (batch × classes).

    Args:
        name: the space's name in configurations, up to 64 of a-z, 0-9, `.`, `_` and `-`.
        slots: the choices of each slot, e.g. ``{"width": [8, 16], "depth": [1, 2]}``. A genotype is then written
            `width=16,depth=2`, in the order of the slots, and the builder gets ``{"width": 16, "depth": 2}``. Without
            slots the builder gets the genotype's text, and raises ``SidecarError("invalid-genotype", …)`` for text that
            it cannot read.

    Raises:
        RegistrationError: the name is taken, or the slots cannot be written in a genotype.
    """
    checked = None if slots is None else _check_slots(name, slots)

    def register(build: NetworkBuilder) -> NetworkBuilder:
        origin = SPACES.origin(name, build)

        def build_network(genotype: str, size: NetworkSpecification) -> nn.Module:
            choices = genotype if checked is None else parse_choices(name, checked, genotype)
            with origin.guard():
                network = build(choices, size)
            return network if origin.plugin is None else checked_network(network, size.classes, origin)

        SPACES.register(name, Space(checked, build_network))
        return build

    return register


def build_network(space: str, genotype: str, size: NetworkSpecification) -> nn.Module:
    """Builds a freshly initialised network; draws from torch's global generator, as its modules do.

    Args:
        space: a registered name.
        genotype: in the space's notation.
        size: `nas-bench-macro` ignores its cells; `proxyless` and `mb` ignore cells and channels, because these spaces
            fix them.

    Raises:
        SidecarError: `unknown-name` for a space that is not registered; `invalid-genotype` for text that is not a
            genotype of the space; `unsuitable-data` for a size that its networks cannot have; `plugin-failed`.
    """
    return SPACES.find(space).build(genotype, size)


def parse_choices(space: str, slots: Slots, genotype: str) -> dict[str, Choice]:
    """Reads `width=16,depth=2` into the choice of each slot.

    Raises:
        SidecarError: `invalid-genotype`.
    """
    parts = [part.partition("=") for part in genotype.split(",")]
    if [name for name, _, _ in parts] != list(slots):
        raise _invalid(space, slots, genotype, f"its slots must be {', '.join(slots)}, in this order")
    chosen: dict[str, Choice] = {}
    for name, _, text in parts:
        found = [choice for choice in slots[name] if str(choice) == text]
        if not found:
            raise _invalid(space, slots, genotype, f"{name} has no choice {text!r}")
        chosen[name] = found[0]
    return chosen


def checked_network(network: object, classes: int, origin: Origin) -> nn.Module:
    """A plugin's network, whose answers and exceptions are checked at each call.

    Args:
        network: the value that the plugin's function returned.
        classes: number of logits that it must answer.
        origin: the function.

    Raises:
        SidecarError: `plugin-failed` when it is not a module with parameters; its calls raise the same.
    """
    if not isinstance(network, nn.Module):
        raise origin.failure(f"returned {describe_value(network)}, not a torch.nn.Module")
    if next(network.parameters(), None) is None:
        raise origin.failure("returned a network without parameters")
    forward = network.forward

    def checked_forward(images: Tensor) -> Any:
        with origin.guard():
            answer = forward(images)
        problem = problem_of_answer(answer, len(images), classes)
        if problem is not None:
            raise origin.failure(f"returned a network that answers {problem}")
        return answer

    # Set on the instance, so that the names of the parameters stay the plugin's.
    network.__dict__["forward"] = checked_forward
    return network


def problem_of_answer(answer: object, batch: int, classes: int) -> str | None:
    """What is wrong with a network's answer; None for (features of three stages, logits)."""
    expected = f"instead of (features of {STAGES} stages, logits)"
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return f"{describe_value(answer)} {expected}"
    features, logits = answer
    if not isinstance(features, (tuple, list)) or len(features) != STAGES:
        return f"{describe_value(features)} as features {expected}"
    for stage, feature in enumerate(features, start=1):
        if not isinstance(feature, Tensor) or feature.ndim < 2 or len(feature) != batch:
            return f"{describe_value(feature)} as features of stage {stage}, not a tensor of {batch} × anything"
    if not isinstance(logits, Tensor) or logits.shape != (batch, classes):
        return f"{describe_value(logits)} as logits, not a tensor of shape {batch} × {classes}"
    return None


def describe_value(value: object) -> str:
    """A value in an error message, in a few words."""
    if isinstance(value, Tensor):
        return f"a tensor of shape {' × '.join(map(str, value.shape)) or '()'}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return f"{type(value).__name__} {value!r}"


def _check_slots(space: str, slots: Slots) -> Slots:
    if not slots:
        raise RegistrationError(f"The space {space!r} has no slots")
    for slot, choices in slots.items():
        texts = [str(choice) for choice in choices]
        if not texts or len(set(texts)) < len(texts):
            raise RegistrationError(f"The slot {slot!r} of the space {space!r} needs choices that differ as text")
        for text in (slot, *texts):
            if not text or any(sign in text for sign in ",=") or text.strip() != text:
                raise RegistrationError(
                    f"The space {space!r} cannot have {text!r} in its genotypes: "
                    "slots and choices have no comma, no equals sign and no blanks around them"
                )
    return {slot: tuple(choices) for slot, choices in slots.items()}


def _invalid(space: str, slots: Slots, genotype: str, problem: str) -> SidecarError:
    choices = "; ".join(f"{slot}: {', '.join(map(str, choices))}" for slot, choices in slots.items())
    example = ",".join(f"{slot}={choices[0]}" for slot, choices in slots.items())
    return SidecarError(
        "invalid-genotype",
        f"Not a genotype of the space {space}: {problem} (in {genotype!r}).",
        [f"Write it like {example}, with the choices {choices}."],
    )
