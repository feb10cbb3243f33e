"""Whose functions build the networks and the score."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor, nn

from rminas_sidecar.backends.native import NativeBackend
from rminas_sidecar.backends.xnas import XnasBackend
from rminas_sidecar.objective.rmi import RepresentationFunction
from rminas_sidecar.specification import Specification


class Backend(Protocol):
    """What an evaluation takes from whoever implements the original's functions."""

    def build_network(self, specification: Specification, genotype: str) -> nn.Module:
        """A freshly initialised candidate on the CPU that answers (features of three stages, logits).

        Raises:
            SidecarError: `invalid-genotype` when the text is not one of the space's.
        """
        ...

    def reference(self, teacher_features: Sequence[Tensor]) -> list[Tensor]:
        """What has to be kept of the teacher's features, one tensor a stage, to compare others with them."""
        ...

    def build_representation_loss(self, reference: Sequence[Tensor]) -> RepresentationFunction:
        """The function from a candidate's features to (sum over stages of 1 - CKA, CKA of each stage)."""
        ...


BACKENDS: dict[str, Backend] = {"native": NativeBackend(), "xnas": XnasBackend()}
