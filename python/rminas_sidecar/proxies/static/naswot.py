"""The differences between the rectifiers' codes of the images of a batch."""

from typing import Any

import torch
from torch import Tensor, nn

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy

_RECTIFIERS = (nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU)


@register_proxy(
    "naswot",
    direction="higher",
    needs="batch",
    paper="Mellor et al., Neural Architecture Search without Training, ICML 2021",
    passes=lambda images: Passes(forward=images),
)
def measure_naswot(context: Context) -> float:
    """log |det K|, where K counts for each pair of images the rectifiers that are on for both or off for both.

    The network normalises by the batch. Rectifiers are ReLU, ReLU6 and others whose output has the sign of their input,
    not a hard swish. Minus infinity, and so null, where two images have the same code.
    """
    network = context.network()
    size = len(context.images)
    agreement = torch.zeros(size, size, dtype=torch.float64, device=context.images.device)

    def add(_layer: nn.Module, _inputs: Any, output: Tensor) -> None:
        code = (output > 0).flatten(1).float()
        agreement.add_(code @ code.T + (1 - code) @ (1 - code).T)

    for module in network.modules():
        if isinstance(module, _RECTIFIERS):
            module.register_forward_hook(add)
    with torch.no_grad():
        network(context.images)
    return float(torch.linalg.slogdet(agreement).logabsdet)
