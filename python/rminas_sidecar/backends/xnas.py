"""The backend of the original functions: networks, RMI loss, DARTS decoding and forest of MAC-AutoML/XNAS.

They are imported from the checkout that XNAS_HOME names, or from the place where Python finds `xnas`, and called, never
copied. Their arithmetic is unchanged. Only obstacles to calling them are replaced, each with a comment. Modules are
imported at first use.
"""

import importlib
import importlib.util
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from rminas_sidecar.backends import original_networks
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks import build_network
from rminas_sidecar.objective.rmi import RepresentationFunction
from rminas_sidecar.protocol import Body
from rminas_sidecar.specification import Specification

# The originals' names of the spaces that they can sample.
_SAMPLED_SPACES = {
    "nas-bench-201": "nasbench201",
    "darts": "darts",
    "nas-bench-macro": "nasbenchmacro",
    "proxyless": "proxyless",
}
_FOREST = "xnas.algorithms.RMINAS.sampler.RF_sampling"
# A threshold between the losses that `RF_suggest` gets for good architectures and for others.
_THRESHOLD = 0.5


@dataclass(frozen=True)
class Original:
    """XNAS's modules without the forest, which imports scikit-learn and is imported when it is used."""

    folder: Path
    rmi: ModuleType
    networks: original_networks.Modules


def find_xnas() -> str | None:
    """The folder that XNAS can be imported from; None where it cannot be imported."""
    try:
        original = import_original()
    except SidecarError:
        return None
    return str(original.folder)


class XnasBackend:
    """Implements :class:`rminas_sidecar.backends.backend.Backend`; raises `missing-backend` where XNAS is missing."""

    def build_network(self, specification: Specification, genotype: str) -> nn.Module:
        """See :class:`Backend`.

        Parameters have the original's names after the prefix `network.`. Equal seeds give the same weights as for our
        own network.
        """
        space, size = specification.space, specification.network
        if space not in original_networks.BUILDERS:
            raise SidecarError(
                "invalid-message", f"XNAS has no networks of the space {space}.", ["Set RMINAS.BACKEND native."]
            )
        with torch.device("meta"):
            # Only a check of genotype and size, since parts of the originals run the text as Python.
            build_network(space, genotype, size)
        return original_networks.BUILDERS[space](import_original().networks, genotype, size)

    def reference(self, teacher_features: Sequence[Tensor]) -> list[Tensor]:
        """See :class:`Backend`. The reference is the features themselves."""
        return list(teacher_features)

    def build_representation_loss(self, reference: Sequence[Tensor]) -> RepresentationFunction:
        """See :class:`Backend`. `RMI_loss` has three stages."""
        rmi = import_original().rmi
        loss = rmi.RMI_loss(len(reference[0]))

        def compare(features: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
            with torch.no_grad():
                # `RMI_loss` does not return them.
                ckas = [
                    rmi.tensor_cka(*(rmi.tensor_gram_linear(part.flatten(1)) for part in pair))
                    for pair in zip(features, reference, strict=True)
                ]
            return loss(features, reference), torch.stack(ckas)

        return compare


def grow_forest(request: Body, features: npt.NDArray[np.float32], good: Sequence[bool]) -> Any:
    """Fits the forest of `RF_suggest`.

    The controller decides which architectures are good, so `RF_suggest` gets losses that stand for the labels.

    Args:
        request: body of the protocol's `fit`, with `rfSuggest`.
        features: n architectures × the original's features of an encoding.
        good: whether each architecture is good; both kinds at least once.

    Returns:
        The fitted `RandomForestClassifier`.

    Raises:
        SidecarError: `missing-backend`.
    """
    module = import_xnas(_FOREST)
    # Fitting needs no benchmark table.
    nothing: dict[str, object] = {}
    sampler = module.RF_suggest(
        _SAMPLED_SPACES[request["rfSuggest"]], logging.getLogger(__name__), api=nothing, seed=request["seed"]
    )
    sampler.loss_thres = _THRESHOLD
    sampler.trained_arch = [
        {"arch": row, "loss": _THRESHOLD - 0.5 if is_good else _THRESHOLD + 0.5}
        for row, is_good in zip(features, good, strict=True)
    ]
    sampler.Fitting()
    return sampler.model


def import_xnas(name: str) -> ModuleType:
    """Imports one of XNAS's modules, from XNAS_HOME if that is set.

    Raises:
        SidecarError: `missing-backend`, with the reason.
    """
    with _importable(_home()):
        return importlib.import_module(name)


def _home() -> str | None:
    return os.environ.get("XNAS_HOME") or None


def import_original() -> Original:
    """Imports XNAS's modules once.

    Raises:
        SidecarError: `missing-backend`.
    """
    return _import_from(_home())


@cache
def _import_from(home: str | None) -> Original:
    rmi = import_xnas("xnas.algorithms.RMINAS.utils.RMI_torch")
    networks = original_networks.Modules(
        nas_bench_201=import_xnas("xnas.spaces.NASBench201.utils"),
        darts=import_xnas("xnas.spaces.DARTS.cnn"),
        darts_genotypes=import_xnas("xnas.spaces.DARTS.genos"),
        darts_decoding=import_xnas("xnas.spaces.DARTS.utils"),
        sampling=import_xnas("xnas.algorithms.RMINAS.sampler.sampling"),
        nas_bench_macro=import_xnas("xnas.spaces.NASBenchMacro.cnn"),
        proxyless=import_xnas("xnas.spaces.ProxylessNAS.cnn"),
    )
    with _importable(home):
        # Searched without an import, because it imports scikit-learn, which only forests need.
        if importlib.util.find_spec(_FOREST) is None:
            raise ModuleNotFoundError(f"No module named {_FOREST!r}")
    return Original(Path(str(rmi.__file__)).parents[4], rmi, networks)


@contextmanager
def _importable(home: str | None) -> Iterator[None]:
    """Makes `xnas` importable in its body, from its home if there is one, and restores `sys.path` afterwards.

    Raises:
        SidecarError: `missing-backend` when an import in the body fails.
    """
    if home is not None and not (Path(home) / "xnas").is_dir():
        raise _missing(home, "it has no folder xnas")
    # The layers of `proxyless` import a meter of running statistics, and with it XNAS's logging and configuration with
    # their dependencies. No function that is called here uses the meter, so an empty module replaces it.
    meter = ModuleType("xnas.logger.meter")
    meter.AverageMeter = object  # type: ignore[attr-defined]
    replaced = sys.modules.setdefault(meter.__name__, meter) is meter
    path = list(sys.path)
    sys.path[:] = path if home is None else [str(Path(home).resolve()), *path]
    try:
        yield
    except Exception as error:
        # The import of a module may raise any exception.
        raise _missing(home, f"{type(error).__name__}: {error}") from error
    finally:
        sys.path[:] = path
        if replaced:
            del sys.modules[meter.__name__]


def _missing(home: str | None, why: str) -> SidecarError:
    where = "XNAS_HOME is not set" if home is None else f"XNAS_HOME is {home}"
    return SidecarError(
        "missing-backend",
        f"XNAS cannot be imported ({where}): {why}",
        [
            "Set XNAS_HOME to a checkout of MAC-AutoML/XNAS.",
            "Or use our own functions, which compute the same numbers: --backend native (RMINAS.BACKEND native).",
        ],
    )
