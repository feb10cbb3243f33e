"""The ResNet for CIFAR-100 of weiaicunzai/pytorch-cifar100. Its ResNet-101 is RMI-NAS's teacher on CIFAR-100."""

from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.teachers.registry import register_teacher

_EXPANSION = 4


def _convolution(inputs: int, outputs: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    """A convolution without bias, which divides the size by the stride, and its normalisation."""
    return [
        nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]


class Bottleneck(nn.Module):
    """1 × 1, 3 × 3 and 1 × 1 convolution around a shortcut (He et al., CVPR 2016, section 4.1)."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = _EXPANSION * width
        self.residual_function = nn.Sequential(
            *_convolution(inputs, width, 1),
            nn.ReLU(),
            *_convolution(width, width, 3, stride),
            nn.ReLU(),
            *_convolution(width, outputs, 1),
        )
        changes_shape = stride != 1 or inputs != outputs
        self.shortcut = nn.Sequential(*_convolution(inputs, outputs, 1, stride) if changes_shape else ())

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.residual_function(x) + self.shortcut(x))


class BottleneckResNet(nn.Module):
    """A ResNet whose stem keeps the size of a small image. Parameter names are those of that repository.

    Args:
        blocks: residual blocks in each of the four stages of 256, 512, 1024 and 2048 channels.
        classes: number of logits.
    """

    def __init__(self, blocks: tuple[int, int, int, int], classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(*_convolution(3, 64, 3), nn.ReLU())
        self.conv2_x = _stage(64, 64, 1, blocks[0])
        self.conv3_x = _stage(256, 128, 2, blocks[1])
        self.conv4_x = _stage(512, 256, 2, blocks[2])
        self.conv5_x = _stage(1024, 512, 2, blocks[3])
        self.fc = nn.Linear(2048, classes)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features after stages 1, 3 and 4, like `feature_extractor`, and the logits (batch × classes).

        Args:
            images: batch × 3 × height × width.

        Returns:
            Features of shapes batch × 256 × H × W, batch × 1024 × H/4 × W/4 and batch × 2048 × H/8 × W/8; the logits.
        """
        first = self.conv2_x(self.conv1(images))
        third = self.conv4_x(self.conv3_x(first))
        fourth = self.conv5_x(third)
        return [first, third, fourth], self.fc(fourth.mean((2, 3)))


def _stage(inputs: int, width: int, stride: int, blocks: int) -> nn.Sequential:
    first = Bottleneck(inputs, width, stride)
    return nn.Sequential(first, *(Bottleneck(_EXPANSION * width, width, 1) for _ in range(blocks - 1)))


@register_teacher(
    "resnet101",
    classes=100,
    head="fc.weight",
    next_steps=[
        "Name the state dict of a resnet101 of https://github.com/weiaicunzai/pytorch-cifar100 with --teacher."
    ],
)
def build_resnet101(classes: int) -> nn.Module:
    """RMI-NAS's teacher on CIFAR-100."""
    return BottleneckResNet((3, 4, 23, 3), classes)
