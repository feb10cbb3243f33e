"""Writes a network as a graph, for `torch.export` and for ONNX, and compares what each file computes with PyTorch."""

import importlib
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn

from rminas_sidecar.export.failures import CannotWrite

ONNX_PACKAGES = ("onnx", "onnxscript", "onnxruntime")
TOLERANCE = 1e-4
"""The greatest difference of a graph's logits from PyTorch's, relative to the largest logit where that is above 1."""


def missing_packages() -> list[str]:
    """The packages for ONNX that cannot be imported."""
    return [name for name in ONNX_PACKAGES if not _is_importable(name)]


def _is_importable(name: str) -> bool:
    try:
        _import(name)
    except ImportError:
        return False
    return True


def _import(name: str) -> ModuleType:
    # Otherwise onnxruntime writes an identifier into the user's cache folder, and sends usage data from there.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    return importlib.import_module(name)


def trace(network: nn.Module, images: Tensor) -> "torch.export.ExportedProgram":
    """Traces a network for any number of images.

    Args:
        network: answers logits; in evaluation mode.
        images: at least two, as an example.

    Raises:
        CannotWrite: its graph depends on the values or the number of the images.
    """
    try:
        with _quiet():
            return torch.export.export(network, (images,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    except Exception as error:
        raise CannotWrite(f"torch.export cannot trace the network: {_first_line(error)}") from error


def write_program(program: "torch.export.ExportedProgram", file: Path, images: Tensor, logits: Tensor) -> float:
    """Writes a `.pt2` file.

    Returns:
        The greatest difference of its logits from the given ones.

    Raises:
        CannotWrite: the difference is above `TOLERANCE`.
    """
    with _quiet():
        torch.export.save(program, file)
        return _checked(torch.export.load(file).module()(images), logits, file.name)


def write_onnx(program: "torch.export.ExportedProgram", file: Path, images: Tensor, logits: Tensor) -> float:
    """Writes an ONNX file with the input `images` and the output `logits`; both have any batch.

    Returns and raises as :func:`write_program`; the logits are computed by onnxruntime.
    """
    try:
        with _quiet():
            converted = torch.onnx.export(
                program, (images,), input_names=["images"], output_names=["logits"], dynamo=True, verbose=False
            )
            if converted is None:
                raise CannotWrite("torch.onnx answers nothing")
            converted.save(file, external_data=False)
    except CannotWrite:
        raise
    except Exception as error:
        raise CannotWrite(f"torch.onnx cannot convert the network: {_first_line(error)}") from error
    return max(_checked(_run_onnx(file, part), expected, file.name) for part, expected in _parts(images, logits))


def _parts(images: Tensor, logits: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """All images, and the first one alone: the file must accept any batch."""
    yield images, logits
    yield images[:1], logits[:1]


def _run_onnx(file: Path, images: Tensor) -> Tensor:
    runtime = _import("onnxruntime")
    session = runtime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {"images": images.numpy()})
    return torch.from_numpy(logits)


def _checked(found: Tensor, expected: Tensor, name: str) -> float:
    difference = float((found - expected).abs().max())
    allowed = TOLERANCE * max(1.0, float(expected.abs().max()))
    if not difference <= allowed:
        raise CannotWrite(f"{name} answers logits that differ from PyTorch's by {difference:.2g}")
    return difference


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the exporters' remarks on packages and on their own deprecations."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
