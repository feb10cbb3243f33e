"""How many bits the networks compute with."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from rminas_sidecar.specification import Precision


class Bfloat16Network(nn.Module):
    """A network whose convolutions and linear layers compute in bfloat16; its weights and its answers are float32.

    Args:
        network: answers features and logits.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """See the network."""
        with torch.autocast(images.device.type, torch.bfloat16):
            features, logits = self.network(images)
        return [stage.float() for stage in features], logits.float()


def at_precision(network: nn.Module, precision: Precision) -> nn.Module:
    """The network, which computes as precisely as it should."""
    return Bfloat16Network(network) if precision == "bf16" else network


@contextmanager
def tensor_cores(precision: Precision) -> Iterator[None]:
    """Lets CUDA multiply float32 as TF32 in its body, if that is the precision; nothing changes on a CPU."""
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
