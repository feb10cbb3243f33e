"""The networks that the sidecar trains, one module a space, and the teachers.

Every candidate network answers `(features, logits)`: a list with the features of three stages, and the logits.
"""

from collections.abc import Callable

from torch import nn

from rminas_sidecar.networks.nas_bench_201 import NasBench201Network

# Space -> constructor taking (genotype, channels, cells, classes).
_SPACES: dict[str, Callable[[str, int, int, int], nn.Module]] = {"nas-bench-201": NasBench201Network}


def build_network(space: str, genotype: str, channels: int, cells: int, classes: int) -> nn.Module:
    """Builds a freshly initialised network; draws from torch's global generator, as its modules do.

    Raises:
        SidecarError: `invalid-genotype` when the text is not one of the space's.
    """
    return _SPACES[space](genotype, channels, cells, classes)
