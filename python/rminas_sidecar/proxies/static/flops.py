"""The cost of an inference."""

from rminas_sidecar.proxies.inference import FAMILY, inference_flops
from rminas_sidecar.proxies.proxy import Passes, Proxy

PROXY = Proxy(
    name="flops",
    direction="higher",
    paper="White et al., A Deeper Look at Zero-Cost Proxies for Lightweight NAS, ICLR Blog Track 2022",
    passes=lambda _: Passes(forward=1),
    measure=lambda context: context.shared(inference_flops),
    family=FAMILY,
)
"""Millions of multiply-adds of convolutions and linear layers for one image. Edges that lead nowhere cost nothing."""
