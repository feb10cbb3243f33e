"""The parts of a network that its loss reads."""

from typing import NamedTuple

from rminas_sidecar.programs.graph import Image
from rminas_sidecar.programs.parameters import Parameter


class Network(NamedTuple):
    """The images of three stages, of which the last one is classified, and the weight and bias of the classifier."""

    stages: tuple[Image, Image, Image]
    classifier: tuple[Parameter, Parameter]
