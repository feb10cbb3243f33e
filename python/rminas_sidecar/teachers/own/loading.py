"""Builds a teacher of the user and loads its weights."""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.functions import load_function, run_bounded
from rminas_sidecar.networks.checkpoints import read_checkpoint
from rminas_sidecar.networks.weights import load_weights, other_classes, require_usable
from rminas_sidecar.system.files import open_file
from rminas_sidecar.teachers.own.exported import Exported
from rminas_sidecar.teachers.own.layers import Hooked, Traceable
from rminas_sidecar.teachers.own.libraries import LIBRARIES
from rminas_sidecar.teachers.own.torchscript import Scripted
from rminas_sidecar.teachers.registry import TEACHERS

_SEED = 0
"""Of the weights that a network makes by itself."""
_COPIES = 16
_LARGEST = 64 * 1024 * 1024
_LARGEST_ARCHIVE = 1 << 36
_ARCHIVES: dict[str, Callable[[Path], Traceable]] = {"torchscript": Scripted.load, "exported": Exported.load}
STEPS = ["Name another teacher with --teacher, or other weights with --teacher-weights."]


@dataclass(frozen=True)
class TeacherSource:
    """Where a teacher of the user comes from.

    Args:
        kind: `timm`, `torchvision`, `pytorchcv`, `registered`, `factory`, `torchscript` or `exported`.
        name: of the network or function; empty for an archive. A module's function is written `module:function`.
        weights: the file of its weights, or the archive; None for weights that the network makes by itself.
        code: the Python file of a factory; None for one of a module, and for other kinds.
    """

    kind: str
    name: str
    weights: Path | None
    code: Path | None

    @classmethod
    def named(cls, text: str) -> "TeacherSource":
        """A network without weights from a file, named as `RMINAS.TEACHER` names it."""
        place, colon, name = text.partition(":")
        if colon and place in LIBRARIES:
            return cls(place, name, None, None)
        return cls("factory" if colon else "registered", text, None, None)

    def __str__(self) -> str:
        if self.kind in _ARCHIVES:
            return str(self.weights)
        if self.kind == "factory":
            return self._function
        return self.name if self.kind == "registered" else f"{self.kind}:{self.name}"

    @property
    def _function(self) -> str:
        return self.name if self.code is None else f"{self.code}:{self.name}"

    def version(self) -> str | None:
        """The version of the library; None where there is none. Raises `missing-package`."""
        library = LIBRARIES.get(self.kind)
        return None if library is None else library.version()

    def code_digest(self) -> str | None:
        """SHA-256 of the file that defines a factory; None for other kinds."""
        return load_function(self._function).digest() if self.kind == "factory" else None

    def weights_digest(self) -> str | None:
        """SHA-256 of the weights' file or of the archive; None without one. Raises `missing-file`."""
        if self.weights is None:
            return None
        sha = hashlib.sha256()
        with open_file(self.weights, "The teacher's file", STEPS, _LARGEST_ARCHIVE) as (file, _size):
            while part := file.read(1 << 20):
                sha.update(part)
        return sha.hexdigest()

    def load(self, classes: int) -> Traceable:
        """Builds the network and loads its weights, on the CPU, in evaluation mode and without gradients.

        Args:
            classes: those of the data set. Weights that were trained for others keep their own number.

        Raises:
            SidecarError: `missing-package`, `missing-file`, `unknown-name`, `plugin-failed`, `corrupt-file`,
                `refused-file`; `unsuitable-teacher` also for weights that are not finite, all zero or integers.
        """
        network = self._archive() if self.kind in _ARCHIVES else self._network(classes)
        if self.weights is not None and self.kind not in _ARCHIVES:
            network = self._with_weights(network, classes)
        require_usable(network.module, f"The teacher {self}", STEPS)
        network.module.eval()
        # One by one, because TorchScript lacks the method for all.
        for parameter in network.module.parameters():
            parameter.requires_grad_(False)
        return network

    def untrained(self, classes: int) -> nn.Module:
        """Builds the network with fresh weights; draws from torch's global generator. Raises as :meth:`load`."""
        return self._fresh(classes).module

    def _archive(self) -> Traceable:
        if self.weights is None:
            raise SidecarError("missing-file", "No file was named for the teacher.", STEPS)
        with open_file(self.weights, "The teacher's file", STEPS, _LARGEST_ARCHIVE):
            pass
        return _ARCHIVES[self.kind](self.weights)

    def _network(self, classes: int) -> Traceable:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(_SEED)
            return self._fresh(classes)

    def _fresh(self, classes: int) -> Traceable:
        if self.kind in LIBRARIES:
            return Hooked(LIBRARIES[self.kind].network(self.name, classes))
        if self.kind == "registered":
            return Hooked(TEACHERS.find(self.name).build(classes))
        return _made_by(self._function, classes)

    def _with_weights(self, network: Traceable, classes: int) -> Traceable:
        assert self.weights is not None
        largest = _LARGEST + _COPIES * sum(value.nbytes for value in network.module.state_dict().values())
        content = read_checkpoint(self.weights, "The teacher's checkpoint", STEPS, largest)
        head = None
        if self.kind == "registered":
            teacher = TEACHERS.find(self.name)
            content, head = teacher.find_weights(content, self.weights, teacher.next_steps), teacher.head
        trained = other_classes(network.module, content, self.weights, STEPS)
        if trained is not None and trained != classes:
            network = self._network(trained)
        load_weights(network.module, content, head, self.weights, STEPS)
        return network


def _made_by(function: str, classes: int) -> Traceable:
    """The network that a function of the user returns."""
    factory = load_function(function)
    network = factory(*([classes] if _takes_classes(factory.function) else []))
    if isinstance(network, torch.jit.ScriptModule):
        return Scripted(network)
    if not isinstance(network, nn.Module):
        raise factory.failure(f"returned {type(network).__name__} {network!r:.100}, not a torch.nn.Module")
    return Hooked(network)


def _takes_classes(function: Any) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return True
    return any(it.kind in (it.POSITIONAL_ONLY, it.POSITIONAL_OR_KEYWORD, it.VAR_POSITIONAL) for it in parameters)


def bounded_run(network: Any, images: Tensor, source: object) -> Any:
    """Calls a network of the user.

    Raises:
        SidecarError: `unsuitable-teacher` when it raises or does not answer in time.
    """
    shape = " × ".join(map(str, images.shape[1:]))
    try:
        return run_bounded(partial(network, images), f"The teacher {source}", None)
    except SidecarError as error:
        if error.code != "plugin-failed":
            raise
        message = error.message.removesuffix(".")
        raise SidecarError("unsuitable-teacher", f"{message}. It was called with images of {shape}.", STEPS) from error
