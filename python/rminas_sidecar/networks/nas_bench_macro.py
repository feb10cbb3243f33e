"""The networks of NAS-Bench-Macro (Su et al., CVPR 2021), as XNAS's RMINAS trains them.

Eight layers in stages of two, three and three, with one of three blocks in each layer. The first layer of a stage
halves the resolution and doubles the channels. Parameter names are those of `NBM` in XNAS's
`spaces/NASBenchMacro/cnn.py`, without unchosen blocks. As in the supernet that RMINAS builds, batch
normalisations have no weights.
"""

import re
from collections import OrderedDict
from itertools import accumulate

from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.registry import register_space
from rminas_sidecar.specification import NetworkSpecification

STAGES = (2, 3, 3)
EXAMPLE = "01201201"
_GENOTYPE = re.compile(r"[012]{8}")
LAST_CHANNELS = 1280


def parse(genotype: str) -> tuple[int, ...]:
    """Reads `01201201` into the block of each layer: 0 identity, 1 kernel 3 and expansion 3, 2 kernel 5, expansion 6.

    Raises:
        SidecarError: `invalid-genotype`.
    """
    if _GENOTYPE.fullmatch(genotype) is None:
        raise SidecarError(
            "invalid-genotype",
            f"Not a NAS-Bench-Macro genotype: {genotype!r}.",
            [f"Write the blocks of the eight layers, each 0, 1 or 2, like {EXAMPLE}"],
        )
    return tuple(int(digit) for digit in genotype)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, affine=False)


class IdentityBlock(nn.Module):
    """The identity, or a 1 × 1 convolution where the shape changes: `Identity`."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        changes = stride != 1 or inputs != outputs
        self.downsample = (
            nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), _norm(outputs)) if changes else None
        )

    def forward(self, x: Tensor) -> Tensor:
        return x if self.downsample is None else self.downsample(x)


class InvertedResidual(nn.Module):
    """An inverted bottleneck with a residual connection where the shapes allow it: `InvertedResidual`."""

    def __init__(self, inputs: int, outputs: int, stride: int, kernel: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.feature = nn.Sequential(
            nn.Conv2d(inputs, hidden, 1, bias=False),
            _norm(hidden),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, hidden, kernel, stride, kernel // 2, groups=hidden, bias=False),
            _norm(hidden),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, outputs, 1, bias=False),
            _norm(outputs),
        )
        self._adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        carried: Tensor = self.feature(x)
        return carried + x if self._adds else carried


def _block(choice: int, inputs: int, outputs: int, stride: int) -> nn.Module:
    if choice == 0:
        return IdentityBlock(inputs, outputs, stride)
    kernel, expansion = (3, 3) if choice == 1 else (5, 6)
    return InvertedResidual(inputs, outputs, stride, kernel, expansion)


class NasBenchMacroNetwork(nn.Module):
    """A network of NAS-Bench-Macro, which also answers the features of each stage.

    Args:
        genotype: as :func:`parse` reads it.
        channels: of the stem, 32 in the benchmark; each stage doubles them.
        classes: number of logits.
    """

    def __init__(self, genotype: str, channels: int, classes: int) -> None:
        super().__init__()
        choices = parse(genotype)
        self.stem = nn.Sequential(
            nn.Conv2d(3, channels, 3, padding=1, bias=False), _norm(channels), nn.ReLU(inplace=True)
        )
        firsts = (0, *accumulate(STAGES[:-1]))
        self._tapped = tuple(end - 1 for end in accumulate(STAGES))
        # Named by layer and choice, as in the supernet.
        self.choice_block = nn.ModuleList()
        for layer, choice in enumerate(choices):
            width, stride = (2 * channels, 2) if layer in firsts else (channels, 1)
            block = _block(choice, channels, width, stride)
            self.choice_block.append(nn.Sequential(OrderedDict({str(choice): block})))
            channels = width
        self.out = nn.Sequential(
            nn.Conv2d(channels, LAST_CHANNELS, 1, bias=False), _norm(LAST_CHANNELS), nn.ReLU(inplace=True)
        )
        self.classifier = nn.Linear(LAST_CHANNELS, classes)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features after each of the three stages and the logits.

        Args:
            images: batch × 3 × height × width.

        Returns:
            Features of shapes batch × 2C × H/2 × W/2, batch × 4C × H/4 × W/4 and batch × 8C × H/8 × W/8, sizes rounded
            up; logits of shape batch × classes.
        """
        x: Tensor = self.stem(images)
        features: list[Tensor] = []
        for layer, block in enumerate(self.choice_block):
            x = block(x)
            if layer in self._tapped:
                features.append(x)
        # The mean and not adaptive pooling, whose gradient is not deterministic on CUDA.
        return features, self.classifier(self.out(x).mean((2, 3)))


@register_space("nas-bench-macro")
def build_nas_bench_macro(genotype: str, size: NetworkSpecification) -> nn.Module:
    """See :func:`rminas_sidecar.networks.registry.build_network`."""
    return NasBenchMacroNetwork(genotype, size.channels, size.classes)
