"""The common layers of the mobile networks: the inverted bottleneck of MobileNetV2 and V3, named as in XNAS's OFA."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from torch import Tensor, nn
from torch.nn import functional


class HardSigmoid(nn.Module):
    """A piecewise linear sigmoid. Torch's own rounds its gradient differently from the original."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu6(x + 3) / 6


class HardSwish(nn.Module):
    """x times its hard sigmoid, in the original's order of operations."""

    def forward(self, x: Tensor) -> Tensor:
        return x * functional.relu6(x + 3) / 6


Activation = Callable[[], nn.Module]
# In-place activations overwrite the outputs of normalisations, which no gradient needs.
RELU: Activation = partial(nn.ReLU, inplace=True)
RELU6: Activation = partial(nn.ReLU6, inplace=True)
HARD_SWISH: Activation = HardSwish


def divisible(width: float, divisor: int = 8) -> int:
    """The multiple of the divisor nearest to a number of channels, at most 10% below it: `make_divisible`."""
    rounded = max(divisor, int(width + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * width else rounded + divisor


def conv_layer(inputs: int, outputs: int, kernel: int, stride: int, activation: Activation) -> nn.Sequential:
    """Convolution without bias, batch normalisation, activation: `ConvLayer`."""
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            bn=nn.BatchNorm2d(outputs),
            act=activation(),
        )
    )


class SqueezeExcitation(nn.Module):
    """Scales each channel by the output of a small network on all channels' means: `SEModule`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = divisible(channels // 4)
        self.fc = nn.Sequential(
            OrderedDict(
                reduce=nn.Conv2d(channels, squeezed, 1),
                relu=nn.ReLU(inplace=True),
                expand=nn.Conv2d(squeezed, channels, 1),
                h_sigmoid=HardSigmoid(),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        # One axis after the other, as in the original, to get the same bits.
        means = x.mean(3, keepdim=True).mean(2, keepdim=True)
        return x * self.fc(means)  # type: ignore[no-any-return]


class MobileConv(nn.Module):
    """An expanding 1 × 1, a depthwise and a projecting 1 × 1 convolution: `MBConvLayer`.

    Args:
        expansion: factor of the input channels; 1 omits the first convolution.
        squeezes: whether squeeze and excitation follow the depthwise convolution.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int,
        expansion: int,
        activation: Activation,
        squeezes: bool = False,
    ) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.inverted_bottleneck = None if expansion == 1 else conv_layer(inputs, hidden, 1, 1, activation)
        self.depth_conv = nn.Sequential(
            OrderedDict(
                conv=nn.Conv2d(hidden, hidden, kernel, stride, kernel // 2, groups=hidden, bias=False),
                bn=nn.BatchNorm2d(hidden),
                act=activation(),
            )
        )
        if squeezes:
            self.depth_conv.add_module("se", SqueezeExcitation(hidden))
        self.point_linear = nn.Sequential(
            OrderedDict(conv=nn.Conv2d(hidden, outputs, 1, bias=False), bn=nn.BatchNorm2d(outputs))
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.inverted_bottleneck is not None:
            x = self.inverted_bottleneck(x)
        return self.point_linear(self.depth_conv(x))  # type: ignore[no-any-return]
