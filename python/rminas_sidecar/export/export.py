"""Exports a network: `model.py`, `weights.safetensors`, `model.pt2` and `model.onnx` in one folder."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from rminas_sidecar.data.images import make_generator
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.export.failures import CannotWrite
from rminas_sidecar.export.graphs import missing_packages, trace, write_onnx, write_program
from rminas_sidecar.export.network import build_network_of
from rminas_sidecar.export.source import ModelFacts, write_source
from rminas_sidecar.export.weights import safetensors_bytes
from rminas_sidecar.networks.flops import count_flops
from rminas_sidecar.networks.own import unobserved
from rminas_sidecar.retraining.images import dataset_of
from rminas_sidecar.retraining.recipe import Retraining

MODEL, WEIGHTS, PROGRAM, ONNX = "model.py", "weights.safetensors", "model.pt2", "model.onnx"
_IMAGES = 3
"""Images on which the files are compared with PyTorch."""


@dataclass
class _Report:
    files: list[str] = field(default_factory=list)
    differences: dict[str, float] = field(default_factory=dict)
    failed: list[dict[str, Any]] = field(default_factory=list)

    def fail(self, form: str, reason: str, packages: list[str] | None = None) -> None:
        self.failed.append({"format": form, "reason": reason, "packages": packages or []})


def export_network(body: Mapping[str, Any]) -> dict[str, Any]:
    """Writes the files of a network into a folder.

    Args:
        body: the protocol's `export`, validated.

    Returns:
        The protocol's `exported`.

    Raises:
        SidecarError: the errors of building the network and of reading its weights; `cannot-export` for a network that
            cannot be written as one file of Python.
        OSError: when the folder cannot be written.
    """
    retraining = Retraining.from_dict(body["retraining"], body["seed"])
    weights = None if body["weights"] is None else Path(body["weights"])
    folder, formats = Path(body["folder"]), body["formats"]
    # A network of the user may answer the logits alone.
    network = unobserved(build_network_of(retraining, weights))
    images = _example_images(retraining)
    with torch.no_grad():
        answer = network(images)
    expected = answer if isinstance(answer, Tensor) else answer[1]
    report = _Report()
    written = _write_model(network, retraining, body, folder)
    state = {name: network.state_dict()[name] for name in written.state_dict()}
    report.files.append(MODEL)
    report.differences[MODEL] = _load_and_compare(written, state, images, expected)
    if weights is not None:
        (folder / WEIGHTS).write_bytes(safetensors_bytes(state))
        report.files.append(WEIGHTS)
    _write_graphs(written, formats, folder, images, expected, report)
    return {
        "files": report.files,
        "differences": report.differences,
        "failed": report.failed,
        "parameters": sum(value.numel() for value in written.parameters()),
        "flops": count_flops(written, retraining.network.resolution),
    }


def _example_images(retraining: Retraining) -> Tensor:
    side = retraining.network.resolution
    return torch.randn(_IMAGES, 3, side, side, generator=make_generator(0, "images of an export"))


def _write_model(network: nn.Module, retraining: Retraining, body: Mapping[str, Any], folder: Path) -> nn.Module:
    """Writes `model.py`, and answers its network, with fresh weights."""
    dataset, size = dataset_of(retraining), retraining.network
    facts = ModelFacts(
        title=body["title"],
        genotype=retraining.genotype,
        classes=size.classes,
        resolution=size.resolution,
        mean=dataset.mean,
        deviation=dataset.deviation,
        class_names=tuple(body["classNames"]),
    )
    try:
        source = write_source(network, facts)
    except CannotWrite as error:
        raise SidecarError(
            "cannot-export",
            f"The network of {retraining.genotype!r} cannot be written as a file of its own: {error}.",
            ["Write forward() without conditions on the values of tensors, and only with functions of torch."],
        ) from error
    file = folder / MODEL
    file.write_text(source, encoding="utf-8")
    built: nn.Module = _import(file).Network()
    return built.eval()


def _import(file: Path) -> ModuleType:
    """Imports a file, not under a name that another import could find."""
    specification = importlib.util.spec_from_file_location("rminas_exported_model", file)
    if specification is None or specification.loader is None:
        raise FileNotFoundError(file)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _load_and_compare(written: nn.Module, state: dict[str, Tensor], images: Tensor, expected: Tensor) -> float:
    """Gives the written network its weights. Its logits must equal those of the original to the last bit."""
    written.load_state_dict(state)
    with torch.no_grad():
        found = written(images)
    if not torch.equal(found, expected):
        raise SidecarError("internal", f"{MODEL} answers other logits than the network that it was written from.")
    return 0.0


def _write_graphs(
    network: nn.Module, formats: list[str], folder: Path, images: Tensor, expected: Tensor, report: _Report
) -> None:
    writers: dict[str, tuple[str, Callable[..., float]]] = {
        "pt2": (PROGRAM, write_program),
        "onnx": (ONNX, write_onnx),
    }
    wanted = [form for form in writers if form in formats]
    missing = missing_packages() if "onnx" in wanted else []
    if missing:
        wanted.remove("onnx")
        report.fail("onnx", f"{', '.join(missing)} cannot be imported", missing)
    try:
        program = trace(network, images) if wanted else None
    except CannotWrite as error:
        for form in wanted:
            report.fail(form, str(error))
        return
    for form in wanted:
        name, write = writers[form]
        try:
            report.differences[name] = write(program, folder / name, images, expected)
            report.files.append(name)
        except CannotWrite as error:
            (folder / name).unlink(missing_ok=True)
            report.fail(form, str(error))
