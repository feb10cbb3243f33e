"""Residual networks whose width, depths and kernels are chosen. resnet-space.yaml has the choices."""

from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):
    """Two convolutions, and the input added to their output."""

    def __init__(self, before: int, after: int, stride: int, kernel: int) -> None:
        super().__init__()
        padding = kernel // 2
        self.conv1 = nn.Conv2d(
            before, after, kernel, stride, padding=padding, bias=False
        )
        self.norm1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, kernel, padding=padding, bias=False)
        self.norm2 = nn.BatchNorm2d(after)
        same = before == after and stride == 1
        self.shortcut = (
            nn.Identity() if same else nn.Conv2d(before, after, 1, stride, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norm1(self.conv1(x)))
        return functional.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class ResNet(nn.Module):
    """A stem, three stages, and a linear layer. It answers the logits."""

    def __init__(self, width: int, kernels: list[list[int]], classes: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.stage1 = self._stage(width, width, kernels[0])
        self.stage2 = self._stage(width, 2 * width, kernels[1])
        self.stage3 = self._stage(2 * width, 4 * width, kernels[2])
        self.head = nn.Linear(4 * width, classes)

    @staticmethod
    def _stage(before: int, after: int, kernels: list[int]) -> nn.Sequential:
        stride = 1 if before == after else 2
        first = Block(before, after, stride, kernels[0])
        return nn.Sequential(first, *(Block(after, after, 1, k) for k in kernels[1:]))

    def forward(self, images: Tensor) -> Tensor:
        x = self.stage3(self.stage2(self.stage1(self.stem(images))))
        return self.head(x.mean((2, 3)))


def build(choices: dict, classes: int, resolution: int) -> nn.Module:
    """Builds the network of one architecture, with fresh weights."""
    kernels = [[choices["kernel"]] * choices[f"depth{stage}"] for stage in (1, 2, 3)]
    # The slot exists only in networks whose last stage has a second block.
    if "last_kernel" in choices:
        kernels[2][-1] = choices["last_kernel"]
    return ResNet(choices["width"], kernels, classes)
