"""The networks of the space `proxyless`: `MobileNetV2` of XNAS's `spaces/ProxylessNAS/cnn.py` (after Cai et al.,
ICLR 2019), built as its RMINAS builds it.

A fixed first block, five stages of one to four blocks, and a last stage of one block. A genotype is written as XNAS
prints it: the six depths, then 21 kernel sizes and 21 expansions, four places for each of the first five stages and one
for the last, 0 where a stage has no such block. Parameter names, their order and their initialisation are the
original's; its state dicts name every block a second time under `mobile_inverted_conv`.
"""

import re
from collections import OrderedDict
from typing import NamedTuple

from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.mobile import RELU6, MobileConv, conv_layer
from rminas_sidecar.networks.registry import register_space
from rminas_sidecar.specification import NetworkSpecification

STEM_CHANNELS = 32
FIRST_CHANNELS = 16
LAST_CHANNELS = 1280
# Channels and stride of each stage.
STAGES = ((24, 2), (40, 2), (80, 2), (96, 1), (192, 2), (320, 1))
_DEEPEST = 4
_PLACES = (_DEEPEST,) * 5 + (1,)
_GENOTYPE = re.compile(r"([1-4]{5}1)([0357]{21})([036]{21})")
EXAMPLE = "222221" + "35003500350035003500" + "7" + "36003600360036003600" + "6"


class Block(NamedTuple):
    """Kernel size (3, 5 or 7) and expansion (3 or 6) of one block."""

    kernel: int
    expansion: int


def parse(genotype: str) -> tuple[tuple[Block, ...], ...]:
    """Reads the 48 digits into the blocks of the six stages.

    Raises:
        SidecarError: `invalid-genotype` when they are not a genotype, or their parts contradict each other.
    """
    match = _GENOTYPE.fullmatch(genotype)
    if match is None:
        raise _invalid(genotype, "it must be 6 depths, 21 kernel sizes of 3, 5, 7 and 21 expansions of 3, 6")
    depths, kernels, expansions = ([int(digit) for digit in part] for part in match.groups())
    stages: list[tuple[Block, ...]] = []
    first = 0
    for number, (depth, places) in enumerate(zip(depths, _PLACES, strict=True), start=1):
        end = first + places
        for name, values in (("a kernel size", kernels), ("an expansion", expansions)):
            if [value > 0 for value in values[first:end]] != [place < depth for place in range(places)]:
                raise _invalid(genotype, f"stage {number} needs {depth} times {name}, then zeros")
        stages.append(tuple(map(Block, kernels[first : first + depth], expansions[first : first + depth])))
        first = end
    return tuple(stages)


def _invalid(genotype: str, problem: str) -> SidecarError:
    return SidecarError(
        "invalid-genotype", f"Not a proxyless genotype: {problem} (in {genotype!r}).", [f"Write it like {EXAMPLE}"]
    )


FIRST_BLOCK = Block(kernel=3, expansion=1)


class ResidualBlock(nn.Module):
    """An inverted bottleneck with a residual connection where the shapes allow it."""

    def __init__(self, inputs: int, outputs: int, stride: int, block: Block) -> None:
        super().__init__()
        self.conv = MobileConv(inputs, outputs, block.kernel, stride, block.expansion, RELU6)
        self._adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        carried: Tensor = self.conv(x)
        return carried + x if self._adds else carried


class ProxylessNetwork(nn.Module):
    """A network of the space, which also answers features of three depths. Its widths are fixed.

    Args:
        genotype: as :func:`parse` reads it.
        classes: number of logits; XNAS always builds 1000.
    """

    def __init__(self, genotype: str, classes: int) -> None:
        super().__init__()
        stages = parse(genotype)
        depths = [len(stage) for stage in stages]
        self.first_conv = conv_layer(3, STEM_CHANNELS, 3, 2, RELU6)
        self.blocks = nn.ModuleList([ResidualBlock(STEM_CHANNELS, FIRST_CHANNELS, 1, FIRST_BLOCK)])
        inputs = FIRST_CHANNELS
        for stage, (width, stride) in zip(stages, STAGES, strict=True):
            for place, block in enumerate(stage):
                self.blocks.append(ResidualBlock(inputs, width, stride if place == 0 else 1, block))
                inputs = width
        self.feature_mix_layer = conv_layer(inputs, LAST_CHANNELS, 1, 1, RELU6)
        self.classifier = nn.Sequential(OrderedDict(linear=nn.Linear(LAST_CHANNELS, classes)))
        # XNAS counts without the first block, and so takes features before the last block of stages 2 and 4.
        self._tapped = (sum(depths[:2]), sum(depths[:4]))

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features of three depths and the logits.

        Args:
            images: batch × 3 × height × width.

        Returns:
            Features before the last block of stage 2 (batch × 40 × H/8 × W/8; batch × 24 × H/4 × W/4 where stage 2
            has one block) and of stage 4 (batch × 96 × H/16 × W/16, or × 80), and after the last convolution
            (batch × 1280 × H/32 × W/32), sizes rounded up; logits of shape batch × classes.
        """
        x: Tensor = self.first_conv(images)
        features: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            if index in self._tapped:
                features.append(x)
            x = block(x)
        x = self.feature_mix_layer(x)
        features.append(x)
        return features, self.classifier(x.mean(3).mean(2))


@register_space("proxyless")
def build_proxyless(genotype: str, size: NetworkSpecification) -> nn.Module:
    """See :func:`rminas_sidecar.networks.registry.build_network`."""
    return ProxylessNetwork(genotype, size.classes)
