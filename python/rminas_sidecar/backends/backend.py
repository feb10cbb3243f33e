"""The interface of a backend: whose functions build the networks and the score."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor, nn

from rminas_sidecar.objective.rmi import RepresentationFunction
from rminas_sidecar.specification import Specification


class Backend(Protocol):
    """The functions of an evaluation that are the original's or ours."""

    def build_network(self, specification: Specification, genotype: str) -> nn.Module:
        """Builds a freshly initialised candidate on the CPU.

        Returns:
            A network that answers (features of three stages, logits).

        Raises:
            SidecarError: `invalid-genotype` for text that is not a genotype of the space; `unknown-name` for a space
                that is not registered.
        """
        ...

    def reference(self, teacher_features: Sequence[Tensor]) -> list[Tensor]:
        """The part of the teacher's features that others are compared with, one tensor a stage."""
        ...

    def build_representation_loss(self, reference: Sequence[Tensor]) -> RepresentationFunction:
        """The function from a candidate's features to (sum over stages of 1 - CKA, CKA of each stage)."""
        ...
