"""How to add spaces, data sets, teachers and proxies without changing this package.

A plugin is a Python file or module that calls these decorators when it is imported. It is loaded when it is named:
`--plugin my_plugin.py`, `--plugin my_package.my_module`, or `--plugin NAME` for the entry point NAME that an installed
package has in the group `rminas.plugins`. The built-in ones are registered by the same decorators.

    from rminas_sidecar.plugins import NetworkSpecification, register_space

    @register_space("toy", slots={"width": [8, 16, 32], "depth": [1, 2, 3]})
    def build(choices: dict, size: NetworkSpecification) -> torch.nn.Module: ...
"""

from rminas_sidecar.data.augmentation import Augmentation
from rminas_sidecar.data.registry import register_dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.registry import register_space
from rminas_sidecar.objective.observation import Observation
from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy
from rminas_sidecar.registry import RegistrationError
from rminas_sidecar.specification import NetworkSpecification
from rminas_sidecar.teachers.registry import register_teacher

__all__ = [
    "Augmentation",
    "Context",
    "NetworkSpecification",
    "Observation",
    "Passes",
    "RegistrationError",
    "SidecarError",
    "register_dataset",
    "register_proxy",
    "register_space",
    "register_teacher",
]
