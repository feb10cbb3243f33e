"""The space `teachers`, whose architectures are networks by name: `rminas teacher train` loads it as a plugin.

A genotype is written as `RMINAS.TEACHER` is: `resnet20`, `timm:resnet18`, `/home/ada/own.py:make`.
"""

from typing import Any

from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.registry import STAGES, register_space
from rminas_sidecar.specification import NetworkSpecification
from rminas_sidecar.teachers.own import TeacherSource
from rminas_sidecar.teachers.own.layers import find_logits


@register_space("teachers")
def build_teacher_network(network: str, size: NetworkSpecification) -> nn.Module:
    """The network with fresh weights. It answers no features, because training needs only logits."""
    module = TeacherSource.named(network).untrained(size.classes)
    forward = module.forward

    def answer_pair(images: Tensor) -> Any:
        logits = find_logits(forward(images))
        if logits is None:
            raise SidecarError("unsuitable-teacher", f"The network {network} answers no logits.", [])
        return [logits] * STAGES, logits

    # Set on the instance, so that the names of the parameters stay those of the network.
    module.__dict__["forward"] = answer_pair
    return module
