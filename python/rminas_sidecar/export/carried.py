"""`model.py` for a space of the user: the file of the build function lies beside it, and the choices are filled in."""

from collections.abc import Iterator
from pathlib import Path
from pprint import pformat

from rminas_sidecar.export.source import LOADER, ModelFacts, constants, docstring
from rminas_sidecar.networks.own import OwnSpace

_MODEL = "model.py"


def builder_name(space: OwnSpace) -> str:
    """The name of the copy of the user's file."""
    name = Path(space.builder).name
    return name if name != _MODEL else "build_model.py"


def write_carried(space: OwnSpace, facts: ModelFacts) -> str:
    """The text of `model.py`. The copy of the user's file must lie beside it.

    Args:
        space: of the genotype.
    """
    return "\n".join([*_head(space, facts), NETWORK.replace("_FUNCTION_", space.function), LOADER_OF_NETWORK])


def _head(space: OwnSpace, facts: ModelFacts) -> Iterator[str]:
    yield from docstring(facts, f"The function {space.function} of {builder_name(space)}, beside this file, builds it:")
    yield "import importlib.util"
    yield "import json"
    yield "import sys"
    yield "from pathlib import Path"
    yield ""
    yield "import torch"
    yield "from torch import nn"
    yield ""
    yield from constants(facts)
    yield f"BUILDER = {builder_name(space)!r}"
    yield f"CHOICES = {pformat(space.parse(facts.genotype), sort_dicts=False)}"
    yield "# The modules whose outputs are the features; None where the function or the network answers them."
    yield f"STAGES = {None if space.stages is None else list(space.stages)!r}"


NETWORK = '''

def build_function():
    """The function of the file beside this one."""
    file = Path(__file__).with_name(BUILDER)
    specification = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(specification)
    sys.modules.setdefault(file.stem, module)
    specification.loader.exec_module(module)
    return module._FUNCTION_


class Network(nn.Module):
    """The network. `forward` answers the logits, batch × classes."""

    def __init__(self):
        super().__init__()
        answer = build_function()(dict(CHOICES), CLASSES, RESOLUTION)
        self.network, stages = answer if isinstance(answer, (tuple, list)) else (answer, STAGES)
        names = {module: name for name, module in self.network.named_modules()}
        self.stages = stages and [stage if isinstance(stage, str) else names[stage] for stage in stages]

    def forward(self, images):
        return self.network(images) if self.stages else self.network(images)[1]

    def features_and_logits(self, images):
        """A list with the features of three stages, and the logits."""
        if not self.stages:
            return self.network(images)
        outputs = {}
        hooks = [
            self.network.get_submodule(name).register_forward_hook(
                lambda module, inputs, output, name=name: outputs.update({name: output})
            )
            for name in self.stages
        ]
        logits = self.network(images)
        for hook in hooks:
            hook.remove()
        return [outputs[name] for name in self.stages], logits
'''

# The names of the weights are those of the user's network.
LOADER_OF_NETWORK = LOADER.replace("network.load_state_dict(", "network.network.load_state_dict(")
