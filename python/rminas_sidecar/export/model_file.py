"""Writes `model.py`, imports it, and compares its network with the original."""

import importlib.util
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.export.carried import builder_name, write_carried
from rminas_sidecar.export.failures import CannotWrite
from rminas_sidecar.export.source import ModelFacts, write_source
from rminas_sidecar.networks.own import OWN_SPACES, OwnSpace
from rminas_sidecar.retraining.images import dataset_of
from rminas_sidecar.retraining.recipe import Retraining
from rminas_sidecar.system.importing import without_bytecode

MODEL = "model.py"


@dataclass(frozen=True)
class WrittenModel:
    """The network of a written file.

    Args:
        network: answers the logits.
        weighted: the module whose weights are saved.
        files: names of the files in the folder, `model.py` first.
        advice: what to do when it computes other logits than the original.
    """

    network: nn.Module
    weighted: nn.Module
    files: list[str]
    advice: list[str]

    def load_and_compare(self, state: Mapping[str, Tensor], images: Tensor, expected: Tensor) -> float:
        """Loads weights, and answers 0 when the logits equal the original's to the last bit.

        Raises:
            SidecarError: `cannot-export` when they do not.
        """
        self.weighted.load_state_dict(state)
        with torch.no_grad():
            found = self.network(images)
        if torch.equal(found, expected):
            return 0.0
        difference = float((found - expected).abs().max())
        message = f"{MODEL} answers logits that differ from those of the network by {difference:.2g}."
        raise SidecarError("cannot-export", message, self.advice)


def write_model(network: nn.Module, retraining: Retraining, body: Mapping[str, Any], folder: Path) -> WrittenModel:
    """Writes `model.py` and what it needs beside it; the network has fresh weights.

    Args:
        network: answers (features of three stages, logits), or the logits alone; in evaluation mode.
        body: the protocol's `export`.

    Raises:
        SidecarError: `cannot-export`.
    """
    facts = _facts(retraining, body)
    try:
        source = write_source(network, facts)
    except CannotWrite as error:
        space = OWN_SPACES.get(retraining.space)
        if space is not None:
            return _carried(space, facts, folder)
        raise SidecarError(
            "cannot-export",
            f"The network of {retraining.genotype!r} cannot be written as a file of its own: {error}.",
            ["Write forward() without conditions on the values of tensors, and only with functions of torch."],
        ) from error
    built = _import(folder / MODEL, source)
    return WrittenModel(built, built, [MODEL], ["Report this as a bug."])


def _carried(space: OwnSpace, facts: ModelFacts, folder: Path) -> WrittenModel:
    """With the user's own file, which can have what no other text of the network has."""
    shutil.copyfile(space.builder, folder / builder_name(space))
    built = _import(folder / MODEL, write_carried(space, facts))
    advice = [f"Let {space.function} build equal networks for equal choices."]
    return WrittenModel(built, built.get_submodule("network"), [MODEL, builder_name(space)], advice)


def _facts(retraining: Retraining, body: Mapping[str, Any]) -> ModelFacts:
    dataset, size = dataset_of(retraining), retraining.network
    return ModelFacts(
        title=body["title"],
        genotype=retraining.genotype,
        classes=size.classes,
        resolution=size.resolution,
        mean=dataset.mean,
        deviation=dataset.deviation,
        class_names=tuple(body["classNames"]),
    )


def _import(file: Path, source: str) -> nn.Module:
    """Writes a file, and answers its network in evaluation mode."""
    file.write_text(source, encoding="utf-8")
    with without_bytecode():
        network: nn.Module = _module_of(file).Network()
    return network.eval()


def _module_of(file: Path) -> ModuleType:
    """Imports a file, not under a name that another import could find."""
    specification = importlib.util.spec_from_file_location("rminas_exported_model", file)
    if specification is None or specification.loader is None:
        raise FileNotFoundError(file)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
