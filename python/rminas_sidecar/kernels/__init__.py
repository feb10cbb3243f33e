"""What torch's own operations do not do fast enough on a CPU, in C: compiled where it runs, or done without."""

import functools
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.kernels.compiler import CompilationError, load_library
from rminas_sidecar.kernels.normalisation import Normalisation
from rminas_sidecar.kernels.pooling import Pooling
from rminas_sidecar.kernels.winograd import Winograd

_EPSILON = 1e-5
_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Kernels:
    """The compiled functions."""

    winograd: Winograd
    normalisation: Normalisation
    pooling: Pooling


def find_kernels() -> Kernels | None:
    """The compiled functions, None where they cannot be had."""
    kernels, _ = _prepare()
    return kernels


def why_no_kernels() -> str | None:
    """What keeps the functions from being compiled, None where nothing does."""
    _, reason = _prepare()
    return reason


@functools.cache
def _prepare() -> tuple[Kernels | None, str | None]:
    try:
        library = load_library(Path(__file__).parent)
    except CompilationError as error:
        return None, str(error)
    kernels = Kernels(Winograd(library), Normalisation(library), Pooling(library))
    return (kernels, None) if _are_right(kernels) else (None, "what was compiled does not compute what it should")


def _are_right(kernels: Kernels) -> bool:
    """Compares with torch on a small example: a compiler may be broken, and a file damaged."""
    generator = torch.Generator().manual_seed(0)
    images, gradient = (torch.randn(2, 16, 8, 8, generator=generator) for _ in range(2))
    weight = torch.randn(16, 16, 3, 3, generator=generator).requires_grad_()
    scale, shift = (torch.randn(16, generator=generator).requires_grad_() for _ in range(2))
    convolved = functional.conv2d(images, weight, padding=1)
    normalised = functional.batch_norm(convolved, None, None, scale, shift, training=True, eps=_EPSILON)
    averaged = functional.avg_pool2d(normalised, 3, stride=1, padding=1, count_include_pad=False)
    gradients = torch.autograd.grad(averaged, (convolved, weight, scale, shift), gradient)
    with torch.no_grad():
        ours = kernels.winograd.convolve(images, weight)
        ours_normalised, mean, inverse = kernels.normalisation.normalise(ours, scale, shift, _EPSILON)
        back = kernels.pooling.gradient(gradient)
        back, *vectors = kernels.normalisation.gradients(ours, back, scale, mean, inverse)
        answers = [
            kernels.pooling.average(ours_normalised),
            back,
            kernels.winograd.weight_gradient(images, back),
            *vectors,
        ]
    return all(_agree(*pair) for pair in zip(answers, [averaged, *gradients], strict=True))


def _agree(answer: Tensor, expected: Tensor) -> bool:
    return bool((answer - expected.detach()).norm() < _TOLERANCE * expected.norm())
