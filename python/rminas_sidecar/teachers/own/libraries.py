"""Networks of timm, torchvision and pytorchcv as teachers. The libraries are optional and imported when they are used.

Nothing is downloaded: weights are read from a file of the user, or from the cache of the library.
"""

import ast
import difflib
import importlib
import importlib.util
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from torch import nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.registry import explain
from rminas_sidecar.system.packages import install_step

_FUNCTION = re.compile(r"^def ([a-z]\w*)\(", re.MULTILINE)


@dataclass(frozen=True)
class Library:
    """A library of networks.

    Args:
        name: of the package.
        build: builds a network with fresh weights, from its name and a number of classes; None for the library's own.
        cached: the file in which the library keeps trained weights of a network, which may not exist; None where the
            library has none.
        get: a line of Python that downloads these weights.
    """

    name: str
    build: Callable[[str, int | None], nn.Module]
    cached: Callable[[str], Path | None]
    get: str

    def version(self) -> str:
        """The installed version.

        Raises:
            SidecarError: `missing-package`.
        """
        try:
            return metadata.version(self.name)
        except metadata.PackageNotFoundError as error:
            raise _missing(self.name, f"The package {self.name} is not installed") from error

    def network(self, name: str, classes: int | None) -> nn.Module:
        """Builds a network with fresh weights; draws from torch's global generator.

        Args:
            name: of the network.
            classes: number of logits, if the network can have it; otherwise, and for None, the library's own number.

        Raises:
            SidecarError: `missing-package`, `unknown-name`, `unsuitable-teacher` when the library cannot build it.
        """
        self.version()
        try:
            return self.build(name, classes)
        except SidecarError:
            raise
        except ImportError as error:
            raise _missing(self.name, f"The package {self.name} cannot be imported: {error}") from error
        except Exception as error:
            if _is_broken_import(error):
                raise _missing(self.name, f"The package {self.name} cannot be imported: {error}") from error
            if classes is not None:
                # Some networks exist for the classes of their data sets alone.
                return self.network(name, None)
            problem = f"{self.name} cannot build {name}: {explain(error)}"
            raise SidecarError("unsuitable-teacher", f"{problem}.", ["Choose another network."]) from error

    def cached_weights(self, name: str) -> Path:
        """The file of the trained weights that the library has in its cache.

        Raises:
            SidecarError: `missing-package`, `unknown-name`; `missing-file` when the cache has none.
        """
        self.version()
        try:
            path = self.cached(name)
        except ImportError as error:
            raise _missing(self.name, f"The package {self.name} cannot be imported: {error}") from error
        except RuntimeError as error:
            raise _missing(self.name, f"The package {self.name} cannot be imported: {error}") from error
        if path is not None and path.is_file():
            return path
        where = f"{self.name} has no trained weights of {name}" if path is None else f"There is no file {path}"
        steps = ["Name a file with weights: --teacher-weights FILE."]
        if path is not None:
            steps.append(f'Or download them once, outside of rminas: python -c "{self.get.format(name=name)}"')
        raise SidecarError("missing-file", f"{where}. rminas downloads no weights.", steps)


def _missing(package: str, problem: str) -> SidecarError:
    steps = [install_step(package), "Or name a teacher of another kind."]
    return SidecarError("missing-package", f"{problem}.", steps)


def _is_broken_import(error: Exception) -> bool:
    """Torchvision raises this when it was built for another torch."""
    return isinstance(error, RuntimeError) and "torchvision::" in str(error)


def _unknown(library: str, name: str, known: list[str]) -> SidecarError:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    step = f"Choose one of the {len(known)} networks of {library}."
    return SidecarError("unknown-name", f"{library} has no network {name!r}.{hint}", [step])


def _timm_network(name: str, classes: int | None) -> nn.Module:
    timm: Any = importlib.import_module("timm")
    if not timm.is_model(name):
        raise _unknown("timm", name, timm.list_models())
    network: nn.Module = timm.create_model(name, pretrained=False, **_classes(classes))
    return network


