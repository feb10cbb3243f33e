"""How a specification has its networks compute on a device: `plain` as the originals do, or `fast`."""

import torch
from torch import Tensor, nn

from rminas_sidecar.evaluation.precision import at_precision
from rminas_sidecar.evaluation.training import CudaRecorder, Recorder
from rminas_sidecar.kernels import why_no_kernels
from rminas_sidecar.networks.fast import accelerate, accelerate_on_cuda
from rminas_sidecar.specification import Specification


class Arithmetic:
    """What the evaluations of a specification on a device have in common.

    Args:
        specification: of which arithmetic, precision and optimiser matter.
        device: where networks and images are.
    """

    def __init__(self, specification: Specification, device: torch.device) -> None:
        fast = specification.arithmetic == "fast"
        self._precision = specification.precision
        self._channels = specification.network.channels
        self.device = device
        self._on_cpu = fast and device.type == "cpu"
        self._on_cuda = fast and device.type == "cuda"
        # What is recorded has one learning rate.
        self._records = self._on_cuda and specification.optimizer.cosine is None

    def lay_out(self, images: Tensor) -> Tensor:
        """The images, as they should lie in memory."""
        return images.contiguous(memory_format=torch.channels_last) if self._on_cpu else images

    def prepare(self, network: nn.Module) -> nn.Module:
        """The network for training on images that are laid out; it has the parameters of the given one."""
        if self._on_cpu:
            network = accelerate(network)
        elif self._on_cuda:
            network = accelerate_on_cuda(network)
        return at_precision(network, self._precision)

    def recorder(self) -> Recorder | None:
        """What records the steps of one training, if they should be."""
        return CudaRecorder(self.device) if self._records else None

    def notes(self) -> list[str]:
        """What the user should know. Our C functions are compiled before it answers, and not in an evaluation."""
        reason = why_no_kernels(self._channels) if self._on_cpu else None
        if reason is None:
            return []
        return [f"Evaluations take about twice as long as they could: our C functions cannot be used, {reason}."]
