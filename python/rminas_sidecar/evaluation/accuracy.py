"""How many images a network classifies rightly."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rminas_sidecar.data.images import Dataset, Images

_IMAGES = 500
_PIXELS = _IMAGES * 64 * 64
"""In one batch: so many small images, or as many large ones as have so many pixels."""
_GUESSES = 5


@dataclass(frozen=True)
class Accuracy:
    """Shares of images, 0 to 1: whose class is the network's first guess, and whose is one of its first five."""

    top1: float
    top5: float


def measure_accuracy(network: nn.Module, held_out: Images, dataset: Dataset, device: torch.device) -> Accuracy:
    """Measures the network in evaluation mode, in which it is left.

    Args:
        network: on the device; answers (features, logits).
    """
    network.eval()
    right = torch.zeros(min(_GUESSES, dataset.classes), dtype=torch.int64)
    size = max(1, min(_IMAGES, _PIXELS // dataset.resolution**2))
    with torch.no_grad():
        for chosen in torch.arange(len(held_out)).split(size):  # type: ignore[no-untyped-call]
            _, logits = network(dataset.shrink(dataset.normalise(held_out.plain(chosen))).to(device))
            right += _right_guesses(logits.cpu(), held_out.labels[chosen], len(right))
    return Accuracy(float(right[0]) / len(held_out), float(right.sum()) / len(held_out))


def _right_guesses(logits: Tensor, labels: Tensor, guesses: int) -> Tensor:
    """How many first, second … guesses are right: int64, one number a guess."""
    return (logits.topk(guesses).indices == labels[:, None]).sum(0)
