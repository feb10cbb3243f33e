"""Exports a network: `model.py`, `weights.safetensors`, `model.pt2` and `model.onnx` in one folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rminas_sidecar.data.images import make_generator
from rminas_sidecar.evaluation.latency import measure_latency
from rminas_sidecar.export.failures import CannotWrite
from rminas_sidecar.export.graphs import missing_packages, trace, write_onnx, write_program
from rminas_sidecar.export.model_file import write_model
from rminas_sidecar.export.network import build_network_of
from rminas_sidecar.export.weights import safetensors_bytes
from rminas_sidecar.networks.flops import count_flops
from rminas_sidecar.networks.own import unobserved
from rminas_sidecar.retraining.recipe import Retraining

WEIGHTS, PROGRAM, ONNX = "weights.safetensors", "model.pt2", "model.onnx"
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
    written = write_model(network, retraining, body, folder)
    state = {name: network.state_dict()[name] for name in written.weighted.state_dict()}
    report.files += written.files
    report.differences[written.files[0]] = written.load_and_compare(state, images, expected)
    if weights is not None:
        (folder / WEIGHTS).write_bytes(safetensors_bytes(state))
        report.files.append(WEIGHTS)
    _write_graphs(written.network, formats, folder, images, expected, report)
    return {
        "files": report.files,
        "differences": report.differences,
        "failed": report.failed,
        "parameters": sum(value.numel() for value in written.weighted.parameters()),
        "flops": count_flops(written.network, retraining.network.resolution),
        "latency": measure_latency(network, retraining.network.resolution, 1, torch.device("cpu")),
    }


def _example_images(retraining: Retraining) -> Tensor:
    side = retraining.network.resolution
    return torch.randn(_IMAGES, 3, side, side, generator=make_generator(0, "images of an export"))


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
