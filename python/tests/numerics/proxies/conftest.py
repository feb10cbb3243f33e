"""Networks of a few numbers, in float64, whose proxies can be computed by hand."""

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.objective.observation import TrainingBatch
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.proxies import Context

Build = Callable[[], nn.Module]


class Toy(nn.Module):
    """A stem, blocks, and a linear classifier of the mean pixel."""

    def __init__(self, stem: nn.Module, blocks: Sequence[nn.Module], channels: int, classes: int) -> None:
        super().__init__()
        self.stem = stem
        self.blocks = nn.ModuleList(blocks)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        features = [self.stem(images)]
        for block in self.blocks:
            features.append(block(features[-1]))
        return features, self.classifier(features[-1].mean((2, 3)))


@pytest.fixture
def toy() -> type[Toy]:
    return Toy


@pytest.fixture
def context() -> Callable[..., Context]:
    """A context with random images for a function that builds networks; each call of it has the same seed."""

    def make(build: Build, samples: int = 4, side: int = 4, classes: int = 3, seed: int = 9) -> Context:
        generator = torch.Generator().manual_seed(1)
        images = torch.randn(samples, 3, side, side, generator=generator, dtype=torch.float64)
        labels = torch.arange(samples) % classes
        teacher = RepresentationLoss([torch.randn(samples, 5, dtype=torch.float64, generator=generator)])

        def seeded() -> nn.Module:
            torch.manual_seed(5)
            return build().double()

        return Context(seeded, TrainingBatch(images, labels, teacher), side, seed)

    return make
