"""Numbers that stand for how good an architecture is: of a training on the batch, or of an untrained network.

<<<<<<< ours
A static proxy is one file in `static`; the proxies of a training are in `training`.
=======
A proxy without a training is one file in `static`, which defines a :class:`~rminas_sidecar.proxies.proxy.Proxy`
named PROXY and is found there; those of a training are in `observed`. `src/proxies` names them all.
>>>>>>> theirs
"""

from rminas_sidecar.proxies import static, training
from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.measurement import measure
from rminas_sidecar.proxies.registry import PROXIES
from rminas_sidecar.proxies.selection import select

__all__ = ["PROXIES", "Context", "measure", "select", "static", "training"]
