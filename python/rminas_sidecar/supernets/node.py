"""The images of a node, and the results that the operations of several edges share."""

from collections.abc import Callable, Hashable

from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.networks.darts_operations import DilatedConv, NormalisedPool, SeparableConv
from rminas_sidecar.networks.fast.pooling import FastAverage
from rminas_sidecar.networks.nas_bench_201 import ReluConvNorm


class Node:
    """The images of a node: batch × channels × height × width.

    ReLU and poolings are computed once for all edges that read the node.
    """

    def __init__(self, images: Tensor) -> None:
        self.images = images
        self._results: dict[Hashable, Tensor] = {}
        self._shares: dict[int, Node] = {}

    def through(self, operation: nn.Module) -> Tensor:
        """The result of a candidate operation."""
        match operation:
            case ReluConvNorm() | DilatedConv():
                return self._behind_relu(operation.op)
            case SeparableConv():
                first, second = operation.op
                return second(self._behind_relu(first.op))  # type: ignore[no-any-return,arg-type]
            case NormalisedPool():
                return operation.bn(self._pooled(operation.pool))  # type: ignore[no-any-return]
            case nn.AvgPool2d() | FastAverage():
                return self._pooled(operation)
            case _:
                return operation(self.images)  # type: ignore[no-any-return]

    def share(self, share: int) -> "Node":
        """The first 1 / `share` of the channels."""
        if share not in self._shares:
            self._shares[share] = Node(self.images[:, : self.images.shape[1] // share])
        return self._shares[share]

    def bypass(self, share: int, stride: int) -> Tensor:
        """The channels behind :meth:`share`, pooled by the stride."""
        images = self.images[:, self.images.shape[1] // share :]
        if stride == 1:
            return images
        return self._once(("bypass", share, stride), lambda: functional.max_pool2d(images, stride))

    def _behind_relu(self, layers: nn.Sequential) -> Tensor:
        _, *others = layers
        images = self._once("relu", self.images.relu)
        for layer in others:
            images = layer(images)
        return images

    def _pooled(self, pool: nn.Module) -> Tensor:
        return self._once((type(pool), getattr(pool, "stride", 1)), lambda: pool(self.images))

    def _once(self, key: Hashable, compute: Callable[[], Tensor]) -> Tensor:
        if key not in self._results:
            self._results[key] = compute()
        return self._results[key]
