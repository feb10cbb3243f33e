"""The layers that published proxies look at: convolutions and linear layers."""

from torch import Tensor, nn
from torch.nn import functional

Layer = nn.Conv2d | nn.Linear


def weighted_layers(network: nn.Module) -> list[Layer]:
    """The network's convolutions and linear layers, in the order of its modules."""
    return [module for module in network.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]


def backpropagate_loss(network: nn.Module, images: Tensor, labels: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Weights of the layers that the cross entropy of these samples depends on, and its gradients by these.

    Layers that no gradient reaches, e.g. on an edge of a cell that leads nowhere, are left out.

    Args:
        network: answers (features, logits); it keeps the gradients.
        images: samples × 3 × height × width.
        labels: samples, int64.
    """
    network.zero_grad()
    _, logits = network(images)
    functional.cross_entropy(logits, labels).backward()  # type: ignore[no-untyped-call]
    weights = [layer.weight for layer in weighted_layers(network)]
    return [(weight.detach(), weight.grad) for weight in weights if weight.grad is not None]
