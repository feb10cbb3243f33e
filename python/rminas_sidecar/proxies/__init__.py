"""Numbers that stand for how good an architecture is: of its training on the batch, or of its untrained network.

A proxy without a training is one file in `static`, which defines a :class:`~rminas_sidecar.proxies.proxy.Proxy`
named PROXY and is found there; those of a training are in `observed`. `src/protocol/proxies.ts` names them all.
"""

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.measurement import measure
from rminas_sidecar.proxies.selection import select

__all__ = ["Context", "measure", "select"]
