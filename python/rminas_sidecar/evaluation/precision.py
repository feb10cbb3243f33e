"""The floating-point precision of the networks."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from rminas_sidecar.specification import Precision


class Bfloat16Network(nn.Module):
    """Computes a network's convolutions and linear layers in bfloat16. Weights and answers stay float32.

    Args:
        network: answers (features, logits).
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Runs the network under autocast; answers (features, logits) in float32."""
        with torch.autocast(images.device.type, torch.bfloat16):
            features, logits = self.network(images)
        return [stage.float() for stage in features], logits.float()


def at_precision(network: nn.Module, precision: Precision) -> nn.Module:
    """The network at the given precision. `tf32` needs no change of the network."""
    return Bfloat16Network(network) if precision == "bf16" else network


@contextmanager
def tensor_cores(precision: Precision) -> Iterator[None]:
    """Allows CUDA to multiply float32 as TF32 in its body if `precision` is `tf32`; no effect on a CPU."""
    if precision != "tf32":
        yield
        return
    matmul = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = True
    try:
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=True):
            yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = matmul
