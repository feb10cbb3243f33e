"""The networks of the space `mb`: the archive's `MobileNetV3` (`search_space/mbconv/mb_v3_cnn.py`), width 1.2, depth 4.

A fixed first block and five stages of four blocks, one of seven operations in each. Parameter names are those of the
archive's network, without unchosen operations. A genotype is the list of the operations'
names, as the archive's `MobileNetV3.genotype` answers it.
"""

import re
from collections import OrderedDict
from typing import NamedTuple

from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.mobile import HARD_SWISH, RELU, Activation, MobileConv, conv_layer
from rminas_sidecar.networks.registry import register_space
from rminas_sidecar.specification import NetworkSpecification

_CONVOLUTIONS = tuple(f"{kernel}x{kernel}_MBConv{expansion}" for kernel in (3, 5, 7) for expansion in (3, 6))
# The seventh operation differs: only a block that keeps the shape can be left out (`Zero`).
_CHANGING = (*_CONVOLUTIONS, "3x3_MBConv1")
_KEEPING = (*_CONVOLUTIONS, "Zero")
_DEPTH = 4


class Stage(NamedTuple):
    """Channels, stride of the first block, activation, and whether its blocks squeeze and excite."""

    width: int
    stride: int
    activation: Activation
    squeezes: bool


# The widths are 1.2 times those of MobileNetV3, made divisible by 8.
_STAGES = (
    Stage(32, 2, RELU, False),
    Stage(48, 2, RELU, True),
    Stage(96, 2, HARD_SWISH, False),
    Stage(136, 1, HARD_SWISH, True),
    Stage(192, 2, HARD_SWISH, True),
)
_STEM_CHANNELS = 24
_EXPANDED_CHANNELS = 1152
_LAST_CHANNELS = 1536
# Features are taken after these blocks; block 0 is the fixed one.
_TAPPED = (4, 12, 20)
_GENOTYPE = re.compile(r"\['\w+'(, '\w+')*\]")
EXAMPLE = str(["3x3_MBConv3", "5x5_MBConv6", "Zero", "Zero"] * len(_STAGES))


def operations(slot: int) -> tuple[str, ...]:
    """The seven operations of one of the 20 slots."""
    return _CHANGING if slot % _DEPTH == 0 else _KEEPING


def parse(genotype: str) -> tuple[str, ...]:
    """Reads `['3x3_MBConv3', 'Zero', …]` into the operations of the 20 slots.

    Raises:
        SidecarError: `invalid-genotype` when it is not a list of 20 names, or a slot does not have the operation.
    """
    if _GENOTYPE.fullmatch(genotype) is None:
        raise _invalid(genotype, "it must be a list of operations in single quotes")
    names = tuple(genotype[2:-2].split("', '"))
    slots = _DEPTH * len(_STAGES)
    if len(names) != slots:
        raise _invalid(genotype, f"it has {len(names)} operations and not {slots}")
    for slot, name in enumerate(names):
        if name not in operations(slot):
            raise _invalid(genotype, f"slot {slot} has no {name!r}, but {', '.join(operations(slot))}")
    return names


def _invalid(genotype: str, problem: str) -> SidecarError:
    return SidecarError(
        "invalid-genotype", f"Not an mb genotype: {problem} (in {genotype!r}).", [f"Write it like {EXAMPLE}"]
    )


def _named(name: str, module: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict({name: module}))


class MobileBlock(nn.Module):
    """An inverted bottleneck with a residual connection where the shapes allow it."""

    def __init__(self, conv: nn.Module, adds: bool) -> None:
        super().__init__()
        self.mobile_inverted_conv = conv
        self._adds = adds

    def forward(self, x: Tensor) -> Tensor:
        carried: Tensor = self.mobile_inverted_conv(x)
        return x + carried if self._adds else carried


def _block(slot: int, name: str, inputs: int, stage: Stage) -> nn.Module:
    if name == "Zero":
        return nn.Identity()
    changes = slot % _DEPTH == 0
    kernel, expansion = (int(digit) for digit in (name[0], name[-1]))
    conv = MobileConv(
        inputs, stage.width, kernel, stage.stride if changes else 1, expansion, stage.activation, stage.squeezes
    )
    # Named by the operation's number, as in the archive.
    return MobileBlock(_named("candidate_ops", _named(str(operations(slot).index(name)), conv)), adds=not changes)


class MobileNetV3Network(nn.Module):
    """A network of the space, which also answers features of three depths. Its widths are fixed.

    Args:
        genotype: as :func:`parse` reads it.
        classes: number of logits.
    """

    def __init__(self, genotype: str, classes: int) -> None:
        super().__init__()
        names = parse(genotype)
        self.first_conv = conv_layer(3, _STEM_CHANNELS, 3, 2, HARD_SWISH)
        first = MobileConv(_STEM_CHANNELS, _STEM_CHANNELS, 3, 1, 1, RELU)
        self.blocks = nn.ModuleList([MobileBlock(first, adds=True)])
        inputs = _STEM_CHANNELS
        for slot, name in enumerate(names):
            stage = _STAGES[slot // _DEPTH]
            self.blocks.append(_block(slot, name, inputs, stage))
            inputs = stage.width
        self.final_expand_layer = conv_layer(inputs, _EXPANDED_CHANNELS, 1, 1, HARD_SWISH)
        self.feature_mix_layer = nn.Sequential(
            OrderedDict(conv=nn.Conv2d(_EXPANDED_CHANNELS, _LAST_CHANNELS, 1, bias=False), act=HARD_SWISH())
        )
        self.classifier = _named("linear", nn.Linear(_LAST_CHANNELS, classes))

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features of three depths and the logits.

        Args:
            images: batch × 3 × height × width.

        Returns:
            Features after stages 1, 3 and 5, of shapes batch × 32 × H/4 × W/4, batch × 96 × H/16 × W/16 and
            batch × 192 × H/32 × W/32, sizes rounded up; logits of shape batch × classes.
        """
        x: Tensor = self.first_conv(images)
        features: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in _TAPPED:
                features.append(x)
        # The mean and not adaptive pooling, whose gradient is not deterministic on CUDA.
        pooled = self.final_expand_layer(x).mean((2, 3), keepdim=True)
        return features, self.classifier(self.feature_mix_layer(pooled).flatten(1))


@register_space("mb")
def build_mb(genotype: str, size: NetworkSpecification) -> nn.Module:
    """See :func:`rminas_sidecar.networks.registry.build_network`."""
    return MobileNetV3Network(genotype, size.classes)
