"""The networks of DARTS (Liu et al., ICLR 2019, section 3), as XNAS trains them.

A stem, then cells. The cells at one and two thirds of the depth halve the resolution and double the channels.
Parameter names, their order and their initialisation are those of `NetworkCIFAR` and `NetworkImageNet` in XNAS's
`spaces/DARTS/cnn.py`, so that checkpoints load and a seed gives the same weights. Drop path and the
auxiliary head serve retraining; the search has neither.
"""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.darts_cell import AuxiliaryHead, DartsCell
from rminas_sidecar.networks.darts_genotype import parse_relaxed
from rminas_sidecar.networks.registry import register_space
from rminas_sidecar.specification import NetworkSpecification

IMAGENET_RESOLUTION = 64
"""From this height and width on, the stem is that of ImageNet, which divides them by 8."""
_FEWEST_CELLS = 3


class DartsNetwork(nn.Module):
    """The common part of both DARTS networks, which also answers features of three depths.

    Args:
        genotype: both kinds of cells, as :func:`rminas_sidecar.networks.darts_genotype.parse_relaxed` reads them.
        channels: of a node of the first cells; each of the two reductions doubles them.
        cells: in all, at least three.
        classes: number of logits.
        resolution: height and width of an image, a multiple of the factor by which stem and reductions divide it.
        auxiliary: whether there is an auxiliary head.
        normalises_pools: whether a batch normalisation follows each pooling, as in XNAS and unlike in DARTS.

    Attributes:
        drop_probability: of drop path in training mode; 0 until it is set (in DARTS: before each epoch).
        auxiliary_head: None without one.

    Raises:
        SidecarError: `invalid-genotype`; `unsuitable-data` for fewer than three cells or a wrong resolution.
    """

    shrinkage: int
    """The factor by which the network divides an image's height and width."""
    reduced_stem: bool
    """Whether the first of the two inputs of the first cell has twice the height and width of the second."""

    def __init__(
        self,
        genotype: str,
        channels: int,
        cells: int,
        classes: int,
        resolution: int,
        auxiliary: bool = False,
        normalises_pools: bool = True,
    ) -> None:
        super().__init__()
        kinds = parse_relaxed(genotype)
        _check_size(cells, resolution, self.shrinkage)
        self.drop_probability = 0.0
        self._tapped = (cells // 3 - 1, 2 * cells // 3 - 1, cells - 1)
        self._auxiliary_after = 2 * cells // 3
        before_last = last = self._add_stem(channels)
        reduced, width, auxiliary_width = self.reduced_stem, channels, 0
        self.cells = nn.ModuleList()
        for index in range(cells):
            reduces = index in (cells // 3, 2 * cells // 3)
            width *= 2 if reduces else 1
            kind = kinds.reduce if reduces else kinds.normal
            self.cells.append(DartsCell(kind, before_last, last, width, reduces, reduced, normalises_pools))
            before_last, last, reduced = last, len(kind.concat) * width, reduces
            if index == self._auxiliary_after:
                auxiliary_width = last
        side = resolution // self.shrinkage
        self.auxiliary_head = AuxiliaryHead(auxiliary_width, classes, side) if auxiliary else None
        self.classifier = nn.Linear(last, classes)

    def _add_stem(self, channels: int) -> int:
        """Registers the stem; answers the number of its output channels."""
        raise NotImplementedError

    def _enter(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """The two inputs of the first cell."""
        raise NotImplementedError

    def _pool(self, x: Tensor) -> Tensor:
        """The mean of each channel (batch × channels)."""
        # The mean and not adaptive pooling, whose gradient is not deterministic on CUDA.
        return x.mean((2, 3))

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features of three depths and the logits.

        Args:
            images: batch × 3 × height × width.

        Returns:
            Features after cells L/3 - 1, 2L/3 - 1 and L - 1 of L; logits of shape batch × classes. With four nodes in
            each cell, the features are batch × 4C × h × w, batch × 8C × h/2 × w/2 and batch × 16C × h/4 × w/4, where
            h × w is the stem's output.
        """
        outputs = self._cell_outputs(images)
        return [outputs[index] for index in self._tapped], self._classify(outputs)

    def forward_with_auxiliary(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """The logits, and those of the auxiliary head or None without one (batch × classes each)."""
        outputs = self._cell_outputs(images)
        head = self.auxiliary_head
        return self._classify(outputs), None if head is None else head(outputs[self._auxiliary_after])

    def _cell_outputs(self, images: Tensor) -> list[Tensor]:
        before_last, last = self._enter(images)
        outputs: list[Tensor] = []
        for cell in self.cells:
            before_last, last = last, cell(before_last, last, self.drop_probability)
            outputs.append(last)
        return outputs

    def _classify(self, outputs: Sequence[Tensor]) -> Tensor:
        return self.classifier(self._pool(outputs[-1]))  # type: ignore[no-any-return]


class CifarDartsNetwork(DartsNetwork):
    """`NetworkCIFAR`: a stem of one convolution with three times as many channels, for small images."""

    shrinkage = 4
    reduced_stem = False

    def _add_stem(self, channels: int) -> int:
        self.stem = nn.Sequential(nn.Conv2d(3, 3 * channels, 3, padding=1, bias=False), nn.BatchNorm2d(3 * channels))
        return 3 * channels

    def _enter(self, images: Tensor) -> tuple[Tensor, Tensor]:
        entered: Tensor = self.stem(images)
        return entered, entered


class ImageNetDartsNetwork(DartsNetwork):
    """`NetworkImageNet`: a stem of three convolutions of stride 2, for large images."""

    shrinkage = 32
    reduced_stem = True

    def _add_stem(self, channels: int) -> int:
        # The original needs an even number of channels; for an odd one, this is the greater half.
        half = (channels + 1) // 2
        self.stem0 = nn.Sequential(
            nn.Conv2d(3, half, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(half),
            nn.ReLU(),
            nn.Conv2d(half, channels, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.stem1 = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        return channels

    def _enter(self, images: Tensor) -> tuple[Tensor, Tensor]:
        first: Tensor = self.stem0(images)
        return first, self.stem1(first)

    def _pool(self, x: Tensor) -> Tensor:
        # As in the original, whose order of summation differs from a mean's.
        return functional.avg_pool2d(x, x.shape[-1]).flatten(1)


def darts_network(resolution: int) -> type[DartsNetwork]:
    """The network's class for this height and width of images: ImageNet's from `IMAGENET_RESOLUTION` on."""
    return ImageNetDartsNetwork if resolution >= IMAGENET_RESOLUTION else CifarDartsNetwork


def _check_size(cells: int, resolution: int, shrinkage: int) -> None:
    if cells < _FEWEST_CELLS:
        raise SidecarError(
            "unsuitable-data",
            f"A DARTS network reduces twice and so needs at least {_FEWEST_CELLS} cells, not {cells}.",
            [f"Set TRAIN.LAYERS to {_FEWEST_CELLS} or more."],
        )
    if resolution % shrinkage:
        raise SidecarError(
            "unsuitable-data",
            f"A DARTS network divides the resolution by {shrinkage}, and {resolution} is not a multiple of that.",
            [f"Set the network's resolution to a multiple of {shrinkage}."],
        )


@register_space("darts")
def build_darts(genotype: str, size: NetworkSpecification) -> nn.Module:
    """See :func:`rminas_sidecar.networks.registry.build_network`."""
    return darts_network(size.resolution)(genotype, size.channels, size.cells, size.classes, size.resolution)
