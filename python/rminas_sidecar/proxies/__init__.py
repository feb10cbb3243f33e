"""Numbers that stand for how good an architecture is: of a training on the batch, or of an untrained network.

A static proxy is one file in `static`; the proxies of a training are in `training`.
`src/proxies` names them all.
"""

from rminas_sidecar.proxies import static, training
from rminas_sidecar.proxies.context import Context, Shortcuts
from rminas_sidecar.proxies.measurement import begin_measuring, measure
from rminas_sidecar.proxies.registry import PROXIES
from rminas_sidecar.proxies.selection import select

__all__ = ["PROXIES", "Context", "Shortcuts", "begin_measuring", "measure", "select", "static", "training"]
