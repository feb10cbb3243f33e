"""AZ-NAS: the cost of an inference."""

from rminas_sidecar.proxies.az_nas import PAPER
from rminas_sidecar.proxies.inference import FAMILY, inference_flops
from rminas_sidecar.proxies.proxy import Passes, Proxy

PROXY = Proxy(
    name="az-complexity",
    direction="higher",
    paper=PAPER,
    passes=lambda _: Passes(forward=1),
    measure=lambda context: context.shared(inference_flops),
    family=FAMILY,
)
"""FLOPs, the very number that `flops` is: the fourth of the ranks that AZ-NAS adds up."""
