"""The backend of our own functions."""

from collections.abc import Sequence

from torch import Tensor, nn

from rminas_sidecar.networks import build_network
from rminas_sidecar.objective.rmi import Gram, RepresentationLoss, gram
from rminas_sidecar.specification import Specification


class NativeBackend:
    """Our own networks and our own representation loss."""

    def build_network(self, specification: Specification, genotype: str) -> nn.Module:
        """See :class:`Backend`."""
        return build_network(specification.space, genotype, specification.network)

    def reference(self, teacher_features: Sequence[Tensor]) -> list[Tensor]:
        """See :class:`Backend`. The reference is the centred Gram matrices, samples × samples."""
        return [gram(features).centred for features in teacher_features]

    def build_representation_loss(self, reference: Sequence[Tensor]) -> RepresentationLoss:
        """See :class:`Backend`."""
        return RepresentationLoss.with_references([Gram(centred, centred.norm()) for centred in reference])
