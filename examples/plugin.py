"""A plugin with one of each: a space, a data set, a teacher and a proxy."""

from pathlib import Path

import torch
from torch import Tensor, nn

from rminas_sidecar.plugins import (
    Context,
    NetworkSpecification,
    Passes,
    register_dataset,
    register_proxy,
    register_space,
    register_teacher,
)


class Network(nn.Module):
    """Three stages of convolutions, and a linear layer.

    A network answers a pair: the features of its three stages, and the logits.
    """

    def __init__(self, width: int, depth: int, kernel: int, classes: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.stages = nn.ModuleList(
            nn.Sequential(*self._blocks(width, depth, kernel)) for _ in range(3)
        )
        self.head = nn.Linear(width, classes)

    @staticmethod
    def _blocks(width: int, depth: int, kernel: int) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for _ in range(depth):
            layers += [
                nn.Conv2d(width, width, kernel, padding=kernel // 2),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
        return layers

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        features = []
        x = self.stem(images)
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features, self.head(x.mean((2, 3)))


# A space: each slot has choices. A genotype is written width=8,depth=2,kernel=3, and the builder gets
# {"width": 8, "depth": 2, "kernel": 3}.
@register_space(
    "toy", slots={"width": [4, 6, 8], "depth": [1, 2, 3], "kernel": [1, 3, 5]}
)
def build(choices: dict[str, int], size: NetworkSpecification) -> nn.Module:
    return Network(choices["width"], choices["depth"], choices["kernel"], size.classes)


# A data set: pixels as uint8 of shape images × 3 × side × side, and labels from 0. A search never trains on held-out
# images. The folder is LOADER.DATAPATH, or the folder toy-images in the data folder; this data set needs none.
@register_dataset(
    "toy-images",
    classes=4,
    resolution=8,
    mean=(0.5, 0.5, 0.5),
    deviation=(0.3, 0.3, 0.3),
    teacher="toy-teacher",
)
def read_images(folder: Path | None, held_out: bool) -> tuple[Tensor, Tensor]:
    count = 40 if held_out else 400
    generator = torch.Generator().manual_seed(1 if held_out else 0)
    labels = torch.arange(count) % 4
    pixels = torch.randint(0, 80, (count, 3, 8, 8), generator=generator)
    for label, bright in enumerate([[0], [1], [2], [0, 1, 2]]):
        pixels[:, bright] += 150 * (labels == label)[:, None, None, None]
    return pixels.to(torch.uint8), labels


# A teacher: trained=True says that the builder itself returns trained weights. With weights="teacher.pt" rminas loads
# a state dict into the network; without either, the user names a file with --teacher.
@register_teacher("toy-teacher", classes=4, trained=True)
def make_teacher(classes: int) -> nn.Module:
    network = Network(8, 1, 3, classes)
    pixels, labels = read_images(None, False)
    images = (pixels.float() / 255 - 0.5) / 0.3
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    for _ in range(20):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(images)[1], labels).backward()
        optimizer.step()
    return network


# A proxy: a number for each architecture. This one needs nothing but a network with fresh weights.
@register_proxy(
    "toy-proxy", direction="higher", needs="nothing", passes=lambda _: Passes()
)
def count_weights(context: Context) -> float:
    return sum(weights.numel() for weights in context.network().parameters())
