"""The arithmetic of a specification on a device: `plain` as in the originals, `fast`, or `compiled`."""

import torch
from torch import Tensor, nn

from rminas_sidecar.evaluation.precision import at_precision
from rminas_sidecar.evaluation.training import CudaRecorder, Recorder
from rminas_sidecar.kernels import why_no_kernels
from rminas_sidecar.networks.fast import accelerate, accelerate_on_cuda
from rminas_sidecar.specification import Specification


class Arithmetic:
    """Prepares images and networks for the arithmetic of a specification.

    Args:
        specification: its arithmetic, precision, channels and optimiser are used.
        device: where networks and images are.
    """

    def __init__(self, specification: Specification, device: torch.device) -> None:
        fast = specification.arithmetic != "plain"
        self._precision = specification.precision
        self._channels = specification.network.channels
        self.device = device
        self._on_cpu = fast and device.type == "cpu"
        self._on_cuda = fast and device.type == "cuda"
        # A recorded step has a constant learning rate.
        self._records = self._on_cuda and specification.optimizer.cosine is None

    def lay_out(self, images: Tensor) -> Tensor:
        """The images in the memory layout for training."""
        return images.contiguous(memory_format=torch.channels_last) if self._on_cpu else images

    def prepare(self, network: nn.Module) -> nn.Module:
        """The network for training on such images; it shares the parameters of the given one."""
        if self._on_cpu:
            network = accelerate(network)
        elif self._on_cuda:
            network = accelerate_on_cuda(network)
        return at_precision(network, self._precision)

    def recorder(self) -> Recorder | None:
        """A recorder for the steps of one training; None where they are not recorded."""
        return CudaRecorder(self.device) if self._records else None

    def notes(self) -> list[str]:
        """Notes for the user. Compiles the C functions, so that no evaluation has to."""
        reason = why_no_kernels(self._channels) if self._on_cpu else None
        if reason is None:
            return []
        return [f"Evaluations take about twice as long as necessary, because the C functions cannot be used: {reason}."]
