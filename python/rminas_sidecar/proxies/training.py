"""The proxies that a training on the batch shows, after as many updates as are asked for."""

from collections.abc import Callable

from torch import Tensor

from rminas_sidecar.objective.observation import Observation
from rminas_sidecar.proxies.proxy import Observable

_RMI_NAS = "Zheng et al., Neural Architecture Search with Representation Mutual Information, CVPR 2022, section 3"
_CKA = "Kornblith et al., Similarity of Neural Network Representations Revisited, ICML 2019, section 3"
_STAGES = 3


def _cka_of(stage: int) -> Callable[[Observation], Tensor]:
    return lambda observation: observation.cka[stage]


OBSERVABLES = (
    Observable("rmi", "lower", _RMI_NAS, lambda observation: observation.loss),
    Observable("cross-entropy", "lower", _RMI_NAS, lambda observation: observation.cross_entropy),
    Observable("cka", "higher", _CKA, lambda observation: observation.cka.mean()),
    *(Observable(f"cka-{stage + 1}", "higher", _CKA, _cka_of(stage)) for stage in range(_STAGES)),
)
"""The loss that RMI-NAS ranks by, with the specification's β, and its parts; the CKA of a stage with the teacher's, and
the mean of them."""
