"""The methods and the supernets, by name."""

from collections.abc import Mapping

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.specification import NetworkSpecification
from rminas_sidecar.supernets import darts, nas_bench_201
from rminas_sidecar.supernets.method import Method, Options
from rminas_sidecar.supernets.methods.darts_1 import FirstOrderDarts
from rminas_sidecar.supernets.methods.darts_2 import SecondOrderDarts
from rminas_sidecar.supernets.methods.drnas import DrNas
from rminas_sidecar.supernets.methods.fairdarts import FairDarts
from rminas_sidecar.supernets.methods.fairnas import FairNas
from rminas_sidecar.supernets.methods.gdas import Gdas
from rminas_sidecar.supernets.methods.pc_darts import PcDarts
from rminas_sidecar.supernets.methods.random import RandomSampling
from rminas_sidecar.supernets.methods.snas import Snas
from rminas_sidecar.supernets.methods.spos import Spos
from rminas_sidecar.supernets.supernet import Supernet

METHODS: Mapping[str, type[Method]] = {
    "darts-1": FirstOrderDarts,
    "darts-2": SecondOrderDarts,
    "gdas": Gdas,
    "snas": Snas,
    "pc-darts": PcDarts,
    "fairdarts": FairDarts,
    "fairnas": FairNas,
    "drnas": DrNas,
    "spos": Spos,
    "random": RandomSampling,
}
_SPACES = {
    "nas-bench-201": (nas_bench_201.NasBench201Supernet, nas_bench_201.OPERATIONS),
    "darts": (darts.DartsSupernet, darts.OPERATIONS),
}


def build_method(name: str, space: str, size: NetworkSpecification, options: Options) -> Method:
    """Builds a method with a fresh supernet; draws from torch's global generator.

    Args:
        name: of the method.
        space: of the supernet.
        size: of the supernet.
        options: the method's own; `share` is also that of the supernet, 1 by default.

    Raises:
        SidecarError: `unknown-name`; `unsuitable-data` for a size that the supernet cannot have.
    """
    kind, known = METHODS.get(name), _SPACES.get(space)
    if kind is None or known is None:
        what, names = ("method", METHODS) if kind is None else ("supernet of the space", _SPACES)
        wrong = name if kind is None else space
        raise SidecarError("unknown-name", f"There is no {what} {wrong!r}.", [f"Use one of {', '.join(names)}."])
    network, operations = known
    candidates = [operation for operation in operations if operation not in kind.without]
    supernet: Supernet = network(size, candidates, int(options.get("share", 1)))
    return kind(supernet, options)
