"""Finds the compiled C functions and checks them against torch; without a compiler, torch is used instead."""

import ctypes
import functools
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.kernels.compiler import CompilationError, load_library
from rminas_sidecar.kernels.convolution import Convolutions
from rminas_sidecar.kernels.normalisation import Normalisation
from rminas_sidecar.kernels.pooling import Pooling
from rminas_sidecar.kernels.program import Machine
from rminas_sidecar.kernels.sums import Sums, Term

_EPSILON = 1e-5
_TOLERANCE = 1e-3
_WIDEST = 16
# Networks of eight channels would not fill the widest instructions.
_NARROW = 8


@dataclass(frozen=True)
class Kernels:
    """The compiled functions."""

    convolutions: Convolutions
    normalisation: Normalisation
    pooling: Pooling
    sums: Sums
    library: ctypes.CDLL


def find_kernels(channels: int = _WIDEST) -> Kernels | None:
    """The compiled functions, or None if they are not available.

    Args:
        channels: of the images. If they are not a multiple of the widest vector but of eight, the functions for vectors
            of eight are answered. If they are neither, `suits` of the functions answers False.
    """
    kernels, _ = _prepare()
    if kernels is None or channels % kernels.normalisation.lanes == 0 or channels % _NARROW:
        return kernels
    narrow, _ = _prepare(f"-DLANES={_NARROW}")
    return narrow


@functools.cache
def find_machine(channels: int) -> Machine | None:
    """Runs programs, or None if the compiled functions are not available. One machine serves all programs.

    Args:
        channels: the least of the images. The second library has vectors that they fill; see :func:`find_kernels`.
    """
    wide, narrow = find_kernels(), find_kernels(channels)
    return None if wide is None or narrow is None else Machine([wide.library, narrow.library])


def why_no_kernels(channels: int = _WIDEST) -> str | None:
    """Why the functions are not available, or None if they are. Compiles them if necessary.

    Args:
        channels: see :func:`find_kernels`.
    """
    find_kernels(channels)
    _, reason = _prepare()
    return reason


@functools.cache
def _prepare(*options: str) -> tuple[Kernels | None, str | None]:
    try:
        library = load_library(Path(__file__).parent, options)
    except CompilationError as error:
        return None, str(error)
    kernels = Kernels(Convolutions(library), Normalisation(library), Pooling(library), Sums(library), library)
    return (kernels, None) if _are_right(kernels) else (None, "the compiled functions give wrong results")


def _are_right(kernels: Kernels) -> bool:
    """Compares with torch on a small example, because a compiler may be faulty or a cached file damaged."""
    generator, channels = torch.Generator().manual_seed(0), kernels.normalisation.lanes
    images, gradient = (torch.randn(2, 8, 8, channels, generator=generator).permute(0, 3, 1, 2) for _ in range(2))
    images.requires_grad_()
    weight = torch.randn(channels, channels, 3, 3, generator=generator).requires_grad_()
    scale, shift = (torch.randn(channels, generator=generator).requires_grad_() for _ in range(2))
    convolved = functional.conv2d(images.relu(), weight, padding=1)
    normalised = functional.batch_norm(convolved, None, None, scale, shift, training=True, eps=_EPSILON)
    averaged = functional.avg_pool2d(normalised, 3, stride=1, padding=1, count_include_pad=False)
    # Of a sum, because torch imports a library for symbols (0.4 s) when it is given the gradient of an output.
    gradients = torch.autograd.grad((averaged * gradient).sum(), (images, weight, scale, shift))
    with torch.no_grad():
        ours, moments = kernels.convolutions.convolve(images, weight)
        statistics = kernels.normalisation.statistics(moments, ours[:, 0].numel(), scale, shift, _EPSILON)
        total = kernels.sums.add([Term(ours, statistics[2], statistics[3])], ours)
        back = kernels.normalisation.gradient(ours, kernels.pooling.gradient(gradient), scale, statistics)
        answers = [
            kernels.pooling.average(total),
            *kernels.convolutions.gradients(images, weight, back, None),
            *(back.weight, back.bias),
        ]
    return all(_agree(*pair) for pair in zip(answers, [averaged, *gradients], strict=True))


def _agree(answer: Tensor, expected: Tensor) -> bool:
    return bool((answer - expected.detach()).norm() < _TOLERANCE * expected.norm())
