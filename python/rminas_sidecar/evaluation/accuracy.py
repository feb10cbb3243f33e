"""Measures a network's accuracy."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rminas_sidecar.data.images import Dataset, Images

_IMAGES = 500
_PIXELS = _IMAGES * 64 * 64
"""A batch has at most so many images and so many pixels."""
_GUESSES = 5


@dataclass(frozen=True)
class Accuracy:
    """Shares of images, 0 to 1, whose class is the network's first guess (top 1) or one of its first five (top 5)."""

    top1: float
    top5: float


def measure_accuracy(network: nn.Module, held_out: Images, dataset: Dataset, device: torch.device) -> Accuracy:
    """Measures the accuracy in evaluation mode; the network stays in that mode.

    Args:
        network: on the device; answers (features, logits).
        held_out: images that were not trained on.
        dataset: normalises them.
        device: where the network is.
    """
    network.eval()
    correct = torch.zeros(min(_GUESSES, dataset.classes), dtype=torch.int64)
    size = max(1, min(_IMAGES, _PIXELS // dataset.resolution**2))
    with torch.no_grad():
        for chosen in torch.arange(len(held_out)).split(size):  # type: ignore[no-untyped-call]
            _, logits = network(dataset.shrink(dataset.normalise(held_out.plain(chosen))).to(device))
            correct += _correct_guesses(logits.cpu(), held_out.labels[chosen], len(correct))
    return Accuracy(float(correct[0]) / len(held_out), float(correct.sum()) / len(held_out))


def _correct_guesses(logits: Tensor, labels: Tensor, guesses: int) -> Tensor:
    """How many first, second … guesses are correct: int64, one number a guess."""
    return (logits.topk(guesses).indices == labels[:, None]).sum(0)
