"""A network as a live object for scripts: its module, its logits, its features, and their Gram matrices.

Numbers travel as base64 of little-endian float32, since JSON would make them ten times as long.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rminas_sidecar.data.images import Dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.export.network import build_network_of
from rminas_sidecar.objective.rmi import gram
from rminas_sidecar.plugins.loading import load_plugins
from rminas_sidecar.protocol.failures import failure_body
from rminas_sidecar.retraining.images import dataset_of
from rminas_sidecar.retraining.recipe import Retraining


class LiveNetwork:
    """A network in evaluation mode.

    Attributes:
        module: answers (features of three stages, logits) to normalised images.
    """

    def __init__(self, module: nn.Module, dataset: Dataset) -> None:
        self.module = module
        self._dataset = dataset

    def answer(self, images: str, kind: str, layout: str) -> str:
        """The logits and the features, as JSON: `{"logits": …, "features": […]}`, each with `shape` and `data`.

        Args:
            images: base64 of all images of `resolution` pixels a side.
            kind: `uint8` (0 to 255) or `float32` (0 to 1).
            layout: `nchw`, or `nhwc` with the channels last.
        """
        features, logits = self._run(images, kind, layout)
        return json.dumps({"logits": _packed(logits), "features": [_packed(stage) for stage in features]})

    def grams(self, images: str, kind: str, layout: str) -> str:
        """The centred Gram matrix of each stage, images × images, as JSON."""
        features, _ = self._run(images, kind, layout)
        return json.dumps([_packed(gram(stage).centred) for stage in features])

    def _run(self, images: str, kind: str, layout: str) -> Any:
        side = self._dataset.resolution
        numbers = np.frombuffer(base64.b64decode(images), dtype=np.dtype(kind).newbyteorder("<"))
        pixels = torch.from_numpy(numbers.astype(np.float32))
        if layout == "nhwc":
            pixels = pixels.reshape(-1, side, side, 3).movedim(3, 1)
        pixels = pixels.reshape(-1, 3, side, side)
        white = 255.0 if kind == "uint8" else 1.0
        statistics = self._dataset.mean, self._dataset.deviation
        mean, deviation = (torch.tensor(values)[:, None, None] for values in statistics)
        with torch.no_grad():
            return self.module((pixels / white - mean) / deviation)


@dataclass(frozen=True)
class Opened:
    """A network, or the protocol's failure as JSON; the other one is None."""

    network: LiveNetwork | None
    failure: str | None


def open_network(request: str) -> Opened:
    """Builds a network for a script.

    Args:
        request: JSON with `retraining`, `seed` and `weights` of the protocol's `export`, and `plugins` to load.
    """
    try:
        return Opened(_open(request), None)
    except SidecarError as error:
        return Opened(None, json.dumps(failure_body(error)))


def _open(request: str) -> LiveNetwork:
    body = json.loads(request)
    load_plugins(body["plugins"])
    retraining = Retraining.from_dict(body["retraining"], body["seed"])
    weights = None if body["weights"] is None else Path(body["weights"])
    return LiveNetwork(build_network_of(retraining, weights), dataset_of(retraining))


def _packed(tensor: Tensor) -> dict[str, Any]:
    numbers = np.ascontiguousarray(tensor.float().numpy(), dtype="<f4")
    return {"shape": list(tensor.shape), "data": base64.b64encode(numbers.tobytes()).decode("ascii")}
