"""GDAS (Dong and Yang, CVPR 2019, section 3.2): one sampled operation an edge, with a straight-through gradient.

A Gumbel-softmax sample decides for the whole network which operation each edge computes. The weights are updated first,
then the architecture parameters, each with a new sample. The temperature falls linearly.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.supernets.method import Batch
from rminas_sidecar.supernets.mixture import Mixture
from rminas_sidecar.supernets.temperature import FallingTemperature, draw_gumbel
from rminas_sidecar.supernets.updates import Updates

_MOST_DRAWS = 1000


class Gdas(FallingTemperature):
    """See the module.

    Options: `firstTemperature`, `lastTemperature`; `addsOthers`: whether an edge adds the factors of the operations
    that are not computed, which carry their gradient.
    """

    repeats = False

    def relax(self) -> Mixture:
        """A sample: factors that are 0 or 1 in value and have the gradient of the softmax."""
        assert isinstance(self.alpha, nn.Parameter)
        for _ in range(_MOST_DRAWS):
            noise = draw_gumbel(self.alpha)
            probabilities = functional.softmax((self.alpha.log_softmax(dim=-1) + noise) / self.temperature, dim=-1)
            if bool(noise.isfinite().all()) and bool(probabilities.isfinite().all()):
                break
        chosen = probabilities.argmax(dim=-1)
        hard = torch.zeros_like(probabilities).scatter_(-1, chosen[:, None], 1.0)
        factors = hard - probabilities.detach() + probabilities
        return Mixture(factors, chosen=chosen.tolist(), adds_others=bool(self.options["addsOthers"]))

    def step(self, training: Batch, validation: Batch, updates: Updates) -> Tensor:
        """First the weights, then the architecture parameters."""
        loss = updates.update_weights(self.loss_of_weights(training))
        updates.update_architecture(self.architecture_gradient(training, validation, updates))
        return loss
