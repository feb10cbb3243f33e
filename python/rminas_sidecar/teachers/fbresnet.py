"""Facebook's ResNet for ImageNet, as ported by Cadene/pretrained-models.pytorch: RMI-NAS's teacher on ImageNet.

Unlike in other ResNets, its convolutions have biases.
"""

from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.teachers.registry import register_teacher

_URL = "http://data.lip6.fr/cadene/pretrainedmodels/fbresnet152-2e20f6b4.pth"
_EXPANSION = 4


class FacebookBottleneck(nn.Module):
    """1 × 1, 3 × 3 and 1 × 1 convolution with a shortcut; the second one has the stride."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = _EXPANSION * width
        self.conv1 = nn.Conv2d(inputs, width, 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1)
        self.bn3 = nn.BatchNorm2d(outputs)
        if stride != 1 or inputs != outputs:
            self.downsample: nn.Module = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))
        else:
            self.downsample = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        block = functional.relu(self.bn1(self.conv1(x)))
        block = functional.relu(self.bn2(self.conv2(block)))
        return functional.relu(self.bn3(self.conv3(block)) + self.downsample(x))


class FacebookResNet(nn.Module):
    """A ResNet for photographs. Parameter names are those of `fbresnet152` in that repository.

    Args:
        blocks: residual blocks in each of the four stages of 256, 512, 1024 and 2048 channels.
        classes: number of logits.
    """

    def __init__(self, blocks: tuple[int, int, int, int], classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = _stage(64, 64, 1, blocks[0])
        self.layer2 = _stage(256, 128, 2, blocks[1])
        self.layer3 = _stage(512, 256, 2, blocks[2])
        self.layer4 = _stage(1024, 512, 2, blocks[3])
        self.last_linear = nn.Linear(2048, classes)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features of the stem and of stages 2 and 4, like XNAS's `feature_extractor`, and the logits.

        Args:
            images: batch × 3 × height × width.

        Returns:
            Features of shapes batch × 64 × H/4 × W/4, batch × 512 × H/8 × W/8 and batch × 2048 × H/32 × W/32; logits of
            shape batch × classes.
        """
        stem = functional.max_pool2d(functional.relu(self.bn1(self.conv1(images))), 3, stride=2, padding=1)
        second = self.layer2(self.layer1(stem))
        fourth = self.layer4(self.layer3(second))
        return [stem, second, fourth], self.last_linear(fourth.mean((2, 3)))


def _stage(inputs: int, width: int, stride: int, blocks: int) -> nn.Sequential:
    first = FacebookBottleneck(inputs, width, stride)
    return nn.Sequential(first, *(FacebookBottleneck(_EXPANSION * width, width, 1) for _ in range(blocks - 1)))


@register_teacher(
    "fbresnet152",
    classes=1000,
    head="last_linear.weight",
    next_steps=[f"Download {_URL} and name the file with --teacher."],
)
def build_fbresnet152(classes: int) -> nn.Module:
    """RMI-NAS's teacher on ImageNet."""
    return FacebookResNet((3, 8, 36, 3), classes)
