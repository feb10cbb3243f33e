"""The backend that needs nothing but this package."""

from collections.abc import Sequence

from torch import Tensor, nn

from rminas_sidecar.evaluation.rmi import RepresentationLoss
from rminas_sidecar.evaluation.specification import Specification
from rminas_sidecar.networks import build_network


class NativeBackend:
    """Our own networks and our own representation loss."""

    def build_network(self, specification: Specification, genotype: str) -> nn.Module:
        """See :class:`rminas_sidecar.backends.Backend`."""
        return build_network(specification.space, genotype, specification.network)

    def build_representation_loss(self, teacher_features: Sequence[Tensor]) -> RepresentationLoss:
        """See :class:`rminas_sidecar.backends.Backend`."""
        return RepresentationLoss(teacher_features)
