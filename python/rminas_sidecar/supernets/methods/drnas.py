"""DrNAS (Chen, Wang, Cheng, Tang and Hsieh, ICLR 2021, section 3.1): the weights of an edge are a Dirichlet sample.

The concentration is elu(α) + 1. First order: the validation loss updates the architecture parameters. The published
regulariser towards α = 0 is the weight decay of their optimiser. The progressive search of section 3.2 is left out.
"""

from torch import nn
from torch.distributions import Dirichlet
from torch.nn import functional

from rminas_sidecar.supernets.method import Method
from rminas_sidecar.supernets.mixture import Mixture


class DrNas(Method):
    """See the module."""

    def relax(self) -> Mixture:
        """A sample for the whole network."""
        assert isinstance(self.alpha, nn.Parameter)
        return Mixture(Dirichlet(functional.elu(self.alpha) + 1, validate_args=False).rsample())
