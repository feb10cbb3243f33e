"""Small vision transformers whose depth, heads, width and patch are chosen. vit-space.yaml has the choices."""

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """Attention and two linear layers, each with a shortcut. Tokens are batch × tokens × width."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self._attend(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(tokens))

    def _attend(self, tokens: Tensor) -> Tensor:
        batch, length, width = tokens.shape
        split = self.qkv(tokens).reshape(batch, length, 3, self.heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        weights = (query @ key.transpose(-2, -1)) * query.shape[-1] ** -0.5
        mixed = weights.softmax(-1) @ value
        return self.project(mixed.transpose(1, 2).reshape(batch, length, width))


class VisionTransformer(nn.Module):
    """Patches, positions, blocks, and a linear layer on the mean of the tokens. It answers the logits."""

    def __init__(
        self, patch: int, width: int, heads: int, depth: int, classes: int, side: int
    ) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.positions = nn.Parameter(
            torch.randn(1, (side // patch) ** 2, width) * 0.02
        )
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.patches(images).flatten(2).transpose(1, 2) + self.positions
        for block in self.blocks:
            tokens = block(tokens)
        return self.head(self.norm(tokens).mean(1))


def build(choices: dict, classes: int, resolution: int):
    """Builds the network of one architecture, and names its stages: their places depend on the depth."""
    depth = choices["depth"]
    network = VisionTransformer(**choices, classes=classes, side=resolution)
    stages = [network.blocks[depth * part // 3 - 1] for part in (1, 2, 3)]
    return network, stages
