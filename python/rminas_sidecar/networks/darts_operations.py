"""The operations between the nodes of a DARTS cell, with the parameter names of XNAS's `spaces/DARTS/ops.py`."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from rminas_sidecar.networks.darts_genotype import RELAXED_OPERATIONS


class DilatedConv(nn.Module):
    """Rectifier, depthwise convolution, 1 × 1 convolution, batch normalisation: `DilConv` of DARTS."""

    def __init__(self, channels: int, kernel: int, stride: int, dilation: int) -> None:
        super().__init__()
        padding = dilation * (kernel // 2)
        self.op = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, channels, kernel, stride, padding, dilation, groups=channels, bias=False),
            nn.Conv2d(channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.op(x)  # type: ignore[no-any-return]


class SeparableConv(nn.Module):
    """Two depthwise separable convolutions, the first with the stride: `SepConv` of DARTS."""

    def __init__(self, channels: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.op = nn.Sequential(
            DilatedConv(channels, kernel, stride, dilation=1), DilatedConv(channels, kernel, 1, dilation=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.op(x)  # type: ignore[no-any-return]


class FactorizedConv(nn.Module):
    """A 7 × 7 convolution in two parts, 1 × 7 and 7 × 1, each with the stride of its side: `conv_7x1_1x7` of DARTS."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.op = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, channels, (1, 7), (1, stride), (0, 3), bias=False),
            nn.Conv2d(channels, channels, (7, 1), (stride, 1), (3, 0), bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.op(x)  # type: ignore[no-any-return]


class FactorizedReduce(nn.Module):
    """Halves height and width, which must be even, by two 1 × 1 convolutions that read different pixels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(inputs, outputs // 2, 1, stride=2, bias=False)
        # The original needs an even number of channels; for an odd one, the second half has one more.
        self.conv2 = nn.Conv2d(inputs, outputs - outputs // 2, 1, stride=2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(x)
        return self.bn(torch.cat([self.conv1(x), self.conv2(x[:, :, 1:, 1:])], dim=1))  # type: ignore[no-any-return]


class NormalisedPool(nn.Module):
    """Pooling and batch normalisation: `PoolBN` of XNAS."""

    def __init__(self, pool: nn.Module, channels: int) -> None:
        super().__init__()
        self.pool = pool
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.bn(self.pool(x))  # type: ignore[no-any-return]


def _max_pool(channels: int, stride: int) -> nn.Module:
    return NormalisedPool(_plain_max_pool(stride), channels)


def _average_pool(channels: int, stride: int) -> nn.Module:
    return NormalisedPool(_plain_average_pool(stride), channels)


def _plain_max_pool(stride: int) -> nn.Module:
    return nn.MaxPool2d(3, stride, padding=1)


def _plain_average_pool(stride: int) -> nn.Module:
    return nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)


def _skip(channels: int, stride: int) -> nn.Module:
    return nn.Identity() if stride == 1 else FactorizedReduce(channels, channels)


_BUILDERS: tuple[Callable[[int, int], nn.Module], ...] = (
    _max_pool,
    _average_pool,
    _skip,
    lambda channels, stride: SeparableConv(channels, 3, stride),
    lambda channels, stride: SeparableConv(channels, 5, stride),
    lambda channels, stride: DilatedConv(channels, 3, stride, dilation=2),
    lambda channels, stride: DilatedConv(channels, 5, stride, dilation=2),
    lambda channels, stride: SeparableConv(channels, 7, stride),
    FactorizedConv,
)
_BUILDER_OF = dict(zip(RELAXED_OPERATIONS, _BUILDERS, strict=True))


_PLAIN_POOLS = {"max_pool_3x3": _plain_max_pool, "avg_pool_3x3": _plain_average_pool}


def build_operation(name: str, channels: int, stride: int, normalises_pools: bool = True) -> nn.Module:
    """Builds one of `RELAXED_OPERATIONS`; `skip_connect` without a stride is `nn.Identity`.

    Args:
        name: of the operation.
        channels: of its input and its output.
        stride: 1 or 2.
        normalises_pools: whether a batch normalisation follows a pooling, as in XNAS and unlike in DARTS.
    """
    plain = None if normalises_pools else _PLAIN_POOLS.get(name)
    return _BUILDER_OF[name](channels, stride) if plain is None else plain(stride)