def _timm_cached(name: str) -> Path | None:
    timm: Any = importlib.import_module("timm")
    if not timm.is_model(name):
        raise _unknown("timm", name, timm.list_models())
    configuration = timm.models.get_pretrained_cfg(name)
    if configuration is None:
        return None
    if configuration.hf_hub_id:
        hub: Any = importlib.import_module("huggingface_hub")
        files = ("model.safetensors", "pytorch_model.bin")
        found = [hub.try_to_load_from_cache(configuration.hf_hub_id, file) for file in files]
        known = [Path(path) for path in found if isinstance(path, str)]
        folder = Path(hub.constants.HF_HUB_CACHE) / f"models--{configuration.hf_hub_id.replace('/', '--')}"
        return known[0] if known else folder / files[0]
    return _in_torch_hub(configuration.url) if configuration.url else None


def _torchvision_network(name: str, classes: int | None) -> nn.Module:
    models: Any = importlib.import_module("torchvision.models")
    _require_torchvision(models, name)
    network: nn.Module = models.get_model(name, weights=None, **_classes(classes))
    return network


def _torchvision_cached(name: str) -> Path | None:
    models: Any = importlib.import_module("torchvision.models")
    _require_torchvision(models, name)
    return _in_torch_hub(models.get_model_weights(name).DEFAULT.url)


def _require_torchvision(models: Any, name: str) -> None:
    known = models.list_models()
    if name not in known:
        raise _unknown("torchvision", name, known)


def _in_torch_hub(url: str) -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]


def _pytorchcv_network(name: str, classes: int | None) -> nn.Module:
    modules = _pytorchcv_modules()
    if name not in modules:
        raise _unknown("pytorchcv", name, sorted(modules))
    # Not the module with all networks: importing it takes seconds, and some of them need other packages.
    build = getattr(importlib.import_module(f"pytorchcv.{modules[name]}"), name)
    network: nn.Module = build(pretrained=False, **_classes(classes))
    return network


def _pytorchcv_cached(name: str) -> Path | None:
    modules = _pytorchcv_modules()
    if name not in modules:
        raise _unknown("pytorchcv", name, sorted(modules))
    folder = Path(os.environ.get("TORCH_HOME", "~/.torch")).expanduser() / "models"
    default = Path("~/.torch/models").expanduser()
    found = [path for place in (default, folder) for path in sorted(place.glob(f"{name}-????-????????.pth"))]
    return found[0] if found else default / f"{name}-….pth"


def _pytorchcv_modules() -> dict[str, str]:
    """The module of each network's function, read from the package's list of imports.

    Newer versions list every function, older ones import all functions of a module.
    """
    spec = importlib.util.find_spec("pytorchcv.model_provider")
    if spec is None or spec.origin is None:
        raise ImportError("it has no model_provider")
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module]
    found: dict[str, str] = {}
    for node in imports:
        module = str(node.module)
        names = [alias.name for alias in node.names]
        if names == ["*"]:
            file = Path(spec.origin).parent.joinpath(*module.split(".")).with_suffix(".py")
            names = [name for name in _FUNCTION.findall(file.read_text(encoding="utf-8")) if name[:4] != "get_"]
        found.update(dict.fromkeys(names, module))
    return found


def _classes(classes: int | None) -> dict[str, int]:
    return {} if classes is None else {"num_classes": classes}


LIBRARIES = {
    library.name: library
    for library in (
        Library("timm", _timm_network, _timm_cached, "import timm; timm.create_model('{name}', pretrained=True)"),
        Library(
            "torchvision",
            _torchvision_network,
            _torchvision_cached,
            "import torchvision; torchvision.models.get_model('{name}', weights='DEFAULT')",
        ),
        Library(
            "pytorchcv",
            _pytorchcv_network,
            _pytorchcv_cached,
            "from pytorchcv.model_provider import get_model; get_model('{name}', pretrained=True)",
        ),
    )
}
"""The libraries by name."""
