"""The layers that published proxies measure: convolutions and linear layers."""

from torch import Tensor, nn
from torch.nn import functional

Layer = nn.Conv2d | nn.Linear


def weighted_layers(network: nn.Module) -> list[Layer]:
    """The network's convolutions and linear layers, in the order of its modules."""
    return [module for module in network.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]


def backpropagate_loss(network: nn.Module, images: Tensor, labels: Tensor) -> list[tuple[Tensor, Tensor]]:
    """The weights of convolutions and linear layers, with the gradients of the samples' cross entropy by them.

    Layers that no gradient reaches, e.g. on an edge of a cell that leads nowhere, are omitted.

    Args:
        network: answers (features, logits); its parameters keep the gradients.
        images: samples × 3 × height × width.
        labels: samples, int64.
    """
    network.zero_grad()
    _, logits = network(images)
    functional.cross_entropy(logits, labels).backward()  # type: ignore[no-untyped-call]
    weights = [layer.weight for layer in weighted_layers(network)]
    return [(weight.detach(), weight.grad) for weight in weights if weight.grad is not None]
