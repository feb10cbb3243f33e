"""The checkpoint of a training: weights, optimisers and the epochs done, from which it resumes exactly.

Learning rate, drop path and every generator are functions of seed and epoch, so they have no state to save.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.checkpoints import read_checkpoint
from rminas_sidecar.system.files import remove_drafts, write_checkpoint

_VERSION = 1
_KEYS = {"version", "fingerprint", "history", "state_dict", "optimizer"}

_COPIES = 4
"""Copies of the weights that the file may have: the weights, their momentum, and a margin."""
_LARGEST = 64 * 1024 * 1024
"""Bytes that the file may have besides them."""

History = list[dict[str, Any]]
"""The protocol's epochs, one an epoch done."""


class Stateful(Protocol):
    """An optimiser, or several."""

    def state_dict(self) -> dict[str, Any]:
        """The state, as tensors, numbers, text, and containers of them."""
        ...

    def load_state_dict(self, state: dict[str, Any], /) -> None:
        """Restores a state."""
        ...


@dataclass(frozen=True)
class Checkpoint:
    """A file, and the fingerprint of its training.

    The weights are under `state_dict`, so that the file can also serve as a teacher's checkpoint.
    """

    path: Path
    fingerprint: str

    @classmethod
    def of(cls, path: Path, training: Mapping[str, Any], seed: int, labels: Tensor) -> "Checkpoint":
        """The checkpoint of a training, given in the protocol's JSON, on images with these labels."""
        sha = hashlib.sha256(json.dumps([training, seed], sort_keys=True).encode())
        # Other images have other labels. Hashing the pixels of photographs would take hours.
        sha.update(labels.numpy().tobytes())
        return cls(path, sha.hexdigest())

    def save(self, network: nn.Module, optimizer: Stateful, history: History) -> None:
        """Replaces the file atomically.

        Raises:
            OSError: when the disk is full or the folder cannot be written.
            SidecarError: `unwritable` when the folder is gone.
        """
        content = {
            "version": _VERSION,
            "fingerprint": self.fingerprint,
            "history": history,
            "state_dict": network.state_dict(),
            "optimizer": optimizer.state_dict(),
        }
        # Not directly to the file, because torch hides the reason when a disk is full.
        buffer = io.BytesIO()
        torch.save(content, buffer)
        write_checkpoint(self.path, buffer.getvalue())

    def load(self, network: nn.Module, optimizer: Stateful) -> History:
        """Loads network and optimiser, and answers the epochs done; without a file, none.

        Raises:
            SidecarError: `corrupt-file` for an incomplete file, `refused-file` for one of another training.
        """
        remove_drafts(self.path)
        if not self.path.exists():
            return []
        steps = ["Delete it to train from the start."]
        largest = _LARGEST + _COPIES * sum(value.nbytes for value in network.state_dict().values())
        content = read_checkpoint(self.path, "The checkpoint", steps, largest)
        if not isinstance(content, dict) or content.keys() != _KEYS or content["version"] != _VERSION:
            raise SidecarError("refused-file", f"{self.path} is not a checkpoint of a training of this version.", steps)
        if content["fingerprint"] != self.fingerprint:
            raise SidecarError(
                "refused-file", f"{self.path} belongs to a training of another network, recipe, seed or images.", steps
            )
        try:
            network.load_state_dict(content["state_dict"])
            optimizer.load_state_dict(content["optimizer"])
        except (AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            why = str(error).partition("\n")[0]
            raise SidecarError("corrupt-file", f"{self.path} does not fit its network: {why}", steps) from error
        history: History = content["history"]
        return history
