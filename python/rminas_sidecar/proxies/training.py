"""The proxies of a training on the batch, read after any number of updates."""

from torch import Tensor

from rminas_sidecar.objective.observation import Observation
from rminas_sidecar.proxies.registry import register_proxy

_RMI_NAS = "Zheng et al., Neural Architecture Search with Representation Mutual Information, CVPR 2022, section 3"
_CKA = "Kornblith et al., Similarity of Neural Network Representations Revisited, ICML 2019, section 3"


@register_proxy("rmi", direction="lower", needs="training", paper=_RMI_NAS)
def read_loss(observation: Observation) -> Tensor:
    """The loss that RMI-NAS ranks by, with the specification's β."""
    return observation.loss


@register_proxy("cross-entropy", direction="lower", needs="training", paper=_RMI_NAS)
def read_cross_entropy(observation: Observation) -> Tensor:
    """The cross entropy in that loss."""
    return observation.cross_entropy


@register_proxy("cka", direction="higher", needs="training", paper=_CKA)
def read_mean_cka(observation: Observation) -> Tensor:
    """The mean of the three stages' CKA with the teacher's."""
    return observation.cka.mean()


@register_proxy("cka-1", direction="higher", needs="training", paper=_CKA)
def read_first_cka(observation: Observation) -> Tensor:
    """The CKA of the first stage with the teacher's."""
    return observation.cka[0]


@register_proxy("cka-2", direction="higher", needs="training", paper=_CKA)
def read_second_cka(observation: Observation) -> Tensor:
    """The CKA of the second stage with the teacher's."""
    return observation.cka[1]


@register_proxy("cka-3", direction="higher", needs="training", paper=_CKA)
def read_third_cka(observation: Observation) -> Tensor:
    """The CKA of the third stage with the teacher's."""
    return observation.cka[2]
