"""All proxies, by name."""

import importlib
import pkgutil

from rminas_sidecar.proxies import static
from rminas_sidecar.proxies.proxy import Observable, Proxy
from rminas_sidecar.proxies.training import OBSERVABLES


def _discover() -> dict[str, Proxy]:
    """The PROXY of each module in `static`."""
    modules = (importlib.import_module(f"{static.__name__}.{it.name}") for it in pkgutil.iter_modules(static.__path__))
    found: list[Proxy] = [module.PROXY for module in modules]
    return {proxy.name: proxy for proxy in found}


PROXIES: dict[str, Proxy | Observable] = {**{it.name: it for it in OBSERVABLES}, **_discover()}
