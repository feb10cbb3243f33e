"""The candidates' networks, one module a space.

Every candidate network answers `(features, logits)`: a list with the features of three stages, and the logits.
"""

from rminas_sidecar.networks import darts, mb, nas_bench_201, nas_bench_macro, proxyless
from rminas_sidecar.networks.registry import SPACES, build_network

__all__ = ["SPACES", "build_network", "darts", "mb", "nas_bench_201", "nas_bench_macro", "proxyless"]
