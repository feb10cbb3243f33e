"""First-order DARTS (Liu, Simonyan and Yang, ICLR 2019, section 2.3): each edge is the sum of all operations, weighted
by a softmax. The validation loss updates the architecture parameters, then the training loss updates the weights."""

from rminas_sidecar.supernets.method import Method


class FirstOrderDarts(Method):
    """See the module. It is the behaviour that :class:`Method` has."""
