"""The networks that the sidecar trains, one module a space, and the teachers.

Every candidate network answers `(features, logits)`: a list with the features of three stages, and the logits.
"""

from collections.abc import Callable

from torch import nn

from rminas_sidecar.networks.darts import darts_network
from rminas_sidecar.networks.mb import MobileNetV3Network
from rminas_sidecar.networks.nas_bench_201 import NasBench201Network, check_resolution
from rminas_sidecar.networks.nas_bench_macro import NasBenchMacroNetwork
from rminas_sidecar.networks.proxyless import ProxylessNetwork
from rminas_sidecar.specification import NetworkSpecification


def _build_darts(genotype: str, size: NetworkSpecification) -> nn.Module:
    return darts_network(size.resolution)(genotype, size.channels, size.cells, size.classes, size.resolution)


def _build_nas_bench_201(genotype: str, size: NetworkSpecification) -> nn.Module:
    check_resolution(size.resolution)
    return NasBench201Network(genotype, size.channels, size.cells, size.classes)


_SPACES: dict[str, Callable[[str, NetworkSpecification], nn.Module]] = {
    "nas-bench-201": _build_nas_bench_201,
    "darts": _build_darts,
    "nas-bench-macro": lambda genotype, size: NasBenchMacroNetwork(genotype, size.channels, size.classes),
    "proxyless": lambda genotype, size: ProxylessNetwork(genotype, size.classes),
    "mb": lambda genotype, size: MobileNetV3Network(genotype, size.classes),
}


def build_network(space: str, genotype: str, size: NetworkSpecification) -> nn.Module:
    """Builds a freshly initialised network; draws from torch's global generator, as its modules do.

    Args:
        space: one of the protocol's spaces.
        genotype: in the space's notation.
        size: of which `nas-bench-macro` does not read the cells, and `proxyless` and `mb` neither these nor the
            channels, because the space itself decides them.

    Raises:
        SidecarError: `invalid-genotype` when the text is not one of the space's; `unsuitable-data` for a size that the
            space's networks cannot have.
    """
    return _SPACES[space](genotype, size)
