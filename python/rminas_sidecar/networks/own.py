"""Spaces of the user: a YAML file that the controller reads, and a Python function that builds the networks."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.registry import SPACES, STAGES, Choice, Space, describe_value, problem_of_answer
from rminas_sidecar.protocol.failures import is_out_of_memory
from rminas_sidecar.registry import explain
from rminas_sidecar.specification import NetworkSpecification
from rminas_sidecar.system.time_limit import TimeLimitError, time_limit

BuildFunction = Callable[[dict[str, Choice], int, int], Any]
"""Builds a network from the choice of each slot that exists, the number of classes, and the side of an image in pixels.

It returns a module, or a pair of a module and three of its submodules (or their names) whose outputs are compared.
"""


_ORIGINAL = "_rminas_original_class"


@dataclass(frozen=True)
class OwnSpace:
    """A space as the controller describes it.

    Args:
        name: in the specification.
        file: its YAML file.
        builder: the Python file with the function.
        sha256: of that file, in hexadecimal, when the controller read it.
        function: the function's name.
        choices: the choices of each slot, by their text in a genotype.
        stages: names of the modules whose outputs are compared; None where the function or the network tells them.
        seconds: time limit for building one network.
        probes: genotypes to try before an evaluation.
    """

    name: str
    file: str
    builder: str
    sha256: str
    function: str
    choices: Mapping[str, Mapping[str, Choice]]
    stages: Sequence[str] | None
    seconds: float
    probes: Sequence[str]

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> "OwnSpace":
        """Reads the description that the controller writes as JSON."""
        return cls(
            name=body["space"],
            file=body["file"],
            builder=body["build"]["file"],
            sha256=body["build"]["sha256"],
            function=body["build"]["function"],
            choices={slot["name"]: dict(zip(slot["texts"], slot["choices"], strict=True)) for slot in body["slots"]},
            stages=body["stages"],
            seconds=body["seconds"],
            probes=body["probes"],
        )

    def parse(self, genotype: str) -> dict[str, Choice]:
        """The choices of a genotype such as `width=16,depth=2`. The controller has checked the conditions of its slots.

        Raises:
            SidecarError: `invalid-genotype`.
        """
        chosen: dict[str, Choice] = {}
        for part in genotype.split(","):
            slot, _, text = part.partition("=")
            if slot in chosen or text not in self.choices.get(slot, ()):
                raise SidecarError(
                    "invalid-genotype",
                    f"Not a genotype of the space {self.name}: {part!r} is not a choice (in {genotype!r}).",
                    [f"Write slots and choices as {self.file} has them."],
                )
            chosen[slot] = self.choices[slot][text]
        return chosen

    def failure(self, genotype: str, problem: str) -> SidecarError:
        """The error of one architecture.

        Args:
            genotype: of the architecture.
            problem: follows "The function … ", e.g. ``failed: …``.
        """
        where = f"The function {self.function} of {self.builder}"
        return SidecarError("architecture-failed", f"{where} {problem}, for {genotype}.", [f"Correct {self.builder}."])

    @contextmanager
    def guard(self, genotype: str) -> Iterator[None]:
        """Turns an exception of the user's code into an error that names the file, the exception and the line.

        Raises:
            SidecarError: `architecture-failed`.
        """
        try:
            yield
        except (Exception, SystemExit) as error:
            if isinstance(error, SidecarError) or is_out_of_memory(error):
                raise
            raise self.failure(genotype, f"failed: {explain(error)}") from error


OWN_SPACES: dict[str, OwnSpace] = {}
"""The registered spaces of the user, by name."""


def register_own_space(space: OwnSpace, build: BuildFunction) -> None:
    """Registers a space of the user.

    Raises:
        RegistrationError: the name is taken.
    """

    def build_network(genotype: str, size: NetworkSpecification) -> nn.Module:
        choices = space.parse(genotype)
        try:
            with space.guard(genotype), other_generators_seeded(), time_limit(space.seconds):
                answer = build(choices, size.classes, size.resolution)
        except TimeLimitError as error:
            line = explain(error).removeprefix(type(error).__name__)
            raise space.failure(genotype, f"took more than {space.seconds:g} s{line}") from error
        return _observed(answer, genotype, space, size.classes)

    SPACES.register(space.name, Space(None, build_network, tuple(space.probes)))
    OWN_SPACES[space.name] = space


@contextmanager
def other_generators_seeded() -> Iterator[None]:
    """Seeds the generators of Python and NumPy by that of torch, and restores them."""
    seed = torch.initial_seed() % 2**32
    python, numpy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


def _observed(answer: object, genotype: str, space: OwnSpace, classes: int) -> nn.Module:
    """The network of an answer, changed such that it answers (features of three stages, logits) and checks both."""
    network, named = answer if isinstance(answer, (tuple, list)) and len(answer) == 2 else (answer, space.stages)
    if not isinstance(network, nn.Module):
        raise space.failure(genotype, f"returned {describe_value(answer)}, not a torch.nn.Module")
    if isinstance(network, torch.jit.ScriptModule):
        raise space.failure(genotype, "returned a module of TorchScript, not an ordinary torch.nn.Module")
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise space.failure(genotype, "returned a network without parameters to train")
    stages = None if named is None else _names_of(named, network, genotype, space)
    kind = type(network)

    def forward(self: nn.Module, images: Tensor) -> Any:
        with space.guard(genotype):
            answer = kind.forward(self, images) if stages is None else _with_stages(self, kind, images, stages)
        problem = problem_of_answer(answer, len(images), classes)
        if problem is not None:
            raise space.failure(genotype, f"returned a network that answers {problem}{_advice(stages)}")
        return answer

    # A class of its own and no wrapper, so that the names of the parameters stay the user's.
    members = {"forward": forward, "__module__": kind.__module__, _ORIGINAL: kind}
    network.__class__ = type(kind.__name__, (kind,), members)
    return network


def unobserved(network: nn.Module) -> nn.Module:
    """A network of the user as its function returned it, with its own answer. Other networks stay as they are."""
    original = getattr(type(network), _ORIGINAL, None)
    if original is not None:
        network.__class__ = original
    return network


def _with_stages(network: nn.Module, kind: type[nn.Module], images: Tensor, stages: Sequence[str]) -> Any:
    """The outputs of the stages, and the network's own answer.

    Hooks live only during the call: modules may be replaced by faster ones between calls.
    """
    outputs: dict[int, object] = {}

    def keep(index: int) -> Callable[[nn.Module, Any, object], None]:
        def hook(_module: nn.Module, _inputs: Any, output: object) -> None:
            outputs[index] = output

        return hook

    hooks = [network.get_submodule(name).register_forward_hook(keep(index)) for index, name in enumerate(stages)]
    try:
        logits = kind.forward(network, images)
    finally:
        for hook in hooks:
            hook.remove()
    unused = [name for index, name in enumerate(stages) if index not in outputs]
    if unused:
        raise LookupError(f"the network did not call its stage {unused[0]}")
    return [outputs[index] for index in range(len(stages))], logits


def _advice(stages: Sequence[str] | None) -> str:
    if stages is None:
        return " (name three stages in the YAML file, or answer the stages' features besides the logits)"
    return f" (with the stages {', '.join(stages)})"


def _names_of(named: object, network: nn.Module, genotype: str, space: OwnSpace) -> list[str]:
    """The names of stages that are given as modules or as names."""
    stages = list(named) if isinstance(named, (tuple, list, nn.ModuleList, nn.Sequential)) else []
    if len(stages) != STAGES:
        raise space.failure(
            genotype, f"returned {describe_value(named)} as stages, not {STAGES} modules or their names"
        )
    names = {id(module): name for name, module in network.named_modules()}
    found = []
    for stage in stages:
        name = stage if isinstance(stage, str) else names.get(id(stage))
        if not name or name not in names.values():
            shown = repr(stage) if isinstance(stage, str) else describe_value(stage)
            known = ", ".join(it for it in names.values() if it)[:500]
            raise space.failure(genotype, f"returned a network without the stage {shown}; its modules are {known}")
        found.append(name)
    return found
