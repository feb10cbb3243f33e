"""The time of an inference."""

import time
from statistics import median

import torch
from torch import Tensor, nn

_WARM_UP_PASSES = 5
_WARM_UP_SECONDS = 0.1
_REPETITIONS = 30
_LEAST_SECONDS = 0.002
"""A repetition has as many passes as take at least this long, so that the clock's resolution does not matter."""


def measure_latency(network: nn.Module, resolution: int, batch: int, device: torch.device) -> float:
    """Milliseconds of a forward pass of a batch in evaluation mode: the median of repetitions after a warm-up.

    Args:
        network: on the device; it is left in evaluation mode.
        resolution: height and width of an image, in pixels.
        batch: images in a pass.
        device: where the pass is computed.
    """
    network.eval()
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(batch, 3, resolution, resolution, generator=generator).to(device)
    with torch.inference_mode():
        passes = _warm_up(network, images)
        return 1000 * median(_time(network, images, passes) for _ in range(_REPETITIONS))


def _warm_up(network: nn.Module, images: Tensor) -> int:
    """Runs the network until it is warm; answers the number of passes in a repetition."""
    fastest, spent, done = float("inf"), 0.0, 0
    while done < _WARM_UP_PASSES or spent < _WARM_UP_SECONDS:
        seconds = _time(network, images, 1)
        fastest, spent, done = min(fastest, seconds), spent + seconds, done + 1
    return max(1, round(_LEAST_SECONDS / max(fastest, 1e-6)))


def _time(network: nn.Module, images: Tensor, passes: int) -> float:
    """Seconds of a pass, as the mean of several."""
    _wait_for(images.device)
    start = time.perf_counter()
    for _ in range(passes):
        network(images)
    _wait_for(images.device)
    return (time.perf_counter() - start) / passes


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
