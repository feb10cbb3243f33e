"""All proxies, by name."""

import importlib
import pkgutil

from rminas_sidecar.proxies import untrained
from rminas_sidecar.proxies.observed import OBSERVABLES
from rminas_sidecar.proxies.proxy import Observable, Proxy


def _discover() -> dict[str, Proxy]:
    """The PROXY of each module in `untrained`."""
    modules = (
        importlib.import_module(f"{untrained.__name__}.{it.name}") for it in pkgutil.iter_modules(untrained.__path__)
    )
    found: list[Proxy] = [module.PROXY for module in modules]
    return {proxy.name: proxy for proxy in found}


PROXIES: dict[str, Proxy | Observable] = {**{it.name: it for it in OBSERVABLES}, **_discover()}
