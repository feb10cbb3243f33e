"""The proxies of untrained networks, one a file."""

from rminas_sidecar.proxies.static import (
    az_complexity,
    az_expressivity,
    az_progressivity,
    az_trainability,
    flops,
    grad_norm,
    jacob_cov,
    naswot,
    params,
    snip,
    synflow,
    zico,
)

__all__ = [
    "az_complexity",
    "az_expressivity",
    "az_progressivity",
    "az_trainability",
    "flops",
    "grad_norm",
    "jacob_cov",
    "naswot",
    "params",
    "snip",
    "synflow",
    "zico",
]
