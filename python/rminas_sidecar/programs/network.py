"""The parts of a network that its loss reads."""

from typing import NamedTuple

from rminas_sidecar.programs.parameters import Parameter
from rminas_sidecar.programs.tape import Image


class Network(NamedTuple):
    """A network with its stages and its classifier.

    Args:
        stages: images that are compared with the teacher's.
        last: images whose means are classified.
        classifier: weight and bias of the linear layer.
    """

    stages: tuple[Image, Image, Image]
    last: Image
    classifier: tuple[Parameter, Parameter]
