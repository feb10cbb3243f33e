"""Lists the built-in spaces, data sets, teachers and proxies, and those of the plugins."""

from typing import Any

from rminas_sidecar.data.datasets import DATASETS
from rminas_sidecar.networks import SPACES
from rminas_sidecar.proxies import PROXIES
from rminas_sidecar.teachers import TEACHERS


def available() -> dict[str, list[str]]:
    """The registered names, as the protocol's `hello` has them."""
    return {
        "spaces": list(SPACES),
        "datasets": list(DATASETS),
        "teachers": list(TEACHERS),
        "proxies": list(PROXIES),
    }


def describe() -> dict[str, list[dict[str, Any]]]:
    """Everything that is registered, with the facts that a controller needs to use it.

    `plugin` is None for a built-in. A space's `slots` are None where only its builder reads genotypes; choices are
    texts as genotypes have them.
    """
    return {
        "spaces": [
            {
                "name": name,
                "plugin": SPACES.plugin_of(name),
                "slots": None
                if space.slots is None
                else [{"name": slot, "choices": [str(it) for it in choices]} for slot, choices in space.slots.items()],
            }
            for name, space in SPACES.items()
        ],
        "datasets": [
            {
                "name": name,
                "plugin": DATASETS.plugin_of(name),
                "classes": dataset.classes,
                "resolution": dataset.resolution,
                "resizable": dataset.resized is not None,
                "expected": dataset.expected,
                "teacher": dataset.teacher,
            }
            for name, dataset in DATASETS.items()
        ],
        "teachers": [
            {
                "name": name,
                "plugin": TEACHERS.plugin_of(name),
                "classes": teacher.classes,
                "shipsWeights": teacher.trained or teacher.weights is not None,
            }
            for name, teacher in TEACHERS.items()
        ],
        "proxies": [
            {
                "name": name,
                "plugin": PROXIES.plugin_of(name),
                "direction": proxy.direction,
                "needs": proxy.needs,
            }
            for name, proxy in PROXIES.items()
        ],
    }
