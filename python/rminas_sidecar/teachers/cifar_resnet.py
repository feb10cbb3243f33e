"""ResNets for small images: RMI-NAS's teacher on CIFAR-10, and the teacher of the digits."""

from pathlib import Path

from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.teachers.registry import register_teacher

DIGITS_WEIGHTS = Path(__file__).parent / "weights" / "digits-resnet.pt"
_RESNET20_URL = "https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/resnet20-12fca82f.th"


class BasicBlock(nn.Module):
    """Two 3 × 3 convolutions around a shortcut without parameters: option A of He et al. (CVPR 2016, section 3.3)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self._stride = stride
        self._added_channels = (outputs - inputs) // 2

    def forward(self, x: Tensor) -> Tensor:
        block = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)), inplace=True)))
        return functional.relu(block.add_(self._shortcut(x)), inplace=True)

    def _shortcut(self, x: Tensor) -> Tensor:
        if not self._added_channels:
            return x
        thinned = x[:, :, :: self._stride, :: self._stride]
        return functional.pad(thinned, (0, 0, 0, 0, self._added_channels, self._added_channels))


class CifarResNet(nn.Module):
    """A ResNet for small images (He et al., CVPR 2016, section 4.2) of 6 × blocks + 2 layers.

    Parameter names are those of akamaster/pytorch_resnet_cifar10, whose ResNet-20 is RMI-NAS's teacher.

    Args:
        blocks: residual blocks in each of the three stages of 16, 32 and 64 channels.
        classes: number of logits.
    """

    def __init__(self, blocks: int, classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = _stage(16, 16, 1, blocks)
        self.layer2 = _stage(16, 32, 2, blocks)
        self.layer3 = _stage(32, 64, 2, blocks)
        self.linear = nn.Linear(64, classes)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features after each of the three stages and the logits (batch × classes).

        Args:
            images: batch × 3 × height × width.
        """
        x = functional.relu(self.bn1(self.conv1(images)), inplace=True)
        features: list[Tensor] = []
        for stage in (self.layer1, self.layer2, self.layer3):
            x = stage(x)
            features.append(x)
        return features, self.linear(x.mean((2, 3)))


def _stage(inputs: int, outputs: int, stride: int, blocks: int) -> nn.Sequential:
    first = BasicBlock(inputs, outputs, stride)
    return nn.Sequential(first, *(BasicBlock(outputs, outputs, 1) for _ in range(blocks - 1)))


@register_teacher(
    "resnet20",
    classes=10,
    head="linear.weight",
    next_steps=[f"Download {_RESNET20_URL} and name the file with --teacher."],
)
def build_resnet20(classes: int) -> nn.Module:
    """RMI-NAS's teacher on CIFAR-10."""
    return CifarResNet(blocks=3, classes=classes)


@register_teacher(
    "digits-resnet",
    classes=10,
    head="linear.weight",
    weights=DIGITS_WEIGHTS,
    next_steps=["Omit --teacher to use the checkpoint that ships with rminas."],
)
def build_digits_resnet(classes: int) -> nn.Module:
    """A ResNet of eight layers; `scripts/train_digits_teacher.py` trained it."""
    return CifarResNet(blocks=1, classes=classes)
